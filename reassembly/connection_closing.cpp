// How a connection ends: which FIN and RST are believed, and what is known in the end.
#include <algorithm>
#include <utility>

#include "reassembly/connection.h"

namespace longwire {
namespace {

TcpEvent reset_event(Side by, bool acknowledges, const Stamp& at) {
  return {"rst", by, at, 0, acknowledges ? "ack" : std::string_view{}};
}

}  // namespace

// What lies in the window of `side`'s receiver (RFC 9293 section 3.10.7.4). An observer may be late, so one window behind
// is near enough.
bool Connection::in_window(std::uint64_t offset, Side side) const {
  const TcpSide& own = at(side);
  const std::uint64_t window = windows_[index(other(side))].bytes();
  return offset + window >= own.next_offset() && offset <= std::max(own.highest(), own.acknowledged()) + window;
}

// Whether the receiver of a RST believes it: its sequence number has to be the very next one that is expected there (RFC
// 9293 section 3.10.7.4, RFC 5961 section 3.2). That one lies between what the receiver last acknowledged and what was sent;
// so does the number of a host that answers a segment of a connection that it has forgotten (section 3.10.7.1). Behind a
// FIN its own number is as good, since several systems send it. Before its sender was heard, a RST has to acknowledge what
// was sent (section 3.10.7.3).
bool Connection::is_expected_reset(const Segment& segment, Side side) const {
  const TcpSide& own = at(side);
  const TcpSide& peer = at(other(side));
  if (!own.started()) {
    if (!peer.started()) return true;
    const auto acknowledged = peer.locate(segment.ack);
    return segment.has(tcp_flag::ack) && acknowledged && *acknowledged >= stream_origin && *acknowledged <= peer.highest() + 1;
  }
  const auto offset = own.locate(segment.seq);
  const std::uint64_t expected = own.fin_acknowledged() ? own.acknowledged() - 1 : own.acknowledged();
  return offset && *offset >= expected && *offset <= own.sent() + (own.start_guessed() ? 1 : 0);
}

// Whether a RST there lies in what its receiver can still take, by its last word.
bool Connection::is_asked_back(std::uint64_t offset, Side side) const {
  const Window& window = windows_[index(other(side))];
  const std::uint64_t expected = at(side).acknowledged();
  return offset >= expected && offset <= expected + (std::uint64_t{window.last} << window.scale);
}

// A RST that is not the expected one closes nothing: outside the window it is dropped, inside its receiver asks back (RFC
// 9293 section 3.10.7.4). Payload of a RST is a diagnostic text (section 3.5.2), not part of the stream.
void Connection::reset(const Segment& segment, Side side, Outcome& out) {
  const TcpSide& peer = at(other(side));
  const auto offset = at(side).started() ? at(side).locate(segment.seq) : std::nullopt;
  const bool acknowledges = segment.has(tcp_flag::ack);
  Reset told{side, false, acknowledges, !facts_.closed_first_known, false, segment.at, offset.value_or(0), {}};
  if (!is_expected_reset(segment, side)) {
    out.anomaly = "tcp.rst.window";
    if (!closed() && offset && is_asked_back(*offset, side)) seldom().reset = told;
    return;
  }
  // What it acknowledges had arrived; a number beyond all that was seen means nothing.
  if (acknowledges && peer.started()) {
    const auto acknowledged = peer.locate(segment.ack);
    if (acknowledged && *acknowledged <= peer.sent()) acknowledge(segment, side);
    if (!closed()) facts_.unread_bytes = unread(side);
  }
  if (KeepaliveWatcher* watcher = keepalive()) watcher->reset(side, segment.at);
  closing_by(side);
  if (closed()) return tell(out, reset_event(side, acknowledges, segment.at));
  told.believed = true;
  for (const Side each : {Side::client, Side::server}) told.sent[index(each)] = at(each).sent();
  seldom().reset = told;
  close(ConnectionFacts::Close::rst, segment.at, out);
}

// Who sends a RST forgets the connection, and so does who believes it: what both send from then on are RSTs, and what was
// under way. So it was forged, or of another connection, where one side acknowledges what the other sent only behind it; or
// where, nothing being under way any more, its receiver goes on and its sender then, too.
bool Connection::goes_on_after_reset(const Segment& segment, Side side) {
  constexpr Time under_way = 1'000'000'000;  // ns; RFC 6298 section 2: round trips above a second are not expected
  if (facts_.close != ConnectionFacts::Close::rst) return false;
  Reset& reset = *seldom_->reset;
  const TcpSide& peer = at(other(side));
  if (segment.has(tcp_flag::ack) && peer.started()) {
    const auto acknowledged = peer.locate(segment.ack);
    if (acknowledged && *acknowledged > reset.sent[index(other(side))] && *acknowledged <= peer.sent()) return true;
  }
  if (segment.at.time - reset.at.time < under_way) return false;
  if (side != reset.by) reset.passed_over = true;
  return side == reset.by && reset.passed_over;
}

void Connection::take_back_reset(Outcome& out) {
  if (seldom_->reset->closed_first) facts_.closed_first_known = false;
  seldom_->reset.reset();
  facts_.close = ConnectionFacts::Close::open;
  facts_.unread_bytes = 0;
  out.reopened = std::exchange(closed_number_, 0);
  out.anomaly = "tcp.rst.ignored";
}

// The event of a RST is told when it is certain. One that was not the expected one counts where it is the last word of all,
// or turned out to stand right behind all that its sender sent: it was captured early, or what came before it was not.
void Connection::conclude_reset(Outcome& out) {
  if (seldom_ == nullptr || !seldom_->reset) return;
  const Reset& reset = *seldom_->reset;
  if (!reset.believed) {
    if (facts_.close != ConnectionFacts::Close::open) return;
    if (facts_.last.number != reset.at.number && reset.offset != at(reset.by).sent()) return;
    facts_.close = ConnectionFacts::Close::rst;
    closing_by(reset.by);
    if (KeepaliveWatcher* watcher = keepalive()) watcher->reset(reset.by, reset.at);
  }
  out.events.push_back(reset_event(reset.by, reset.acknowledges, reset.at));
}

void Connection::close(ConnectionFacts::Close how, const Stamp& at, Outcome& out) {
  facts_.close = how;
  closed_number_ = at.number;
  out.closed = true;
}

void Connection::closing_by(Side side) {
  if (facts_.closed_first_known) return;
  facts_.closed_first_known = true;
  facts_.closed_first = side;
}

// Who resets has received so much since it last sent data: no more than that can lie unread in its socket. A host sends
// RST with ACK where it closes with data unread (RFC 1122 section 4.2.2.13), or on purpose.
std::uint32_t Connection::unread(Side by) const {
  if (speaker_ == by) return 0;
  const TcpSide& peer = at(other(by));
  const auto received = static_cast<std::uint32_t>(std::min(peer.acknowledged(), peer.highest())) - spoken_from_;
  return received < 0x80000000u ? received : 0;  // not below zero
}

// Both FINs seen, but not the last ACK: closed all the same.
void Connection::conclude(Outcome& out) {
  concluded_ = true;
  count_unacknowledged();
  conclude_reset(out);
  if (KeepaliveWatcher* watcher = keepalive()) watcher->finish(out.probes);
  if (facts_.close == ConnectionFacts::Close::open && at(Side::client).fin_seen() && at(Side::server).fin_seen()) {
    facts_.close = ConnectionFacts::Close::fin;
  }
}

void Connection::report(Outcome& out) {
  count_unacknowledged();
  if (const KeepaliveWatcher* watcher = keepalive()) watcher->report(out.probes);
}

void Connection::evict() {
  if (closed()) return;
  facts_.close = ConnectionFacts::Close::evicted;
  facts_.limited = true;
}

}  // namespace longwire
