#include "dissectors/http2_facts.h"

#include <algorithm>

#include <fmt/format.h>

#include "capture/limits.h"
#include "dissectors/header_json.h"
#include "dissectors/rows/http2.h"

namespace longwire {
namespace {

constexpr std::size_t waiting_pings = 64;  // of one connection; arbitrary, but honest endpoints have one

bool ends_nothing(const Http2Frame& frame) {
  const bool data = frame.is(Http2FrameType::data), headers = frame.is(Http2FrameType::headers);
  const bool of_block = headers || frame.is(Http2FrameType::continuation);
  if (!data && !of_block) return false;
  const bool ends = ((data || headers) && frame.has(Http2Frame::end_stream)) || (of_block && frame.has(Http2Frame::end_headers));
  return frame.length == 0 && !ends;
}

}  // namespace

void Http2Facts::Pace::add(const Stamp& at) {
  constexpr std::int64_t ns = 1'000'000'000;
  if (at.time / ns != second) now = 0;
  second = at.time / ns;
  most = std::max(most, ++now);
}

void Http2Facts::count(Side side, const Http2Frame& frame, const Stamp& at) {
  Sent& sent = sides_[index(side)];
  ++sent.frames[std::min<std::size_t>(frame.type, sent.frames.size() - 1)];
  empty_ += ends_nothing(frame);
  if (frame.is(Http2FrameType::rst_stream)) resets_.add(at);
  if (frame.is(Http2FrameType::ping) && !frame.has(Http2Frame::ack)) pings_pace_.add(at);
  if (frame.is(Http2FrameType::settings) && !frame.has(Http2Frame::ack)) settings_.add(at);
  previous_frame_ = last_frame_;
  last_frame_ = at.time;
}

bool Http2Facts::ping(Side side, const Http2Frame& frame, Bytes payload, const Stamp& at, Context& context) {
  const std::uint64_t data = Cursor(payload).u64();
  if (!frame.has(Http2Frame::ack)) {
    ++asked_;
    if (pings_.size() >= waiting_pings) {
      tell(pings_.front(), nullptr, context);
      pings_.erase(pings_.begin());
    }
    pings_.push_back({side, data, at, previous_frame_ == 0 ? Integer() : Integer(std::max<Time>(0, at.time - previous_frame_))});
    return true;
  }
  const auto asked = std::find_if(pings_.begin(), pings_.end(), [&](const Ping& ping) { return ping.from != side && ping.data == data; });
  if (asked == pings_.end()) return false;
  const Time took = std::max<Time>(0, at.time - asked->at.time);
  shortest_ = answered_ == 0 ? took : std::min(shortest_, took);
  longest_ = std::max(longest_, took);
  ++answered_;
  tell(*asked, &at, context);
  pings_.erase(asked);
  return true;
}

void Http2Facts::tell(const Ping& ping, const Stamp* answered, Context& context) {
  if (asked_ - pings_.size() >= limits::http2_pings) {
    limited_ = true;
    return;
  }
  Http2PingRow row;
  row.connection_id = context.connection.id;
  row.from_client = ping.from == Side::client;
  row.time_ns = ping.at.time;
  row.frame = ping.at.frame;
  row.idle_before_ns = ping.idle_before;
  if (answered != nullptr) {
    row.answer_ns = answered->time;
    row.answer_frame = answered->frame;
  }
  context.rows().add(row);
}

//   goaway = R(1) last-stream(31) error-code(32) *OCTET
void Http2Facts::goaway(Side side, Bytes payload, const Stamp& at, Context& context) {
  Cursor in(payload);
  const std::uint32_t last = in.u32() & 0x7fffffff, code = in.u32();
  const std::string_view debug = as_text(in.rest()).substr(0, limits::http2_debug_bytes);
  if (goaways_++ == 0) {
    goaway_by_ = side;
    goaway_at_ = at.time;
  }
  if (side == goaway_by_) {
    goaway_code_ = code;
    goaway_last_ = last;
    debug_.clear();
    append_as_utf8(debug_, debug);
  }
  if (goaways_ > limits::http2_goaways) {
    limited_ = true;
    return;
  }
  Http2GoawayRow row;
  row.connection_id = context.connection.id;
  row.from_client = side == Side::client;
  row.time_ns = at.time;
  row.frame = at.frame;
  row.last_stream = last;
  row.code = code;
  row.error = http2_error_name(code);
  std::string text;
  append_as_utf8(text, debug);
  if (!text.empty()) row.debug = context.text(text);
  context.rows().add(row);
}

//   origins = *( length(16) ASCII-origin )                  RFC 8336 section 2
void Http2Facts::origin(Bytes payload) {
  origins_.clear();
  for (Cursor in(payload); in.left() > 0;) {
    const std::string_view origin = as_text(in.vec16());
    if (!in.ok() || origins_.size() + origin.size() > limits::http2_debug_bytes) return;
    origins_ += origins_.empty() ? "\"" : ",\"";
    append_json(origins_, origin);
    origins_ += '"';
  }
}

//   altsvc = origin-length(16) origin Alt-Svc-Field-Value   RFC 7838 section 4
void Http2Facts::alt_svc(Bytes payload) {
  Cursor in(payload);
  in.vec16();
  alt_svc_.clear();
  append_as_utf8(alt_svc_, as_text(in.rest()).substr(0, limits::http2_debug_bytes));
}

void Http2Facts::count_continuations(std::uint32_t in_a_row) {
  continuations_ = std::max(continuations_, in_a_row);
}

void Http2Facts::append_frames(std::string& json, Side side) const {
  json += fmt::format("\"{}\":{{", to_text(side));
  bool first = true;
  std::uint32_t unknown = 0;
  const auto append = [&](std::string_view name, std::uint32_t count) {
    json += fmt::format("{}\"{}\":{}", first ? "" : ",", name, count);
    first = false;
  };
  const Sent& sent = sides_[index(side)];
  for (std::size_t type = 0; type < sent.frames.size(); ++type) {
    const std::string_view name = http2_frame_name(static_cast<std::uint8_t>(type));
    if (name.empty()) unknown += sent.frames[type];
    if (!name.empty() && sent.frames[type] > 0) append(name, sent.frames[type]);
  }
  if (unknown > 0) append("unknown", unknown);
  json += '}';
}

void Http2Facts::finish(Http2ConnectionRow& row, Context& context) {
  while (!pings_.empty()) {
    tell(pings_.front(), nullptr, context);
    pings_.erase(pings_.begin());
  }
  std::string frames = "{";
  append_frames(frames, Side::client);
  frames += ',';
  append_frames(frames, Side::server);
  row.frames = context.text(frames + '}');
  const auto sent = [this](Side side, Http2FrameType type) { return sides_[index(side)].frames[static_cast<std::size_t>(type)]; };
  row.client_data_interleaved = sides_[index(Side::client)].interleaved;
  row.server_data_interleaved = sides_[index(Side::server)].interleaved;
  row.pings = asked_;
  row.pings_answered = answered_;
  if (answered_ > 0) {
    row.ping_rtt_min_ns = shortest_;
    row.ping_rtt_max_ns = longest_;
  }
  row.goaways = goaways_;
  if (goaways_ > 0) {
    row.goaway_code = goaway_code_;
    row.goaway_error = http2_error_name(goaway_code_);
    row.goaway_by = to_text(goaway_by_);
    row.goaway_last_stream = goaway_last_;
    row.goaway_ns = goaway_at_;
    if (!debug_.empty()) row.goaway_debug = context.text(debug_);
  }
  row.client_resets = sent(Side::client, Http2FrameType::rst_stream);
  row.server_resets = sent(Side::server, Http2FrameType::rst_stream);
  row.resets_before_response = resets_before_response_;
  row.resets_per_second_max = resets_.most;
  row.pings_per_second_max = pings_pace_.most;
  row.settings_per_second_max = settings_.most;
  row.continuations_in_a_row_max = continuations_;
  row.empty_frames = empty_;
  if (!origins_.empty()) row.origins = context.text('[' + origins_ + ']');
  if (!alt_svc_.empty()) row.alt_svc = context.text(alt_svc_);
}

}  // namespace longwire
