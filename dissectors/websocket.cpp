#include "dissectors/websocket.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "capture/limits.h"

namespace longwire {

std::unique_ptr<Dissector> make_websocket(WebSocketOpening opening, Bytes response, Context& context) {
  const bool keyed = opening.stream_id.is_null();
  opening.handshake.check(keyed, [&](std::string_view code, std::string_view detail) { context.anomaly(code, response.first(1), detail); });
  return std::make_unique<WebSocket>(WebSocket::Kept{WebSocketLife(std::move(opening)), {}});
}

WebSocket::WebSocket(Kept kept)
    : life_(std::move(kept.life)),
      oddities_(std::move(kept.oddities)),
      extended_(life_.midstream() || life_.handshake().extended_otherwise()) {
  for (const Side side : {Side::client, Side::server}) {
    half(side).told = kept.told[index(side)];
    if (!kept.begun[index(side)]) half(side).next = Next::first;
    if (!life_.readable()) half(side).next = Next::nothing;
  }
  if (const auto deflate = life_.handshake().deflate()) expect_deflate(deflate->client_takeover, deflate->server_takeover);
  if (life_.midstream()) expect_deflate(true, true);
}

WebSocket::WebSocket(WebSocketOpening opening, Packets waiting)
    : WebSocket(Kept{WebSocketLife(std::move(opening)), {}, {}, {false, false}}) {
  waiting_ = waiting;
}

// Midstream it may have been agreed, and what messages may refer to was not seen.
void WebSocket::expect_deflate(bool client_takeover, bool server_takeover) {
  half(Side::client).deflate = std::make_unique<WebSocketDeflate>(client_takeover);
  half(Side::server).deflate = std::make_unique<WebSocketDeflate>(server_takeover);
  if (!life_.midstream()) return;
  for (Half& each : halves_) each.deflate->miss();
}

Match WebSocket::restart(Side side, Bytes in) const {
  if (!life_.readable()) return Match::no;
  return starts_frames(in, side == Side::client, half(side).deflate != nullptr || extended_);
}

std::uint64_t WebSocket::memory() const {
  std::uint64_t bytes = sizeof *this + life_.held_memory() + oddities_.held_memory();
  for (const Half& each : halves_) {
    bytes += each.message.held_memory();
    if (each.deflate != nullptr) bytes += each.deflate->memory();
    if (each.pings != nullptr) bytes += sizeof *each.pings + each.pings->held_memory();
  }
  return bytes;
}

std::optional<SleepingReader> WebSocket::sleep() {
  if (halves_[0].pending() || halves_[1].pending()) return std::nullopt;
  return SleepingReader::of<WebSocket>(
      {std::make_unique<Kept>(Kept{life_, oddities_, {halves_[0].told, halves_[1].told}, {halves_[0].begun(), halves_[1].begun()}})});
}

Progress WebSocket::data(Side side, Bytes in, Context& context) {
  const Call call{side, context};
  take_skipped(call);
  return read_in_order(call, in);
}

AfterGap WebSocket::gap(Side side, Bytes in, std::uint64_t missing, Context& context) {
  const Call call{side, context};
  Half& here = half(side);
  take_skipped(call);
  waiting_[index(side)] = 0;
  const Progress progress = read(call, in);
  count(call).holed = true;
  if (here.next == Next::nothing) return AfterGap::resumed;
  if (progress.lost) return AfterGap::lost;
  begin_cut_frame(call, in.subspan(progress.used));
  if (here.next == Next::header || missing > here.left) {
    lose(call, {});
    return AfterGap::lost;
  }
  if (here.next == Next::payload) here.message.miss(missing, here.deflate.get());
  count(call).wire_bytes += missing;
  here.left -= missing;
  if (here.left == 0) finish_frame(call, {});
  return AfterGap::resumed;
}

void WebSocket::end(Side side, Bytes in, End how, Context& context) {
  const Call call{side, context};
  Half& here = half(side);
  take_skipped(call);
  waiting_[index(side)] = 0;
  const Progress progress = read(call, in);
  const Bytes rest = progress.lost ? Bytes{} : in.subspan(progress.used);
  begin_cut_frame(call, rest);
  const bool inside = here.left > 0 || here.message.open() || (here.next == Next::header && !rest.empty());
  if (inside && (how == End::fin || how == End::rst)) tell(call, "websocket.short", {});
  if (here.left > 0 && here.next == Next::passed && here.frame.control() && here.frame.known()) finish_control(call, {}, {}, false);
  if (here.message.open()) finish_message(call, false, {});
  if (life_.end(side, how, context.now())) life_.add_row(context);
}

// ---- frames ----

// Where bytes of both sides waited, a packet at a time: of the side whose turn it is, what is older than the other side's.
Progress WebSocket::read_in_order(const Call& call, Bytes in) {
  std::uint64_t& own = waiting_[index(call.side)];
  const std::uint64_t across = waiting_[index(other(call.side))];
  std::size_t older = 0;
  while (own > 0 && older < in.size()) {
    const Bytes packet = call.context.first_packet(in.subspan(older));
    own = call.context.first_stamp(packet).number;
    if (across > 0 && own > across) break;
    older += packet.size();
  }
  if (own == 0 || across == 0 || older == in.size()) {
    own = 0;
    return read(call, in);
  }
  if (older == 0) return need(Progress::hold);
  Progress progress = read(call, in.first(older));
  if (progress.used == 0 && !progress.lost) {  // a frame that goes on behind the other side's
    own = 0;
    return read(call, in);
  }
  if (progress.lost || progress.skip > 0) {
    own = 0;
  } else {
    progress.need = Progress::hold;
  }
  return progress;
}

Progress WebSocket::read(const Call& call, Bytes in) {
  std::size_t done = 0;
  for (;;) {
    Progress step = done < in.size() ? read_next(call, in.subspan(done)) : Progress{};
    const bool stop = done + step.used == in.size() || step.need > 0 || step.skip > 0 || step.lost;
    done += step.used;
    step.used = done;
    if (stop) return step;
  }
}

Progress WebSocket::read_next(const Call& call, Bytes in) {
  switch (half(call.side).next) {
    case Next::first:
      return read_first(call, in);
    case Next::header:
      return read_header(call, in);
    case Next::payload:
    case Next::passed:
      return read_payload(call, in);
    case Next::nothing:
      break;
  }
  return {.used = in.size(), .skip = Progress::for_good};
}

Progress WebSocket::read_first(const Call& call, Bytes in) {
  const FrameRun run = frames_in_a_row(in, call.side == Side::client, true);
  if (run.whole == 0 && !run.broken && in.size() < limits::websocket_midstream_bytes) return need(in.size() + 1);
  half(call.side).next = Next::header;
  if (run.whole > 0) return {};
  lose(call, {});
  return {.lost = true};
}

Progress WebSocket::read_header(const Call& call, Bytes in) {
  Half& here = half(call.side);
  WebSocketFrame frame;
  if (const std::size_t wanted = read_frame_header(in, frame); wanted > 0) return {.need = wanted};
  const bool at_once = frame.control() && frame.known() && frame.length <= WebSocketFrame::largest_control_length;
  if (at_once && in.size() < frame.bytes()) return {.need = frame.bytes()};
  const Bytes header = in.first(frame.header_bytes);
  begin_frame(call, frame, header);
  if (frame.length > WebSocketFrame::largest_length) {
    tell(call, "websocket.length", header, fmt::format("{} bytes", frame.length));
    lose(call, header);
    return {.used = header.size(), .lost = true};
  }
  if (at_once) {
    const Bytes payload = in.subspan(header.size(), frame.length);
    hear(call, call.context.last_stamp(in.first(frame.bytes())), frame.length);
    finish_control(call, header, payload, true);
    return {.used = frame.bytes()};
  }
  here.next = begin_payload(call, header);
  here.left = frame.length;
  if (here.left == 0) finish_frame(call, header);
  return {.used = header.size()};
}

void WebSocket::begin_frame(const Call& call, const WebSocketFrame& frame, Bytes header) {
  Half& here = half(call.side);
  here.frame = frame;
  here.first = call.context.first_stamp(header);
  life_.begin_frame(call.side, here.first, half(other(call.side)).left > 0, call.context);
  hear(call, call.context.last_stamp(header), header.size());
  check_frame(call, header);
}

// So many bytes of a frame more, up to `last`.
void WebSocket::hear(const Call& call, const Stamp& last, std::uint64_t bytes) {
  half(call.side).last = last;
  count(call).wire_bytes += bytes;
  life_.hear(call.side, last);
}

void WebSocket::check_frame(const Call& call, Bytes header) {
  Half& here = half(call.side);
  const WebSocketFrame& frame = here.frame;
  const auto odd = [&](std::string_view code, std::string_view detail = {}) { tell(call, code, header, detail); };
  const bool should_mask = call.side == Side::client;
  if (frame.masked != should_mask && !std::exchange(here.told.mask, true))
    odd(should_mask ? "websocket.mask.missing" : "websocket.mask.unexpected");
  if (life_.closing(call.side) && !std::exchange(here.told.close, true)) odd("websocket.data_after_close");
  if (!frame.known()) odd("websocket.opcode", fmt::format("opcode {}, {} bytes", frame.opcode, frame.length));
  if (!frame.shortest) odd("websocket.length.form");
  const bool deflatable = here.deflate != nullptr && !frame.control() && frame.opcode != WebSocketFrame::continuation;
  const std::uint8_t explained = deflatable ? WebSocketFrame::rsv1 : 0;
  if (!extended_ && (frame.reserved & ~explained) != 0) odd("websocket.rsv", fmt::format("{:03b}", frame.reserved));
  if (!frame.control()) return;
  if (!frame.fin) odd("websocket.control.fragmented", frame.name());
  if (frame.length > WebSocketFrame::largest_control_length) odd("websocket.control.length", fmt::format("{} bytes", frame.length));
}

// What the payload of a frame is that is not read at once.
WebSocket::Next WebSocket::begin_payload(const Call& call, Bytes header) {
  Half& here = half(call.side);
  const WebSocketFrame& frame = here.frame;
  if (frame.control() || !frame.known()) return Next::passed;
  const bool begins = frame.opcode != WebSocketFrame::continuation;
  if (!begins && !here.message.open()) {
    if (!count(call).holed) tell(call, "websocket.continuation", header);
    return Next::passed;
  }
  if (begins && here.message.open()) {
    tell(call, "websocket.unfinished", header, "a message begins before the last one is finished");
    finish_message(call, false, header);
  }
  if (begins) {
    here.message.begin(frame, coding(here), here.deflate.get(), call.context.options.websocket_payload);
    here.message_first = here.first;
  } else {
    here.message.next_frame(frame, here.deflate.get());
  }
  here.message_last = here.last;
  return Next::payload;
}

WebSocketMessage::Coding WebSocket::coding(const Half& here) const {
  using Coding = WebSocketMessage::Coding;
  if (here.frame.reserved == 0) return Coding::plain;
  return here.frame.reserved == WebSocketFrame::rsv1 && here.deflate != nullptr ? Coding::deflated : Coding::unknown;
}

Progress WebSocket::read_payload(const Call& call, Bytes in) {
  Half& here = half(call.side);
  const Bytes piece = in.first(std::min<std::uint64_t>(here.left, in.size()));
  hear(call, call.context.last_stamp(piece), piece.size());
  bool wanted = false;
  if (here.next == Next::payload) {
    here.message.add(piece, here.frame, here.frame.length - here.left, here.deflate.get());
    here.message_last = here.last;
    wanted = here.message.wants_bytes();
  }
  here.left -= piece.size();
  if (here.left == 0) finish_frame(call, piece.last(1));
  return {.used = piece.size(), .skip = wanted ? 0 : here.left};
}

// What the channel dropped of a payload that is merely counted.
void WebSocket::take_skipped(const Call& call) {
  Half& here = half(call.side);
  const std::uint64_t skipped = call.context.skipped();
  if (skipped == 0 || here.left == 0) return;
  hear(call, call.context.skipped_stamp(), skipped);
  if (here.next == Next::payload) {
    here.message.pass(skipped);
    here.message_last = here.last;
  }
  here.left -= skipped;
  if (here.left == 0) finish_frame(call, {});
}

// No more bytes follow those in `in`, or none that are next to them: a control frame that waits for the rest is begun all the
// same.
void WebSocket::begin_cut_frame(const Call& call, Bytes in) {
  Half& here = half(call.side);
  WebSocketFrame frame;
  if (here.next != Next::header || read_frame_header(in, frame) > 0) return;
  begin_frame(call, frame, in.first(frame.header_bytes));
  here.next = Next::passed;
  here.left = frame.bytes() - in.size();
  hear(call, call.context.last_stamp(in), in.size() - frame.header_bytes);
  count(call).holed = true;
}

// The last byte of the frame has come; `last` is it, where it is there.
void WebSocket::finish_frame(const Call& call, Bytes last) {
  Half& here = half(call.side);
  const Next was = std::exchange(here.next, Next::header);
  if (was == Next::payload && here.frame.fin) finish_message(call, true, last);
  if (was == Next::passed && here.frame.control() && here.frame.known()) finish_control(call, {}, {}, !count(call).holed);
}

// `last` are the last bytes that made sense, where they are there.
void WebSocket::lose(const Call& call, Bytes last) {
  Half& here = half(call.side);
  if (here.next == Next::passed && here.frame.control() && here.frame.known()) finish_control(call, {}, {}, false);
  if (here.message.open()) finish_message(call, false, last);
  if (here.deflate != nullptr) here.deflate->miss();
  here.next = Next::header;
  here.left = 0;
  count(call).holed = true;
}

// ---- messages ----

void WebSocket::begin_row(const Call& call, WebSocketMessageRow& row, const Stamp& first, const Stamp& last) const {
  row.id = call.context.new_id(last.number);
  row.websocket_id = life_.id();
  row.from_client = call.side == Side::client;
  row.start_ns = first.time;
  row.end_ns = last.time;
  row.first_frame = first.frame;
  row.last_frame = last.frame;
}

void WebSocket::finish_message(const Call& call, bool whole, Bytes last) {
  Half& here = half(call.side);
  const std::string_view wrong = here.message.finish(whole, here.deflate.get());
  tell(call, wrong, last);
  if (wrong == "websocket.limit") life_.reach_limit();
  WebSocketMessageRow row;
  begin_row(call, row, here.message_first, here.message_last);
  here.message.fill(row);
  if (here.message.has_payload()) row.payload = call.context.text(here.message.payload());
  call.context.rows().add(row);
  life_.add_message(call.side, {here.message_first, here.message_last, row.bytes, here.message.wire_bytes(), here.message.whole(),
                                here.message.compressed()});
  here.message.clear();
}

// `header` and `payload` are empty where the frame is too long to be read, or not `whole`.
void WebSocket::finish_control(const Call& call, Bytes header, Bytes payload, bool whole) {
  Half& here = half(call.side);
  std::array<std::uint8_t, WebSocketFrame::largest_control_length> room;
  const std::span<std::uint8_t> plain = std::span(room).first(payload.size());
  unmask(payload, here.frame.mask, 0, plain);
  WebSocketMessageRow row;
  begin_row(call, row, here.first, here.last);
  row.opcode = here.frame.name();
  row.fragments = 1;
  row.wire_bytes = here.frame.bytes() - here.left;
  row.bytes = here.frame.length - here.left;
  row.compressed = 0;
  row.masked = here.frame.masked;
  row.complete = whole;
  const bool read = whole && payload.size() == here.frame.length;
  if (read && here.frame.opcode == WebSocketFrame::close) read_close(call, payload, plain, row);
  if (read && here.frame.opcode != WebSocketFrame::close) match_ping(call, header, plain, row);
  const std::size_t keep = call.context.options.websocket_payload;
  if (keep > 0 && read)
    row.payload = call.context.text(websocket_payload(as_text(plain.first(std::min(keep, plain.size()))), false, false));
  call.context.rows().add(row);
}

void WebSocket::read_close(const Call& call, Bytes payload, Bytes plain, WebSocketMessageRow& row) {
  Half& here = half(call.side);
  constexpr std::uint16_t none = 1005;  // RFC 6455 section 7.1.5
  Cursor cursor(plain);
  const std::uint16_t code = plain.empty() ? none : cursor.u16();
  const Bytes reason = cursor.rest();
  if (!cursor.ok()) tell(call, "websocket.close.length", payload);
  if (!plain.empty() && cursor.ok() && !may_close_with(code)) tell(call, "websocket.close.code", payload, std::to_string(code));
  Utf8Check utf8;
  utf8.add(reason);
  if (!reason.empty()) row.valid_utf8 = utf8.whole();
  if (!utf8.whole()) tell(call, "websocket.utf8", payload.subspan(payload.size() - reason.size()));
  life_.close(call.side, cursor.ok() ? code : none, as_text(reason), here.first);
}

void WebSocket::match_ping(const Call& call, Bytes header, Bytes plain, WebSocketMessageRow& row) {
  Half& here = half(call.side);
  if (here.frame.opcode == WebSocketFrame::ping) {
    if (here.pings == nullptr) here.pings = std::make_unique<WebSocketPings>();
    const bool room = here.pings->send(as_text(plain), {row.id.value, here.last.time});
    if (room || std::exchange(here.told.pings, true)) return;
    life_.reach_limit();
    tell(call, "websocket.limit", header, "pings without a pong");
    return;
  }
  const auto& asked = half(other(call.side)).pings;
  const auto ping = asked == nullptr ? std::nullopt : asked->answer(as_text(plain));
  if (!ping) return;
  row.answers_id = ping->id;
  row.rtt_ns = std::max<Time>(0, here.first.time - ping->at);
}

}  // namespace longwire
