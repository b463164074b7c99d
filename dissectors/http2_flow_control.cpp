#include "dissectors/http2_flow_control.h"

#include <algorithm>

#include "capture/limits.h"

namespace longwire {
namespace {

// What a sender takes to go on once a window opens, beside the round trip: arbitrary, but more than schedulers and timers
// of endpoints take.
constexpr Time at_once = 50'000'000;            // ns
constexpr Time usual_round_trip = 100'000'000;  // ns; where the handshake did not tell

}  // namespace

void Http2FlowControl::shut(Http2Window& window, const Stamp& at) {
  if (window.shut || !window.known) return;
  window.shut = true;
  window.reopened = false;
  window.since = at;
}

void Http2FlowControl::reopen(Http2Window& window, std::string_view by, const Stamp& at) {
  window.last_opened = at.time;
  if (!window.shut || window.reopened) return;
  window.reopened = true;
  window.until = at;
  window.opened_by = by;
}

void Http2FlowControl::begin(const Sending& sending, const Stamp& at) {
  if (left(sending) <= 0 && sending.waiting != 0) shut(sending.window, at);
}

std::string_view Http2FlowControl::send(const Sending& sending, std::uint32_t length, const Stamp& at, Context& context) {
  if (length == 0) return {};
  Http2Window& own = sending.window;
  Http2Window& shared = sender(sending.side).all;
  resume(sending, shared.last_opened, length, at, context);
  resume(all(sending.side), own.last_opened, length, at, context);
  own.left -= length;
  shared.left -= length;
  const bool exceeded = (own.known && left(sending) < 0) || (shared.known && shared.left < 0);
  return exceeded ? "http2.window.exceeded" : std::string_view{};
}

void Http2FlowControl::sent(const Sending& sending, bool more, const Stamp& at) {
  if (!more) finish(sending.window);
  if (more && left(sending) <= 0 && sending.waiting != 0) shut(sending.window, at);
  sent(sending.side, at);
}

void Http2FlowControl::sent(Side side, const Stamp& at) {
  if (sender(side).all.left <= 0) shut(sender(side).all, at);
}

// DATA comes on what was shut: a stall, if it comes at once. A window that is still shut is a fault of the sender.
void Http2FlowControl::resume(const Sending& sending, Time other_opened, std::uint32_t length, const Stamp& at, Context& context) {
  Http2Window& window = sending.window;
  if (!window.shut || !window.reopened) return;
  window.shut = window.reopened = false;
  const Time round_trip = context.connection.handshake_rtt < 0 ? usual_round_trip : context.connection.handshake_rtt;
  if (at.time - std::max(window.until.time, other_opened) > at_once + round_trip) return;
  tell(sending, window.opened_by, window.until, sending.waiting > 0 ? Integer(sending.waiting) : Integer(length), at.time, context);
}

void Http2FlowControl::stop(const Sending& sending, std::string_view how, const Stamp& at, Context& context) {
  Http2Window& window = sending.window;
  const bool held = window.shut && !window.reopened;
  finish(window);
  if (held) tell(sending, how, at, sending.waiting > 0 ? Integer(sending.waiting) : Integer(), {}, context);
}

void Http2FlowControl::stop(Side side, bool unfinished, const Stamp& at, Context& context) {
  if (!unfinished) finish(sender(side).all);
  stop(all(side), "end", at, context);
}

std::string_view Http2FlowControl::open(const Sending& sending, std::uint32_t increment, const Stamp& at) {
  if (increment == 0) return "http2.window.zero";
  const bool was_shut = left(sending) <= 0;
  sending.window.left += increment;
  if (was_shut && left(sending) > 0) reopen(sending.window, "window_update", at);
  return sending.window.known && left(sending) > largest_window ? "http2.window.overflow" : std::string_view{};
}

std::string_view Http2FlowControl::open(Side side, std::uint32_t increment, const Stamp& at) {
  if (increment == 0) return "http2.window.zero";
  Http2Window& shared = sender(side).all;
  const bool was_shut = shared.left <= 0;
  shared.left += increment;
  if (was_shut && shared.left > 0) reopen(shared, "window_update", at);
  return shared.known && shared.left > largest_window ? "http2.window.overflow" : std::string_view{};
}

bool Http2FlowControl::set_initial(Side side, std::int64_t bytes) {
  const bool changes = sender(side).initial != bytes;
  sender(side).initial = bytes;
  return changes;
}

void Http2FlowControl::changed(const Sending& sending, bool unfinished, const Stamp& at) {
  if (left(sending) > 0) {
    if (sending.window.shut) reopen(sending.window, "settings", at);
  } else if (unfinished && sending.waiting != 0) {
    shut(sending.window, at);
  }
}

void Http2FlowControl::tell(const Sending& sending, std::string_view ended_by, const Stamp& until, Integer waiting, Integer resumed,
                            Context& context) {
  Sender& own = sender(sending.side);
  ++own.stalls;
  own.stalled += until.time - sending.window.since.time;
  if (senders_[0].stalls + senders_[1].stalls > limits::http2_stalls) return;
  Http2StallRow row;
  row.connection_id = context.connection.id;
  row.stream_id = sending.stream;
  row.side = to_text(sending.side);
  row.start_ns = sending.window.since.time;
  row.frame = sending.window.since.frame;
  row.end_ns = until.time;
  row.end_frame = until.frame;
  row.bytes_waiting = waiting;
  row.ended_by = ended_by;
  row.resumed_ns = resumed;
  context.rows().add(row);
}

bool Http2FlowControl::limited() const {
  return senders_[0].stalls + senders_[1].stalls > limits::http2_stalls;
}

}  // namespace longwire
