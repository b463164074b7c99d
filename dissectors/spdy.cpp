#include "dissectors/spdy.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "capture/limits.h"
#include "dissectors/rows/http2.h"

//   syn-stream    = R(1) stream(31) R(1) associated(31) priority(2, 3 in SPDY/3) unused slot(8) block
//   syn-reply     = R(1) stream(31) [ unused(16) in SPDY/2 ] block
//   headers       = R(1) stream(31) [ unused(16) in SPDY/2 ] block
//   rst-stream    = R(1) stream(31) status(32)
//   window-update = R(1) stream(31) R(1) delta(31)         stream 0, the whole connection, in SPDY/3.1
//   goaway        = R(1) last-good-stream(31) [ status(32) ]

namespace longwire {
namespace {

constexpr std::uint32_t id_bits = 0x7fffffff;

// The literal of a protocol's name.
std::string_view literal_of(std::string_view protocol) {
  constexpr std::array<std::string_view, 3> names{"spdy/2", "spdy/3", "spdy/3.1"};
  const auto known = std::find(names.begin(), names.end(), protocol);
  return known == names.end() ? names[1] : *known;
}

}  // namespace

std::unique_ptr<Dissector> make_spdy(std::string_view protocol) {
  return std::make_unique<Spdy>(protocol);
}

Match probe_spdy(Side, Bytes first) {
  return spdy_frame_begins(first);
}

Spdy::Spdy(std::string_view protocol) : streams_(literal_of(protocol)) {
  if (!protocol.empty()) how_ = "alpn";
}

std::uint64_t Spdy::memory() const {
  return sizeof *this + streams_.held_memory() + halves_[0].block.held_memory() + halves_[1].block.held_memory();
}

Progress Spdy::data(Side side, Bytes in, Context& context) {
  const Call call{side, context};
  if (how_.data() == nullptr) how_ = context.connection.midstream ? "midstream" : "prior-knowledge";
  take_skipped(call);
  return read(call, in);
}

AfterGap Spdy::gap(Side side, Bytes in, std::uint64_t missing, Context& context) {
  const Call call{side, context};
  take_skipped(call);
  const Progress before = read(call, in);
  Half& here = half(side);
  if (!before.lost && here.next != Half::Next::frame && missing <= here.left) {
    Http2Stream* stream = reading(call);
    if (stream != nullptr) stream->miss(side);
    here.left -= static_cast<std::uint32_t>(missing);
    if (here.left == 0) end_data(call, {});
    return AfterGap::resumed;
  }
  lose(side);
  return AfterGap::lost;
}

void Spdy::end(Side side, Bytes in, End how, Context& context) {
  const Call call{side, context};
  take_skipped(call);
  const Progress before = read(call, in);
  const Bytes rest = in.subspan(before.used);
  Half& here = half(side);
  const bool closed = how == End::fin || how == End::rst;  // not merely that the capture is over
  const bool inside = here.left > 0 || !rest.empty();
  if (closed && inside && !before.lost) tell(call, "spdy.frame.short", rest.first(std::min<std::size_t>(rest.size(), 1)));
  here.left = 0;
  here.next = Half::Next::frame;
  here.ended = true;
  if (half(other(side)).ended) finish(context);
}

Progress Spdy::read(const Call& call, Bytes in) {
  std::size_t done = 0;
  for (;;) {
    const Bytes rest = in.subspan(done);
    Progress step = read_next(call, rest);
    const bool stop = step.skip > 0 || step.lost || step.need > rest.size() - step.used;
    done += step.used;
    step.used = done;
    if (stop) return step;
  }
}

Progress Spdy::read_next(const Call& call, Bytes in) {
  return half(call.side).next == Half::Next::frame ? read_frame(call, in) : read_payload(call, in);
}

Progress Spdy::read_frame(const Call& call, Bytes in) {
  Half& here = half(call.side);
  if (!here.begun && call.context.connection.midstream) {  // frames must be certain
    const Match begins = spdy_frame_begins(in);
    if (begins == Match::maybe) return need(in.size() + 1);
    midstream_ = true;
    lose(call.side);
    here.begun = true;
    Progress progress;
    progress.lost = begins == Match::no;
    return progress;
  }
  if (in.size() < SpdyFrame::header_size) return need(SpdyFrame::header_size);
  const SpdyFrame frame = SpdyFrame::read(in);
  here.begun = true;
  if (!frame.control) return read_data_header(call, frame, in);
  if (frame.version != 2 && frame.version != 3) {
    tell(call, "spdy.frame.version", in.first(1), std::to_string(frame.version));
    lose(call.side);
    Progress progress;
    progress.lost = true;
    return progress;
  }
  const std::size_t size = SpdyFrame::header_size + frame.length;
  const bool too_long = frame.length > limits::http2_frame_bytes;
  if (!too_long && in.size() < size) return need(size);
  ++here.frames[std::min<std::size_t>(frame.type, SpdyFrame::types)];
  know_version(frame.version);
  if (!too_long) {
    if (frame.sound()) take_control(call, frame, in.first(size));
    if (!frame.sound() && !spdy_frame_name(frame.type).empty()) tell(call, "spdy.frame.size", in.first(1), spdy_frame_name(frame.type));
    if (!frame.sound() && frame.of_header_block()) here.block.lose();
    return used(size);
  }
  tell(call, "spdy.limit", in.first(1), "a frame");
  streams_.set_limited();
  if (frame.of_header_block()) here.block.lose();
  here.frame = frame;
  here.left = frame.length;
  here.next = Half::Next::dropped;
  return used(SpdyFrame::header_size);
}

// ---- DATA ----

Progress Spdy::read_data_header(const Call& call, const SpdyFrame& frame, Bytes in) {
  Half& here = half(call.side);
  const Bytes header = in.first(SpdyFrame::header_size);
  ++here.frames[0];
  here.frame = frame;
  here.left = frame.length;
  here.last = call.context.last_stamp(header);
  here.next = Half::Next::data;
  Http2Stream* stream = reading(call);
  if (stream != nullptr) {
    Http2StreamSide& side = stream->sides[index(call.side)];
    ++side.data_frames;
    side.payload_bytes += frame.length;
  } else if (!streams_.lossy()) {
    tell(call, "spdy.stream.closed", header.first(1), "DATA");
  }
  if (here.left == 0) end_data(call, header);
  return used(SpdyFrame::header_size);
}

// The stream of the DATA frame being read, where it is open for this side.
Http2Stream* Spdy::reading(const Call& call) {
  Half& here = half(call.side);
  Http2Stream* stream = here.next == Half::Next::data ? streams_.find(here.frame.stream) : nullptr;
  return stream == nullptr || stream->sides[index(call.side)].message.over ? nullptr : stream;
}

// The rest of a payload. What nobody wants is skipped, but for the last byte: so what is told of its end has a place.
Progress Spdy::read_payload(const Call& call, Bytes in) {
  Half& here = half(call.side);
  const Bytes bytes = in.first(std::min<std::size_t>(in.size(), here.left));
  if (bytes.empty()) return need(1);
  here.last = call.context.last_stamp(bytes);
  Http2Stream* stream = reading(call);
  bool wanted = false;
  if (stream != nullptr) {
    stream->take_content(call.side, bytes);
    stream->sides[index(call.side)].message.last = here.last;
    wanted = stream->sides[index(call.side)].content != nullptr;
  }
  here.left -= static_cast<std::uint32_t>(bytes.size());
  Progress progress = used(bytes.size());
  if (here.left == 0) {
    end_data(call, bytes.last(1));
  } else if (wanted || here.left == 1) {
    progress.need = 1;
  } else {
    progress.skip = here.left - 1;
  }
  return progress;
}

void Spdy::take_skipped(const Call& call) {
  const auto count = static_cast<std::uint32_t>(call.context.skipped(call.side));
  Half& here = half(call.side);
  if (count == 0 || here.next == Half::Next::frame) return;
  here.last = call.context.skipped_stamp(call.side);
  if (Http2Stream* stream = reading(call)) {
    stream->count_content(call.side, count);
    stream->sides[index(call.side)].message.last = here.last;
  }
  here.left -= std::min(count, here.left);
}

void Spdy::end_data(const Call& call, Bytes at) {
  Half& here = half(call.side);
  Http2Stream* stream = reading(call);
  here.next = Half::Next::frame;
  if (stream == nullptr) return;
  stream->sides[index(call.side)].message.last = here.last;
  if (here.frame.has(SpdyFrame::fin)) return end_stream(call, *stream, here.last, at);
  streams_.weigh(*stream);
}

void Spdy::end_stream(const Call& call, Http2Stream& stream, const Stamp& last, Bytes at) {
  const std::string_view wrong = stream.finish(call.side, true);
  if (wrong != "http2.content_length.mismatch") tell(call, wrong, at.empty() ? at : at.first(1));
  streams_.settle(stream, last, call.context);
}

// ---- control frames ----

void Spdy::know_version(unsigned version) {
  version_ = version;
  if (version == 2) streams_.set_version("spdy/2");
}

void Spdy::take_control(const Call& call, const SpdyFrame& frame, Bytes bytes) {
  Cursor in(bytes.subspan(SpdyFrame::header_size));
  switch (static_cast<SpdyFrameType>(frame.type)) {
    case SpdyFrameType::syn_stream:
    case SpdyFrameType::syn_reply:
    case SpdyFrameType::headers:
      return take_headers(call, frame, bytes);
    case SpdyFrameType::rst_stream:
      return take_reset(call, in, bytes);
    case SpdyFrameType::window_update:
      if (version_ == 3 && (in.u32() & id_bits) == 0) streams_.set_version("spdy/3.1");
      return;
    case SpdyFrameType::goaway:
      streams_.persistent = false;
      if (goaways_++ > 0) return;
      goaway_by_ = call.side;
      goaway_at_ = call.context.first_stamp(bytes).time;
      goaway_last_ = in.u32() & id_bits;
      return;
    default:
      return;
  }
}

void Spdy::take_headers(const Call& call, const SpdyFrame& frame, Bytes bytes) {
  Half& here = half(call.side);
  Cursor in(bytes.subspan(SpdyFrame::header_size));
  const bool opens = frame.is(SpdyFrameType::syn_stream);
  const std::uint32_t id = in.u32() & id_bits;
  const std::uint32_t associated = opens ? in.u32() & id_bits : 0;
  const std::uint8_t priority = opens ? in.u8() : 0;
  if (opens) in.skip(1);
  if (!opens && version_ == 2) in.skip(2);
  const std::string_view wrong = here.block.read(in.rest(), version_, call.context.options.secrets);
  tell(call, wrong, bytes.first(1));
  Http2Stream* stream = streams_.find(id);
  if (opens) {
    const bool of_server = id % 2 == 0;
    if (!streams_.lossy()) {
      if (id == 0 || of_server == asks(call.side)) return tell(call, "spdy.stream.parity", bytes.first(1), std::to_string(id));
      if (stream != nullptr || streams_.closed(id)) return tell(call, "spdy.stream.closed", bytes.first(1), "SYN_STREAM");
    } else if (of_server == asks(call.side) && id != 0) {  // midstream, the sides were guessed wrongly
      streams_.asking = other(call.side);
    }
    if (stream != nullptr && stream->has_exchange()) return;  // it was known by what was missed
    if (stream == nullptr) stream = &streams_.make(id, call.context);
    streams_.use(id);
    stream->urgency.urgency = static_cast<std::int8_t>(version_ == 2 ? priority >> 6 : priority >> 5);
    if (!asks(call.side)) return take_push(call, *stream, associated, bytes);
  } else if (stream == nullptr) {
    if (!streams_.lossy()) return tell(call, "spdy.stream.closed", bytes.first(1), spdy_frame_name(frame.type));
    stream = &streams_.make(id, call.context);
    streams_.use(id);
  }
  if (stream->sides[index(call.side)].message.over) return tell(call, "spdy.stream.closed", bytes.first(1), spdy_frame_name(frame.type));
  take_message(call, *stream, frame, bytes);
}

// A header section: of a request, a response, or what comes later.
void Spdy::take_message(const Call& call, Http2Stream& stream, const SpdyFrame& frame, Bytes bytes) {
  Half& here = half(call.side);
  HttpMessage& message = stream.sides[index(call.side)].message;
  const Stamp first = call.context.first_stamp(bytes), last = call.context.last_stamp(bytes);
  if (!stream.has_exchange()) {
    streams_.begin_exchange(stream, first, asks(call.side), call.context);
    if (!asks(call.side)) stream.exchange.midstream = streams_.lossy();
  }
  streams_.open(stream, first);
  stream.keeps_text = !streams_.full_of_text();
  if (!stream.keeps_text) {
    stream.exchange.limited = true;
    tell(call, "spdy.limit", bytes.first(1), "header fields");
  }
  if (message.seen) {
    stream.take_trailers(call.side, here.block.fields());
  } else {
    message.first = first;
    if (asks(call.side)) stream.take_request(call.side, here.block.fields(), call.context.options);
    if (!asks(call.side)) stream.take_response(call.side, here.block.fields(), call.context.options);
    if (!asks(call.side) && !here.block.reason().empty()) stream.exchange.reason = stream.exchange.keep(here.block.reason());
  }
  message.last = last;
  if (here.block.lost()) stream.miss(call.side);
  if (frame.has(SpdyFrame::fin)) return end_stream(call, stream, last, bytes);
  streams_.weigh(stream);
}

// The server opens a stream: request and response stand in one block, and the method is GET (SPDY draft 3 section 3.3).
void Spdy::take_push(const Call& call, Http2Stream& stream, std::uint32_t promised_by, Bytes bytes) {
  Half& here = half(call.side);
  const Side asking = streams_.asking;
  const Stamp first = call.context.first_stamp(bytes), last = call.context.last_stamp(bytes);
  stream.promised_by = promised_by;
  streams_.count_promise();
  streams_.begin_exchange(stream, first, true, call.context);
  streams_.open(stream, first);
  stream.keeps_text = false;
  stream.take_request(asking, here.block.fields(), call.context.options);
  stream.exchange.method = stream.exchange.keep("GET");
  stream.keeps_text = !streams_.full_of_text();
  stream.take_response(call.side, here.block.fields(), call.context.options);
  for (const Side side : {asking, call.side}) {
    stream.sides[index(side)].message.first = first;
    stream.sides[index(side)].message.last = last;
    if (here.block.lost()) stream.miss(side);
  }
  stream.finish(asking, true);
  if (half(call.side).block.reason().empty()) return streams_.weigh(stream);
  stream.exchange.reason = stream.exchange.keep(here.block.reason());
  streams_.weigh(stream);
}

void Spdy::take_reset(const Call& call, Cursor payload, Bytes bytes) {
  Http2Stream* stream = streams_.find(payload.u32() & id_bits);
  if (stream == nullptr) return;
  const std::uint32_t code = payload.u32();
  const bool answered = stream->sides[index(other(streams_.asking))].message.seen;
  if (!stream->reset && asks(call.side) && !answered) ++resets_before_response_;
  streams_.reset(*stream, call.side, code, spdy_status_name(code), call.context.last_stamp(bytes), call.context);
}

// ---- what was missed, and the end ----

void Spdy::lose(Side side) {
  half(side).block.lose();
  half(side).next = Half::Next::frame;
  half(side).left = 0;
  streams_.lose(side);
}

void Spdy::finish(Context& context) {
  streams_.finish(context);
  Http2ConnectionRow row;
  std::string frames = "{";
  std::uint64_t resets[2] = {};
  for (const Side side : {Side::client, Side::server}) {
    const Half& here = half(side);
    frames += fmt::format("{}\"{}\":{{", side == Side::client ? "" : ",", to_text(side));
    bool first = true;
    for (std::size_t type = 0; type < here.frames.size(); ++type) {
      if (here.frames[type] == 0) continue;
      const std::string_view name = spdy_frame_name(static_cast<std::uint16_t>(type));
      frames += fmt::format("{}\"{}\":{}", first ? "" : ",", name.empty() ? "unknown" : name, here.frames[type]);
      first = false;
    }
    frames += '}';
    resets[index(side)] = here.frames[static_cast<std::size_t>(SpdyFrameType::rst_stream)];
  }
  row.connection_id = context.connection.id;
  row.protocol = streams_.version();
  row.how = how_;
  row.frames = context.text(frames + '}');
  row.client_header_wire_bytes = half(Side::client).block.wire_bytes();
  row.client_header_plain_bytes = half(Side::client).block.plain_bytes();
  row.server_header_wire_bytes = half(Side::server).block.wire_bytes();
  row.server_header_plain_bytes = half(Side::server).block.plain_bytes();
  row.streams = streams_.streams();
  row.pushed_streams = streams_.pushed();
  row.max_concurrent_streams_seen = streams_.most_open(true);
  row.max_concurrent_pushes_seen = streams_.most_open(false);
  row.client_resets = resets[0];
  row.server_resets = resets[1];
  row.resets_before_response = resets_before_response_;
  row.goaways = goaways_;
  if (goaways_ > 0) {
    row.goaway_by = to_text(goaway_by_);
    row.goaway_ns = goaway_at_;
    row.goaway_last_stream = goaway_last_;
  }
  row.hpack_damaged = half(Side::client).block.lost() || half(Side::server).block.lost();
  row.midstream = midstream_;
  row.limited = streams_.limited();
  context.rows().add(row);
}

}  // namespace longwire
