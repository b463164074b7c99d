#include "reassembly/connection.h"

#include <algorithm>

#include "capture/icmp.h"
#include "reassembly/roles.h"

namespace longwire {

Connection::Connection(const Segment& first) : hash_(first.hash) {
  facts_.id = static_cast<std::int64_t>(first.at.number);
  facts_.capture = first.capture;
  const bool from_client = sender_role(first) == Side::client;
  facts_.client = from_client ? first.source : first.destination;
  facts_.server = from_client ? first.destination : first.source;
  facts_.vlan = first.vlan;
  facts_.first = facts_.last = first.at;
  facts_.midstream = !first.has(tcp_flag::syn) || first.has(tcp_flag::ack);
}

std::uint64_t Connection::Window::bytes() const {
  return std::uint64_t{last} << scale;
}

// A SYN-ACK answers the SYN that was seen if it acknowledges it, or it and bytes that came with it (RFC 7413).
bool Connection::answers_syn(const Segment& syn_ack, Side side) const {
  const TcpSide& peer = at(other(side));
  if (!peer.syn_seen()) return !peer.started() || peer.first_sequence() == syn_ack.ack;
  const auto acknowledged = peer.locate(syn_ack.ack);
  return acknowledged && *acknowledged >= stream_origin && *acknowledged <= peer.highest();
}

bool Connection::starts_over(const Segment& segment) const {
  if (lingered(segment.at.number)) return true;
  if (segment.has(tcp_flag::rst)) return false;
  const Side side = sender(segment);
  const TcpSide& own = at(side);
  if (!segment.has(tcp_flag::syn)) return !segment.payload.empty() && own.started() && !own.locate(segment.seq);
  if (own.started() && own.first_sequence() == segment.seq + 1) return false;  // sent again
  if (segment.has(tcp_flag::ack)) return !answers_syn(segment, side) && (closed() || facts_.side[index(side)].packets > 0);
  // A SYN from the side that was asked: simultaneous open, or a handshake split in two (RFC 9293 section 3.5).
  const bool crossing = !closed() && at(other(side)).syn_seen() && !own.syn_seen() && facts_.side[index(side)].bytes == 0;
  return !crossing;
}

void Connection::receive(const Segment& segment, Overlap overlap, Outcome& out) {
  const Side side = sender(segment);
  out.side = side;
  ++counted(side).packets;
  const Time last = facts_.last.time;
  facts_.last = segment.at;
  if (segment.near_loss) facts_.near_loss = std::max(static_cast<std::uint32_t>(segment.at.number), 1u);
  facts_.one_way = facts_.side[0].packets == 0 || facts_.side[1].packets == 0;
  if (segment.has(tcp_flag::rst)) return reset(segment, side, out);

  const bool syn = segment.has(tcp_flag::syn);
  if (syn && !synchronize(segment, side, out)) return;
  TcpSide& own = at(side);
  // A side's own first segment knows better where it stands than an ACK of the peer.
  const bool misled = counted(side).packets == 1 && own.start_guessed() && !own.locate(segment.seq);
  if (!own.started() || misled) own.start(segment.seq, TcpSide::StartedBy::midstream);
  if (!syn) start_elsewhere(side, segment.seq);
  const auto offset = own.locate(segment.seq + (syn ? 1 : 0));
  if (!offset || own.before_all(*offset)) {
    out.anomaly = "tcp.seq.absurd";
    return;
  }
  if (segment.has(tcp_flag::fin) && !facts_.one_way && !in_window(*offset, side)) {
    out.anomaly = "tcp.fin.window";
    return;
  }
  if (goes_on_after_reset(segment, side)) take_back_reset(out);
  if (segment.has(tcp_flag::ack)) {
    if (counted(side).packets == 1) begin_with_probe(segment, side);
    acknowledge(segment, side);
  }
  if (windows_[index(other(side))].closed) count_window_probe(segment, side, *offset);
  const bool probe = watch_keepalive(segment, side, *offset, last, out);
  if (side != speaker_ && !segment.payload.empty() && *offset >= own.highest()) {
    speaker_ = side;
    spoken_from_ = static_cast<std::uint32_t>(own.highest());
  }
  const bool nobodys = probe && *offset < own.highest();  // a probe's byte
  if (!nobodys && (!segment.payload.empty() || segment.cut > 0 || segment.has(tcp_flag::fin))) take(segment, side, *offset, overlap, out);
  watch_window(segment, side, out);
  if (!closed() && at(Side::client).fin_acknowledged() && at(Side::server).fin_acknowledged()) {
    close(ConnectionFacts::Close::fin, segment.at, out);
  }
  for (TcpSide& each : sides_) {
    if (each.holds()) each.count_patience();
    out.pending |= each.holds() || (each.fin_seen() && !each.ended());
  }
}

// False where the SYN is not this connection's: it is counted as a packet, and nothing else of it believed.
bool Connection::synchronize(const Segment& segment, Side side, Outcome& out) {
  const bool syn_ack = segment.has(tcp_flag::ack);
  if (syn_ack && !answers_syn(segment, side)) return at(side).started() && at(side).first_sequence() == segment.seq + 1;
  TcpSide& own = at(side);
  const std::uint32_t first_sequence = segment.seq + 1;
  if (own.started() && own.first_sequence() == first_sequence) {
    // Where both have sent a SYN, each answers with its own SYN again, and an ACK (RFC 9293 figure 8).
    const bool crossed = syn_ack && (side == Side::client || facts_.syn_ack == 0);
    if (own.syn_seen() && !crossed) tell(out, {"syn_retransmitted", side, segment.at});
    own.syn_found();
  } else if (syn_ack && own.syn_seen() && !start_elsewhere(side, first_sequence)) {  // a SYN cookie made anew, or a forged one
    note_other_start({side, true, first_sequence});
    out.anomaly = "tcp.syn.moved";
    return false;
  } else if (counted(side).bytes == 0 && !own.fin_seen()) {
    own.start(first_sequence, TcpSide::StartedBy::own_syn);
  } else {
    return false;
  }
  const TcpOptions options = parse_tcp_options(segment.options);
  if (options.mss > 0) counted(side).mss = options.mss;
  windows_[index(side)].scale = options.has_window_scale ? options.window_scale : 0;
  if (side == Side::client && !syn_ack) {
    if (facts_.client_syns < 0xffff) ++facts_.client_syns;
    facts_.midstream = false;
    if (facts_.syn_ack == 0) facts_.syn = segment.at.time;
  }
  if (side == Side::server && syn_ack && facts_.established == 0) {
    if (facts_.syn_ack == 0 && facts_.syn != 0) syn_to_syn_ack_ = segment.at.time - facts_.syn;
    facts_.syn_ack = segment.at.time;
  }
  return true;
}

void Connection::acknowledge(const Segment& segment, Side side) {
  TcpSide& peer = at(other(side));
  using By = TcpSide::StartedBy;
  if (!peer.started()) peer.start(segment.ack, segment.has(tcp_flag::syn) ? By::answer_to_syn : By::midstream);
  start_elsewhere(other(side), segment.ack);
  const auto offset = peer.locate(segment.ack);
  if (!offset) note_other_start({other(side), false, segment.ack});
  if (!offset || *offset < stream_origin) return;
  if (*offset > peer.acknowledged()) counted(other(side)).acknowledged = segment.at.time;
  peer.acknowledge(*offset);
  if (facts_.established == 0) establish(segment, side);
}

void Connection::note_other_start(const OtherStart& start) {
  if (!nothing_read(start.of)) return;
  auto& noted = seldom().other_start;
  if (!noted || !noted->by_syn || start.by_syn) noted = start;
}

bool Connection::start_elsewhere(Side side, std::uint32_t first) {
  if (seldom_ == nullptr || !seldom_->other_start) return false;
  const OtherStart& noted = *seldom_->other_start;
  if (noted.of != side || noted.first != first || !nothing_read(side)) return false;
  seldom_->other_start.reset();
  at(side).start(first, at(side).syn_seen() ? TcpSide::StartedBy::own_syn : TcpSide::StartedBy::answer_to_syn);
  return true;
}

// Where the capture begins with a keepalive probe, only its answer tells: it acknowledges the number behind, and nothing
// was sent there. Of more than one, all but the last were unanswered, and which they are is not known any more.
void Connection::begin_with_probe(const Segment& answer, Side side) {
  const Side prober = other(side);
  TcpSide& own = at(prober);
  if (counted(prober).packets == 0 || !own.start_guessed() || answer.ack != own.first_sequence() + 1) return;
  own.start(answer.ack, TcpSide::StartedBy::midstream);
  if (counted(prober).packets > 1) return;
  seldom().keepalive = std::make_unique<KeepaliveWatcher>(facts_.first.time);
  keepalive()->began_with(prober, facts_.first, own.sent());
}

// Established: both SYNs were seen and both are acknowledged. The round trip is known where the client's ACK completes
// it: from the last SYN to the SYN-ACK, and from the last SYN-ACK to the ACK, so that timeouts are not counted.
void Connection::establish(const Segment& segment, Side side) {
  windows_[index(other(side))].syn_answered = true;
  for (const Side each : {Side::client, Side::server}) {
    if (!at(each).syn_seen() || !windows_[index(each)].syn_answered) return;
  }
  facts_.established = segment.at.time;
  const Time behind_syn_ack = segment.at.time - facts_.syn_ack;
  const bool forward = syn_to_syn_ack_ >= 0 && behind_syn_ack >= 0;  // else the clock was set meanwhile
  if (side == Side::client && facts_.syn != 0 && facts_.syn_ack != 0 && forward) facts_.handshake_rtt = syn_to_syn_ack_ + behind_syn_ack;
}

void Connection::watch_window(const Segment& segment, Side side, Outcome& out) {
  Window& window = windows_[index(side)];
  window.last = segment.window;
  if (!window.closed) {
    // On a SYN the window says nothing yet, and with a FIN it often is zero because nobody reads any more.
    if (segment.window != 0 || segment.has(tcp_flag::syn) || segment.has(tcp_flag::fin)) return;
    window.closed = true;
    ++counted(side).zero_windows;
    tell(out, {"zero_window", side, segment.at});
  } else if (segment.window != 0) {
    window.closed = false;
    tell(out, {"window_reopened", side, segment.at});
  }
}

// An ACK one before the next sequence number, with or without that byte, while nothing is unacknowledged and the peer
// would take more (RFC 9293 section 3.8.4). Where the peer was never heard, what it acknowledged is not known.
bool Connection::is_keepalive_probe(const Segment& segment, Side side, std::uint64_t offset) const {
  constexpr std::uint8_t kinds = tcp_flag::syn | tcp_flag::fin | tcp_flag::rst | tcp_flag::ack;
  if ((segment.flags & kinds) != tcp_flag::ack || segment.payload.size() + segment.cut > 1 || closed()) return false;
  const TcpSide& own = at(side);
  const std::uint64_t sent = own.sent();
  const bool one_before = offset + 1 == sent;
  return one_before && !windows_[index(other(side))].closed && (own.acknowledged() >= sent || facts_.one_way);
}

// True where the segment is a probe.
bool Connection::watch_keepalive(const Segment& segment, Side side, std::uint64_t offset, Time last, Outcome& out) {
  const std::size_t length = segment.payload.size() + segment.cut;
  if (is_keepalive_probe(segment, side, offset)) {
    auto& watcher = seldom().keepalive;
    if (watcher == nullptr) watcher = std::make_unique<KeepaliveWatcher>(last);
    return watcher->probe(side, segment.at, static_cast<std::uint8_t>(length), at(side).sent(), out.probes);
  }
  if (KeepaliveWatcher* watcher = keepalive()) {
    const TcpSide& prober = at(other(side));
    std::optional<std::uint64_t> acknowledged;
    if (segment.has(tcp_flag::ack) && prober.started()) acknowledged = prober.locate(segment.ack);
    watcher->heard(side, acknowledged, segment.at, out.probes);
    if (length > 0) watcher->spoke(side, segment.at);
  }
  return false;
}

// With the peer's window closed: an ACK one before the next byte, with or without that byte, or the next byte alone
// (RFC 9293 section 3.8.6.1).
void Connection::count_window_probe(const Segment& segment, Side side, std::uint64_t offset) {
  if (segment.has(tcp_flag::syn) || segment.has(tcp_flag::fin) || segment.payload.size() + segment.cut > 1) return;
  const std::uint64_t highest = at(side).highest();
  if (offset + 1 == highest || (offset == highest && !segment.payload.empty())) ++facts_.window_probes;
}

void Connection::take(const Segment& segment, Side side, std::uint64_t offset, Overlap overlap, Outcome& out) {
  const Arrival arrival = at(side).accept(offset, segment, counted(side), overlap);
  out.direct = arrival.direct;
  out.cut = arrival.cut;
  if (segment.cut > 0) facts_.cut = true;
  if (arrival.conflicting > 0) {
    facts_.conflicting_overlap_bytes += arrival.conflicting;
    tell(out, {"conflicting_overlap", side, segment.at, arrival.conflicting});
  }
  if (arrival.after_fin > 0) tell(out, {"data_after_fin", side, segment.at, arrival.after_fin});
  if (arrival.fin_moved) out.anomaly = "tcp.fin.moved";
  if (arrival.fin) {
    closing_by(side);
    const bool crossed = at(other(side)).fin_seen() && !at(other(side)).fin_acknowledged();
    tell(out, {"fin", side, segment.at, 0, crossed ? "crossed" : std::string_view{}});
  }
}

Connection::Seldom& Connection::seldom() {
  if (seldom_ == nullptr) seldom_ = std::make_unique<Seldom>();
  return *seldom_;
}

// Of what tells how the connection began and ended, a FIN is always told (there is one a side), the rest is counted apart:
// whatever else repeats must not crowd it out.
void Connection::tell(Outcome& out, const TcpEvent& event) {
  const bool repeats = event.kind == "zero_window" || event.kind == "window_reopened" || event.kind == "conflicting_overlap";
  if (event.kind != "fin") {
    if (repeats ? events_ >= limits::tcp_events : closing_events_ >= limits::tcp_closing_events) {
      facts_.limited = true;
      return;
    }
    repeats ? ++events_ : ++closing_events_;
  }
  out.events.push_back(event);
}

// A quotation of what its sender cannot have sent is told by nobody who had the segment.
void Connection::unreachable(const Segment& quoted, Outcome& out) {
  const Side side = sender(quoted);
  out.side = side;
  const TcpSide& own = at(side);
  std::optional<std::uint64_t> offset;
  if (quoted.quoted_seq && own.started()) {
    offset = own.locate(quoted.seq);
    if (!offset || own.before_all(*offset) || *offset > own.sent() + windows_[index(other(side))].bytes()) {
      out.anomaly = "tcp.icmp.quotation";
      return;
    }
  }
  const bool too_big = is_too_big(quoted);
  tell(out, {too_big ? "icmp_too_big" : "icmp_unreachable", side, quoted.at, 0, unreachable_name(quoted)});
  KeepaliveWatcher* watcher = keepalive();
  if (watcher != nullptr && offset && !too_big) watcher->unreachable(side, *offset, quoted.at);
}

bool Connection::next(Side side, Delivery& out) {
  const bool due = at(side).next(out, counted(side), concluded_, end_without_fin(), facts_.last);
  if (due && out.kind == Delivery::Kind::gap && out.limited) facts_.limited = true;
  return due;
}

// Payload seen that the peer did not acknowledge, nothing behind the FIN counted.
std::uint32_t Connection::unacknowledged(Side side) const {
  const TcpSide& own = at(side);
  return own.highest() > own.acknowledged() ? static_cast<std::uint32_t>(own.highest() - own.acknowledged()) : 0;
}

std::uint64_t Connection::held_memory() const {
  return sides_[0].held_memory() + sides_[1].held_memory() + (seldom_ == nullptr ? 0 : sizeof(Seldom)) +
         (seldom_ == nullptr || seldom_->keepalive == nullptr ? 0 : sizeof(KeepaliveWatcher));
}

End Connection::end_without_fin() const {
  if (facts_.close == ConnectionFacts::Close::rst) return End::rst;
  return facts_.close == ConnectionFacts::Close::evicted ? End::evicted : End::open;
}

Side Connection::earlier_waiting() const {
  const TcpSide& client = at(Side::client);
  const TcpSide& server = at(Side::server);
  if (!server.waiting()) return Side::client;
  if (!client.waiting()) return Side::server;
  return client.first_waiting().number <= server.first_waiting().number ? Side::client : Side::server;
}

}  // namespace longwire
