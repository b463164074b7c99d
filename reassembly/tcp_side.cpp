#include "reassembly/tcp_side.h"

#include <algorithm>
#include <utility>

#include "capture/limits.h"

namespace longwire {

TcpSide::Disorder& TcpSide::disorder() {
  if (!disorder_) disorder_ = std::make_unique<Disorder>();
  return *disorder_;
}

void TcpSide::start(std::uint32_t first_sequence, StartedBy by) {
  *this = TcpSide();
  first_sequence_ = first_sequence;
  started_ = true;
  syn_seen_ = by == StartedBy::own_syn;
  start_certain_ = by != StartedBy::midstream;
}

// Midstream the start is a guess, from an ACK or a segment without payload, until the first byte is read: then it is
// where that one stands, or a FIN right before it. But one byte there is what a keepalive probe looks like (RFC 9293 section
// 3.8.4).
// Returns the offset after the move.
std::uint64_t TcpSide::move_start(std::uint64_t offset, std::uint64_t length) {
  if (offset == next_ || (offset + 1 == next_ && length == 1)) return offset;
  const std::uint64_t by = next_ - offset;  // modulo 2^64, as all below
  first_sequence_ -= static_cast<std::uint32_t>(by);
  acknowledged_ = std::max(stream_origin, acknowledged_ + by);
  return next_;
}

Arrival TcpSide::accept(std::uint64_t offset, const Segment& segment, SideFacts& facts, Overlap overlap) {
  Arrival arrival;
  const Bytes payload = segment.payload;
  if (offset == next_ && segment.cut == 0 && !disorder_ && !fin_seen_) [[likely]] {
    arrival.direct = payload;
    delivered_.add(next_, payload);
    next_ += payload.size();
    facts.bytes += payload.size();
    if (segment.has(tcp_flag::fin)) take_fin(next_, arrival);
    return arrival;
  }
  const std::uint64_t length = payload.size() + segment.cut;
  const bool begins = length > 0 || (segment.has(tcp_flag::fin) && offset + 1 == next_);
  if (!start_certain_ && facts.bytes + facts.missing_bytes == 0 && !fin_seen_ && begins) offset = move_start(offset, length);
  take_payload(offset, payload, segment.at, facts, overlap, arrival);
  const std::uint64_t cut_begin = offset + payload.size();
  if (segment.cut > 0) take_cut(cut_begin, cut_begin + segment.cut, segment.at, facts, arrival);
  if (segment.has(tcp_flag::fin)) take_fin(cut_begin + segment.cut, arrival);
  return arrival;
}

// Bytes from before the next expected one: sent again, or late ones of a hole already declared. One that claims the
// SYN's own number (padding, or the byte of a keepalive probe before any data) is payload seen, but not of the stream.
void TcpSide::take_old(std::uint64_t begin, std::uint64_t end, SideFacts& facts) {
  if (begin < stream_origin && !start_certain_ && !(disorder_ && disorder_->before_start)) {
    disorder().holes.add_before(stream_origin);
    disorder_->before_start = true;
  }
  std::uint64_t late = disorder_ ? disorder_->holes.fill(begin, end) : 0;
  if (begin < stream_origin && start_certain_ && !std::exchange(syn_number_used_, true)) ++late;
  const std::uint64_t before_start = begin < stream_origin ? std::min(late, stream_origin - begin) : 0;
  facts.bytes += late;
  facts.missing_bytes -= std::min(facts.missing_bytes, late - before_start);
  facts.retransmitted_bytes += end - begin - late;
}

void TcpSide::take_payload(std::uint64_t begin, Bytes payload, const Stamp& at, SideFacts& facts, Overlap overlap, Arrival& arrival) {
  if (payload.empty()) return;
  if (fin_seen_ && begin + payload.size() > fin_) {
    const std::uint64_t inside = fin_ > begin ? fin_ - begin : 0;
    arrival.after_fin = payload.size() - inside;
    count_after_fin(begin + payload.size() - fin_, facts);
    payload = payload.first(inside);
    if (payload.empty()) return;
  }
  const std::uint64_t end = begin + payload.size();
  if (begin > next_) ++facts.out_of_order_packets;
  if (begin < next_) {
    const std::uint64_t old_end = std::min(end, next_);
    arrival.conflicting = delivered_.contradicted(begin, payload.first(old_end - begin));
    take_old(begin, old_end, facts);
    payload = payload.subspan(old_end - begin);
    begin = old_end;
  }
  if (payload.empty()) return;
  if (begin == next_) {
    const std::uint64_t direct_end = waiting() ? std::min(end, disorder_->store.begin()) : end;
    arrival.direct = payload.first(direct_end - begin);
    delivered_.add(begin, arrival.direct);
    payload = payload.subspan(arrival.direct.size());
    facts.bytes += arrival.direct.size();
    next_ = begin = direct_end;
  }
  if (payload.empty()) return;
  const SegmentStore::Inserted inserted = disorder().store.insert(begin, payload, at, overlap);
  facts.bytes += inserted.added;
  facts.retransmitted_bytes += inserted.again;
  arrival.conflicting += inserted.conflicting;
}

// Payload behind the FIN is seen, though not of the stream; sent again it is counted once. `reach` is one behind its
// last byte, from the FIN.
void TcpSide::count_after_fin(std::uint64_t reach, SideFacts& facts) {
  if (reach <= after_fin_) return;
  facts.bytes += reach - after_fin_;
  after_fin_ = static_cast<std::uint32_t>(reach);
}

void TcpSide::take_cut(std::uint64_t begin, std::uint64_t end, const Stamp& at, SideFacts& facts, Arrival& arrival) {
  if (fin_seen_) end = std::min(end, fin_);
  begin = std::max(begin, next_);
  if (begin >= end) return;
  if (begin == next_ && !waiting()) {
    arrival.cut = end - begin;
    facts.missing_bytes += arrival.cut;
    next_ = end;
  } else {
    disorder().store.insert_cut(begin, end - begin, at);
  }
}

// The first FIN counts; a second one elsewhere, or one before bytes that were read already, is not the side's word.
void TcpSide::take_fin(std::uint64_t offset, Arrival& arrival) {
  if (fin_seen_ || offset < next_) {
    arrival.fin_moved = !fin_seen_ || offset != fin_;
    return;
  }
  fin_seen_ = true;
  fin_ = offset;
  arrival.fin = true;
  if (disorder_) arrival.after_fin += disorder_->store.truncate(fin_);
}

void TcpSide::count_patience() {
  if (waiting() && disorder_->store.begin() > next_ && acknowledged_ >= disorder_->store.begin()) ++disorder_->patience;
}

bool TcpSide::over_limits() const {
  return disorder_->store.bytes() > limits::reorder_bytes || disorder_->store.size() > limits::reorder_segments;
}

bool TcpSide::next(Delivery& out, SideFacts& facts, bool closing, End how, const Stamp& last) {
  if (ended_) return false;
  if (waiting()) {
    if (disorder_->store.begin() == next_) {
      deliver_piece(out, facts);
      return true;
    }
    if (!closing && disorder_->patience <= limits::reorder_patience && !over_limits()) return false;
    declare_hole(out, facts);
    return true;
  }
  if (fin_seen_ && next_ == fin_)
    how = End::fin;
  else if (!closing)
    return false;
  return finish(out, facts, how, last);
}

void TcpSide::deliver_piece(Delivery& out, SideFacts& facts) {
  out.piece = disorder_->store.take_first();
  delivered_.add(next_, out.piece.bytes);
  next_ += out.piece.length();
  disorder_->patience = 0;
  if (out.piece.cut > 0) {
    out.kind = Delivery::Kind::gap;
    out.by_snaplen = true;
    out.trailing = out.limited = false;
    out.missing = out.piece.cut;
    facts.missing_bytes += out.missing;
  } else {
    out.kind = Delivery::Kind::data;
  }
  tidy();
}

void TcpSide::declare_hole(Delivery& out, SideFacts& facts) {
  const std::uint64_t end = disorder_->store.begin();
  out.kind = Delivery::Kind::gap;
  out.by_snaplen = out.trailing = false;
  out.missing = end - next_;
  out.piece.at = disorder_->store.first_stamp();
  facts.missing_bytes += out.missing;
  const bool remembered = disorder_->holes.add(next_, end);
  out.limited = !remembered || over_limits();
  disorder_->patience = 0;
  next_ = end;
}

// Behind the last byte seen: what the peer acknowledged was sent, though not captured. Of what it acknowledged the
// last may be a FIN that was not captured either.
bool TcpSide::finish(Delivery& out, SideFacts& facts, End how, const Stamp& last) {
  std::uint64_t sent = next_;
  if (fin_seen_)
    sent = fin_acknowledged() ? fin_ : next_;
  else if (acknowledged_ > next_)
    sent = acknowledged_ - 1;
  out.piece.at = last;
  if (sent > next_) {
    out.kind = Delivery::Kind::gap;
    out.by_snaplen = out.limited = false;
    out.trailing = true;
    out.missing = sent - next_;
    if (facts.packets > 0) facts.missing_bytes += out.missing;  // else nothing of this side was captured: one_way tells that
    next_ = sent;
    return true;
  }
  out.kind = Delivery::Kind::end;
  out.how = fin_seen_ && next_ == fin_ ? End::fin : how;
  ended_ = true;
  tidy();
  return true;
}

// Gives the memory of disorder back as soon as nothing needs it.
void TcpSide::tidy() {
  if (disorder_ && disorder_->store.empty() && disorder_->holes.empty()) disorder_.reset();
}

}  // namespace longwire
