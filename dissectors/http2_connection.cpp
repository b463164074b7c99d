#include "dissectors/http2_connection.h"

#include <algorithm>
#include <utility>

#include "capture/limits.h"
#include "dissectors/detector.h"
#include "dissectors/header_json.h"
#include "dissectors/opaque.h"
#include "dissectors/rows/http2.h"
#include "dissectors/websocket.h"

namespace longwire {
namespace {

constexpr std::uint64_t credit_per_frame = 16;  // streams; so that settings cost no more than frames do, whatever they change

// Who reads the DATA of a CONNECT, maybe an extended one (RFC 8441), that `response` grants.
std::unique_ptr<Dissector> reader_of_tunnel(const Http2Stream& stream, std::string_view protocol, Side asking, Bytes response,
                                            Context& context) {
  if (protocol.empty()) return make_detector();
  if (protocol != "websocket") return make_opaque("upgraded");
  WebSocketOpening opening{stream.exchange.id, stream.id, context.last_stamp(response), {}};
  const auto fields = [&](Side side) { return stream.exchange.view(stream.sides[index(side)].message.fields); };
  for (HeaderJsonFields all(fields(asking)); all.next();) opening.handshake.add_request_field(all.name(), all.value());
  for (HeaderJsonFields all(fields(other(asking))); all.next();) opening.handshake.add_response_field(all.name(), all.value());
  return make_websocket(std::move(opening), response, context);
}

bool is_interim(std::uint16_t status) {
  return status >= 100 && status < 200;
}

}  // namespace

void Http2Connection::follow(Http2Upgrade upgrade, Context& context) {
  Http2Stream& stream = make_stream(1, {}, context);
  stream.exchange = std::move(upgrade.exchange);
  stream.idle_before = upgrade.idle_before;
  stream.head = upgrade.head;
  stream.sides[index(streams_.asking)].message = upgrade.request;
  stream.sides[index(streams_.asking)].content_bytes = upgrade.request_body_bytes;
  stream.sides[index(streams_.asking)].message.over = true;
  streams_.adopt_exchange();
  streams_.open(stream, upgrade.request.seen ? upgrade.request.first : context.now());
  half(streams_.asking).settings.read(as_bytes(upgrade.settings));
  half(streams_.asking).settings.acknowledge();
  apply_window(other(streams_.asking), context.now());
}

// ---- frames ----

bool Http2Connection::begin_frame(const Call& call, const Http2Frame& frame, Bytes header) {
  Half& here = half(call.side);
  const Bytes at = header.first(1);
  credit_ += credit_per_frame;
  facts_.count(call.side, frame, call.context.first_stamp(at));
  const auto of_block = [&] { return frame.is(Http2FrameType::continuation) && frame.stream == here.block.start().frame.stream; };
  if (here.block.open() && !of_block()) {  // RFC 9113 section 6.10: nothing may come between
    tell(call.context, "http2.continuation.missing", at);
    end_block(call, header);
  }
  if (!std::exchange(here.begun, true) && !midstream_ && !frame.is(Http2FrameType::settings)) tell(call.context, "http2.preface", at);
  if (frame.length > largest_frame(call.side)) tell(call.context, "http2.frame.length", at, std::to_string(frame.length));
  const std::string_view fault = http2_frame_fault(frame);
  tell(call.context, fault, at, http2_frame_name(frame.type));
  return fault.empty() || frame.of_header_block();
}

void Http2Connection::take_frame(const Call& call, const Http2Frame& frame, Bytes bytes) {
  const Bytes payload = bytes.subspan(Http2Frame::header_size);
  const Stamp first = call.context.first_stamp(bytes);
  switch (static_cast<Http2FrameType>(frame.type)) {
    case Http2FrameType::headers:
    case Http2FrameType::push_promise:
    case Http2FrameType::continuation:
      if (half(call.side).block.take(frame, bytes, streams_.lossy(), call.context, oddities_)) end_block(call, bytes);
      return;
    case Http2FrameType::priority:
      return take_priority(call, frame, payload, bytes);
    case Http2FrameType::rst_stream:
      return take_reset(call, frame, payload, bytes);
    case Http2FrameType::settings:
      return take_settings(call, frame, payload, bytes);
    case Http2FrameType::ping:
      if (!facts_.ping(call.side, frame, payload, first, call.context) && !streams_.lossy())
        tell(call.context, "http2.ping.ack", bytes.first(1));
      return;
    case Http2FrameType::goaway:
      streams_.persistent = false;
      return facts_.goaway(call.side, payload, first, call.context);
    case Http2FrameType::window_update:
      return take_window_update(call, frame, payload, bytes);
    case Http2FrameType::altsvc:
      return facts_.alt_svc(payload);
    case Http2FrameType::origin:
      return facts_.origin(payload);
    case Http2FrameType::priority_update:
      return take_priority_update(call, payload, bytes);
    case Http2FrameType::data:
      break;
  }
}

// What stands before a hole in a header block is decoded; the rest of it is lost.
void Http2Connection::take_part(const Call& call, const Http2Frame& frame, Bytes bytes) {
  if (!frame.of_header_block()) return;
  if (half(call.side).block.take_part(frame, bytes, streams_.lossy(), call.context, oddities_)) end_block(call, bytes);
}

// ---- header blocks ----

void Http2Connection::end_block(const Call& call, Bytes bytes) {
  Http2HeaderBlock& block = half(call.side).block;
  block.finish(bytes, call.context, oddities_);
  facts_.count_continuations(block.continuations());
  if (block.start().frame.stream == 0) return;  // told as http2.frame.stream
  block.start().frame.is(Http2FrameType::headers) ? end_headers(call, bytes) : end_promise(call, bytes);
}

void Http2Connection::end_headers(const Call& call, Bytes bytes) {
  Half& here = half(call.side);
  const Http2Fields& fields = here.block.fields();
  if (!sides_known_ && (fields.asks() || fields.answers())) know_client(fields.asks() ? call.side : other(call.side));
  Http2Stream* stream = stream_of(call, here.block.start().frame, bytes);
  if (stream == nullptr) return;
  if (here.block.start().has_priority) {
    stream->priority = here.block.start().priority;
    stream->has_priority = true;
  }
  const HttpMessage& message = stream->sides[index(call.side)].message;
  if (message.over || (stream->reset && stream->reset_by == call.side)) {
    tell(call.context, "http2.stream.closed", bytes.first(1), "HEADERS");
    return;
  }
  take_message(call, *stream, bytes);
}

// The stream that the header section, or DATA, of `frame` belongs to; null = none that is open.
Http2Stream* Http2Connection::stream_of(const Call& call, const Http2Frame& frame, Bytes bytes) {
  if (Http2Stream* known = streams_.find(frame.stream)) return known;
  if (streams_.closed(frame.stream)) {
    tell(call.context, "http2.stream.closed", bytes.first(1), http2_frame_name(frame.type));
    return nullptr;
  }
  const bool opens = frame.is(Http2FrameType::headers) && asks(call.side);
  if (opens && frame.stream % 2 == 0) tell(call.context, "http2.stream.parity", bytes.first(1), std::to_string(frame.stream));
  if (!opens && !streams_.lossy()) tell(call.context, "http2.stream.idle", bytes.first(1), http2_frame_name(frame.type));
  Http2Stream& made = make_stream(frame.stream, bytes, call.context);
  streams_.use(frame.stream);
  if (!opens) made.exchange.midstream = streams_.lossy();
  return &made;
}

Http2Stream& Http2Connection::make_stream(std::uint32_t id, Bytes bytes, Context& context) {
  const bool full = streams_.size() >= limits::http2_streams;
  Http2Stream& stream = streams_.make(id, context);
  if (full) tell(context, "http2.limit", bytes.first(1), "streams");
  for (const Side side : {Side::client, Side::server}) stream.sides[index(side)].window.known = half(other(side)).initial_known;
  return stream;
}

// A header section on a stream: of a request, an interim or a final response, or trailers.
void Http2Connection::take_message(const Call& call, Http2Stream& stream, Bytes bytes) {
  Half& here = half(call.side);
  const Http2Fields& fields = here.block.fields();
  const Http2HeaderBlock::Start& start = here.block.start();
  HttpMessage& message = stream.sides[index(call.side)].message;
  const Stamp last = call.context.last_stamp(bytes);
  const bool ends = start.frame.has(Http2Frame::end_stream);
  const bool first_section = !message.seen && (fields.any_pseudo() || !streams_.lossy());
  if (!stream.has_exchange()) {
    streams_.begin_exchange(stream, start.first, asks(call.side), call.context);
    if (!asks(call.side) && !stream.pushed()) stream.exchange.midstream = streams_.lossy();
  }
  streams_.open(stream, start.first);
  stream.keeps_text = !streams_.full_of_text();
  if (!stream.keeps_text) {
    stream.exchange.limited = true;
    tell(call.context, "http2.limit", bytes.first(1), "header fields");
  }
  if (!asks(call.side) && !message.seen && is_interim(fields.status()) && !ends) {
    stream.exchange.add_interim(fields.status());
    return streams_.weigh(stream);
  }
  if (!first_section) {
    if (fields.any_pseudo()) tell(call.context, "http2.pseudo.trailer", bytes.first(1));
    if (!ends) tell(call.context, "http2.trailers.end", bytes.first(1));
    stream.take_trailers(call.side, fields);
  } else if (asks(call.side)) {
    message.first = start.first;
    stream.take_request(call.side, fields, call.context.options);
    check_request(call, fields, bytes);
  } else {
    message.first = start.first;
    stream.take_response(call.side, fields, call.context.options);
    if (!fields.answers() && !fields.holed() && here.block.complete())
      tell(call.context, "http2.pseudo.missing", bytes.first(1), ":status");
    if (stream.connect && fields.status() / 100 == 2) open_tunnel(call, stream, bytes);
  }
  message.last = last;
  if (!here.block.complete()) stream.miss(call.side);
  if (ends) return end_stream(call, stream, last, bytes);
  if (first_section) flow_.begin(stream.sending(call.side), last);
  streams_.weigh(stream);
}

// RFC 9113 sections 8.3.1 and 8.5, RFC 8441 section 4.
void Http2Connection::check_request(const Call& call, const Http2Fields& fields, Bytes bytes) {
  using Pseudo = Http2Fields::Pseudo;
  if (fields.holed() || !half(call.side).block.complete()) return;
  const bool tunnel = fields.value(Pseudo::method) == "CONNECT" && !fields.has(Pseudo::protocol);
  const bool whole =
      fields.has(Pseudo::method) && (tunnel ? fields.has(Pseudo::authority) : fields.has(Pseudo::scheme) && fields.has(Pseudo::path));
  if (!whole) tell(call.context, "http2.pseudo.missing", bytes.first(1));
  const std::string_view authority = fields.value(Pseudo::authority), host = fields.host();
  if (authority.data() != nullptr && host.data() != nullptr && authority.substr(authority.rfind('@') + 1) != host)
    tell(call.context, "http2.authority.conflict", bytes.first(1), host);
}

// What the DATA of a CONNECT carries is none of HTTP any more.
void Http2Connection::open_tunnel(const Call& call, Http2Stream& stream, Bytes response) {
  const std::string protocol(stream.exchange.view(stream.protocol));
  stream.exchange.upgraded_to = stream.exchange.keep(protocol.empty() ? "tunnel" : protocol);
  stream.tunnel =
      std::make_unique<Channel>(reader_of_tunnel(stream, protocol, other(call.side), response, call.context), call.context.layers());
  ++tunnels_;
}

void Http2Connection::end_stream(const Call& call, Http2Stream& stream, const Stamp& last, Bytes at) {
  if (stream.tunnel != nullptr) stream.tunnel->end(call.side, End::fin, last, call.context);
  tell(call.context, stream.finish(call.side, true), at.empty() ? at : at.first(1));
  streams_.settle(stream, last, call.context);
}

// RFC 9113 section 8.4.
void Http2Connection::end_promise(const Call& call, Bytes bytes) {
  const Http2HeaderBlock& block = half(call.side).block;
  const std::uint32_t promised = block.start().promised;
  const Side asking = other(call.side);
  if (!sides_known_) know_client(asking);
  if (asks(call.side)) return tell(call.context, "http2.push.sender", bytes.first(1));
  if (half(asking).settings.value(Http2Settings::enable_push).value == 0) tell(call.context, "http2.push.disabled", bytes.first(1));
  if (promised == 0 || promised % 2 != 0) return tell(call.context, "http2.stream.parity", bytes.first(1), std::to_string(promised));
  if (streams_.find(promised) != nullptr || streams_.closed(promised)) {
    return tell(call.context, "http2.stream.closed", bytes.first(1), "PUSH_PROMISE");
  }
  Http2Stream& stream = make_stream(promised, bytes, call.context);
  streams_.use(promised);
  streams_.count_promise();
  stream.promised_by = block.start().frame.stream;
  streams_.begin_exchange(stream, block.start().first, true, call.context);
  stream.keeps_text = !streams_.full_of_text();
  stream.take_request(asking, block.fields(), call.context.options);
  if (!block.complete()) stream.miss(asking);
  HttpMessage& request = stream.sides[index(asking)].message;
  request.first = block.start().first;
  request.last = call.context.last_stamp(bytes);
  stream.finish(asking, true);
  streams_.weigh(stream);
}

// ---- DATA ----

bool Http2Connection::begin_data(const Call& call, const Http2Frame& frame, std::uint32_t content, Bytes header) {
  Half& here = half(call.side);
  const Stamp first = call.context.first_stamp(header);
  Http2Stream* stream = stream_of(call, frame, header);
  const bool refused = stream != nullptr && reading(call, frame) == nullptr;
  if (refused) tell(call.context, "http2.stream.closed", header.first(1), "DATA");
  if (here.last_data != 0 && here.last_data != frame.stream) facts_.count_interleaved(call.side);
  here.last_data = frame.has(Http2Frame::end_stream) ? 0 : frame.stream;
  if (stream == nullptr || refused) {
    flow_.send(call.side, frame.length);
    return false;
  }
  Http2StreamSide& side = stream->sides[index(call.side)];
  if (!side.message.seen && !streams_.lossy()) tell(call.context, "http2.data.before_headers", header.first(1));
  tell(call.context, flow_.send(stream->sending(call.side), frame.length, first, call.context), header.first(1));
  ++side.data_frames;
  side.payload_bytes += frame.length;
  side.announced_bytes += content;
  return wanted(*stream, call.side);
}

Http2Stream* Http2Connection::reading(const Call& call, const Http2Frame& frame) {
  Http2Stream* stream = streams_.find(frame.stream);
  if (stream == nullptr || stream->sides[index(call.side)].message.over) return nullptr;
  return stream->reset && stream->reset_by == call.side ? nullptr : stream;
}

bool Http2Connection::take_data(const Call& call, const Http2Frame& frame, Bytes content) {
  Http2Stream* stream = reading(call, frame);
  if (stream == nullptr) return false;
  stream->take_content(call.side, content);
  if (!content.empty()) stream->sides[index(call.side)].message.last = call.context.last_stamp(content);
  if (stream->tunnel == nullptr) return wanted(*stream, call.side);
  while (!content.empty()) {
    const Bytes piece = call.context.first_packet(content);
    stream->tunnel->data(call.side, piece, call.context.first_stamp(piece), call.context);
    content = content.subspan(piece.size());
  }
  return true;
}

void Http2Connection::count_data(const Call& call, const Http2Frame& frame, std::uint64_t count) {
  Http2Stream* stream = reading(call, frame);
  if (stream == nullptr) return;
  stream->count_content(call.side, count);
  stream->sides[index(call.side)].message.last = call.context.skipped_stamp(call.side);
}

void Http2Connection::miss_data(const Call& call, const Http2Frame& frame, std::uint64_t count) {
  Http2Stream* stream = reading(call, frame);
  if (stream == nullptr) return;
  stream->miss(call.side);
  if (stream->tunnel != nullptr) stream->tunnel->gap(call.side, count, call.context.now(), call.context);
}

void Http2Connection::end_data(const Call& call, const Http2Frame& frame, const Stamp& last, Bytes at) {
  Http2Stream* stream = reading(call, frame);
  if (stream == nullptr) return flow_.sent(call.side, last);
  const bool ends = frame.has(Http2Frame::end_stream);
  stream->sides[index(call.side)].message.last = last;
  flow_.sent(stream->sending(call.side), !ends, last);
  if (ends) return end_stream(call, *stream, last, at);
  streams_.weigh(*stream);
}

// ---- the other frames ----

void Http2Connection::take_priority(const Call& call, const Http2Frame& frame, Bytes payload, Bytes bytes) {
  Cursor in(payload);
  const Http2Priority priority = Http2Priority::read(in);
  if (priority.depends_on == frame.stream) tell(call.context, "http2.priority.self", bytes.first(1));
  Http2Stream* stream = open_or_idle(call, frame.stream, bytes);
  if (stream == nullptr) return;
  stream->priority = priority;
  stream->has_priority = true;
}

// A stream that may be told about before it is opened: others depend on it, or it is only about to be.
Http2Stream* Http2Connection::open_or_idle(const Call& call, std::uint32_t id, Bytes bytes) {
  Http2Stream* stream = streams_.find(id);
  if (stream != nullptr || id == 0 || streams_.lossy() || streams_.closed(id)) return stream;
  if (streams_.size() < limits::http2_streams) return &make_stream(id, bytes, call.context);
  streams_.set_limited();
  return nullptr;
}

void Http2Connection::take_reset(const Call& call, const Http2Frame& frame, Bytes payload, Bytes bytes) {
  const Stamp at = call.context.last_stamp(bytes);
  Http2Stream* stream = streams_.find(frame.stream);
  if (stream == nullptr) {
    if (!streams_.lossy() && !streams_.closed(frame.stream)) tell(call.context, "http2.stream.idle", bytes.first(1), "RST_STREAM");
    return;
  }
  const bool answered = stream->sides[index(other(streams_.asking))].message.seen;
  if (!stream->reset && asks(call.side) && !answered) facts_.count_reset_before_response();
  for (const Side side : {call.side, other(call.side)}) {
    if (stream->sides[index(side)].unfinished()) flow_.stop(stream->sending(side), "reset", at, call.context);
    if (stream->tunnel != nullptr) stream->tunnel->end(side, End::rst, at, call.context);
  }
  const std::uint32_t code = Cursor(payload).u32();
  streams_.reset(*stream, call.side, code, http2_error_name(code), at, call.context);
}

void Http2Connection::take_settings(const Call& call, const Http2Frame& frame, Bytes payload, Bytes bytes) {
  const Side across = other(call.side);
  const Stamp at = call.context.last_stamp(bytes);
  if (frame.has(Http2Frame::ack)) {
    Half& asked = half(across);
    const bool first = asked.settings_at.number != 0 && asked.acknowledged_after.is_null();
    if (!asked.settings.acknowledge() && !streams_.lossy()) tell(call.context, "http2.settings.ack", bytes.first(1));
    if (first) asked.acknowledged_after = std::max<Time>(0, at.time - asked.settings_at.time);
    return apply_window(call.side, at);
  }
  Half& here = half(call.side);
  if (here.settings_at.number == 0) here.settings_at = at;
  if (here.settings.unacknowledged() >= limits::http2_settings_waiting) tell(call.context, "http2.settings.flood", bytes.first(1));
  tell(call.context, here.settings.read(payload), bytes.first(1));
  here.initial_known = true;
  const Integer table = here.settings.value(Http2Settings::header_table_size);
  if (!table.is_null()) half(across).block.hpack().allow(static_cast<std::uint64_t>(table.value));
  apply_window(across, at);
}

// The settings of the other side, as far as they are in force, change what `sender` may send on its streams.
void Http2Connection::apply_window(Side sender, const Stamp& at) {
  if (!flow_.set_initial(sender, half(other(sender)).settings.window()) || streams_.size() > credit_) return;
  credit_ -= streams_.size();
  for (Http2Stream* stream : streams_.all()) flow_.changed(stream->sending(sender), stream->sides[index(sender)].unfinished(), at);
}

void Http2Connection::take_window_update(const Call& call, const Http2Frame& frame, Bytes payload, Bytes bytes) {
  const Side sender = other(call.side);
  const Stamp at = call.context.last_stamp(bytes);
  const std::uint32_t increment = Cursor(payload).u32() & 0x7fffffff;
  if (frame.stream == 0) return tell(call.context, flow_.open(sender, increment, at), bytes.first(1));
  Http2Stream* stream = streams_.find(frame.stream);
  if (stream != nullptr) return tell(call.context, flow_.open(stream->sending(sender), increment, at), bytes.first(1));
  if (increment == 0) tell(call.context, "http2.window.zero", bytes.first(1));
  if (!streams_.lossy() && !streams_.closed(frame.stream)) tell(call.context, "http2.stream.idle", bytes.first(1), "WINDOW_UPDATE");
}

//   priority-update = R(1) prioritized-stream(31) Priority-Field-Value      RFC 9218 section 7.1
void Http2Connection::take_priority_update(const Call& call, Bytes payload, Bytes bytes) {
  Cursor in(payload);
  Http2Stream* stream = open_or_idle(call, in.u32() & 0x7fffffff, bytes);
  if (stream != nullptr) stream->urgency.read(as_text(in.rest()));
}

// ---- what was missed, and the end ----

void Http2Connection::lose(Side side, std::uint64_t missing, Context& context) {
  Half& here = half(side);
  here.block.lose();
  here.block.close();
  here.last_data = 0;
  streams_.lose(side);
  flow_.lose();
  for (Half& each : halves_) each.settings.lose();
  if (tunnels_ == 0) return;
  for (Http2Stream* stream : streams_.all())
    if (stream->tunnel != nullptr) stream->tunnel->gap(side, missing, context.now(), context);
}

void Http2Connection::begin_midstream() {
  midstream_ = true;
  sides_known_ = false;
  streams_.lose_beginning();
  flow_.lose();
  for (Half& each : halves_) {
    each.block.lose();
    each.initial_known = false;
  }
}

void Http2Connection::know_client(Side side) {
  sides_known_ = true;
  streams_.asking = side;
}

void Http2Connection::end(Side side, End how, Context& context) {
  if (tunnels_ == 0) return;
  for (Http2Stream* stream : streams_.all())
    if (stream->tunnel != nullptr) stream->tunnel->end(side, how, context.now(), context);
}

void Http2Connection::finish(std::string_view how, Context& context) {
  std::array<bool, 2> unfinished{};
  for (Http2Stream* stream : streams_.all()) {
    for (const Side side : {Side::client, Side::server}) {
      if (stream->reset || !stream->sides[index(side)].unfinished()) continue;
      unfinished[index(side)] = true;
      flow_.stop(stream->sending(side), "end", context.now(), context);
    }
  }
  for (const Side side : {Side::client, Side::server}) flow_.stop(side, unfinished[index(side)], context.now(), context);
  streams_.finish(context);

  const Half& client = half(Side::client);
  const Half& server = half(Side::server);
  Http2ConnectionRow row;
  row.connection_id = context.connection.id;
  row.protocol = "2";
  row.how = how;
  if (client.settings.seen()) row.client_settings = context.text(client.settings.json());
  if (server.settings.seen()) row.server_settings = context.text(server.settings.json());
  row.client_settings_ack_ns = client.acknowledged_after;
  row.server_settings_ack_ns = server.acknowledged_after;
  row.client_header_wire_bytes = client.block.wire_bytes();
  row.client_header_plain_bytes = client.block.plain_bytes();
  row.server_header_wire_bytes = server.block.wire_bytes();
  row.server_header_plain_bytes = server.block.plain_bytes();
  row.client_never_indexed = client.block.never_indexed();
  row.server_never_indexed = server.block.never_indexed();
  row.streams = streams_.streams();
  row.pushed_streams = streams_.pushed();
  row.max_concurrent_streams_seen = streams_.most_open(true);
  row.max_concurrent_pushes_seen = streams_.most_open(false);
  row.client_stalls = flow_.stalls(Side::client);
  row.client_stalled_ns = flow_.stalled(Side::client);
  row.server_stalls = flow_.stalls(Side::server);
  row.server_stalled_ns = flow_.stalled(Side::server);
  facts_.finish(row, context);
  row.hpack_damaged = client.block.hpack().damaged() || server.block.hpack().damaged();
  row.midstream = midstream_;
  row.limited = streams_.limited() || facts_.limited() || flow_.limited();
  context.rows().add(row);
}

std::uint64_t Http2Connection::held_memory() const {
  return half(Side::client).block.held_memory() + half(Side::server).block.held_memory() + streams_.held_memory() + facts_.held_memory();
}

}  // namespace longwire
