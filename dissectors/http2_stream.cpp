#include "dissectors/http2_stream.h"

#include <algorithm>

namespace longwire {

using Pseudo = Http2Fields::Pseudo;

std::int64_t Http2StreamSide::waiting() const {
  if (content_length < 0) return -1;
  return std::max<std::int64_t>(0, content_length - static_cast<std::int64_t>(announced_bytes));
}

void Http2Stream::take_request(Side side, const Http2Fields& fields, const DissectOptions& options) {
  const auto keep = [&](Pseudo which) {
    const std::string_view value = fields.value(which);
    return value.data() == nullptr ? HttpMessage::Piece{} : exchange.keep(value);
  };
  exchange.method = keep(Pseudo::method);
  exchange.scheme = keep(Pseudo::scheme);
  const std::string_view authority = fields.has(Pseudo::authority) ? fields.value(Pseudo::authority) : fields.host();
  if (authority.data() != nullptr) exchange.authority = exchange.keep(authority.substr(authority.find_last_of('@') + 1));
  exchange.path = keep(Pseudo::path);
  protocol = keep(Pseudo::protocol);
  connect = fields.value(Pseudo::method) == "CONNECT";
  head = fields.value(Pseudo::method) == "HEAD";
  if (urgency.urgency < 0) urgency.urgency = fields.urgency().urgency;  // a frame may have told before
  if (urgency.incremental < 0) urgency.incremental = fields.urgency().incremental;
  begin_message(side, fields, false, options);
}

void Http2Stream::take_response(Side side, const Http2Fields& fields, const DissectOptions& options) {
  exchange.status = fields.status();
  begin_message(side, fields, true, options);
}

void Http2Stream::begin_message(Side side, const Http2Fields& fields, bool of_response, const DissectOptions& options) {
  Http2StreamSide& here = sides[index(side)];
  here.message.seen = true;
  here.message.limited = fields.limited();
  if (keeps_text) here.message.fields = exchange.keep_as_sent(fields.json());
  if (keeps_text) exchange.semantics.take(fields.semantics());
  here.content_length = fields.content_length();
  here.holed = fields.holed();  // what was missed before belongs to no message
  const CodingNames none, codings = fields.codings();
  if (here.content == nullptr && here.data_frames == 0)
    here.content = HttpContent::make({none, codings}, of_response, exchange.id, options);
}

void Http2Stream::take_trailers(Side side, const Http2Fields& fields) {
  Http2StreamSide& here = sides[index(side)];
  if (keeps_text) here.message.trailers = exchange.keep_as_sent(fields.json());
  here.message.limited = here.message.limited || fields.limited();
  here.holed = here.holed || fields.holed();
}

void Http2Stream::take_content(Side side, Bytes bytes) {
  Http2StreamSide& here = sides[index(side)];
  here.content_bytes += bytes.size();
  if (here.content != nullptr && !here.message.over) here.content->add(bytes);
}

void Http2Stream::miss(Side side) {
  Http2StreamSide& here = sides[index(side)];
  if (here.message.over) return;
  here.holed = true;
  if (here.content != nullptr) here.content->miss();
}

std::string_view Http2Stream::finish(Side side, bool whole) {
  Http2StreamSide& here = sides[index(side)];
  if (here.message.over) return {};
  here.message.over = true;
  here.message.whole = whole && !here.holed && here.message.seen;
  Http2FlowControl::finish(here.window);
  const std::string_view wrong = here.content == nullptr ? std::string_view{} : here.content->finish(here.message.whole);
  if (!wrong.empty()) return wrong;
  // RFC 9113 section 8.1.1; responses without content may tell the length of what they would have (RFC 9110 section 8.6).
  const bool bare = here.content_bytes == 0 && (head || exchange.status == 304);
  const bool short_of = here.content_length >= 0 && static_cast<std::uint64_t>(here.content_length) != here.content_bytes;
  return here.message.whole && short_of && !bare && !connect ? "http2.content_length.mismatch" : std::string_view{};
}

Time Http2Stream::end_time() const {
  const auto last = [](const Http2StreamSide& side) { return side.message.seen ? side.message.last.time : 0; };
  return std::max(last(sides[0]), last(sides[1]));
}

// The text's room may come from another stream: what it takes must not depend on which.
std::uint64_t Http2Stream::memory() const {
  std::uint64_t bytes = sizeof *this + std::max(HttpExchange::usual_text, exchange.text.size()) + exchange.semantics.held_memory() +
                        exchange.interim_statuses.size();
  for (const Http2StreamSide& side : sides) bytes += side.content == nullptr ? 0 : side.content->memory();
  return bytes + (tunnel == nullptr ? 0 : sizeof *tunnel + tunnel->held_memory());
}

void Http2Stream::add_rows(const Around& around, Context& context) const {
  if (has_exchange()) add_exchange(around, context);
  Http2StreamRow row;
  row.connection_id = context.connection.id;
  row.stream_id = id;
  if (has_exchange()) row.exchange_id = exchange.id;
  if (pushed()) row.promised_by = promised_by;
  if (opened) row.opened_ns = opened_at.time;
  if (closed) row.closed_ns = closed_at.time;
  if (has_priority) {
    row.weight = priority.weight;
    row.depends_on = priority.depends_on;
    row.exclusive = priority.exclusive;
  }
  if (urgency.urgency >= 0) row.urgency = urgency.urgency;
  if (urgency.incremental >= 0) row.incremental = urgency.incremental;
  if (reset) {
    row.reset_code = reset_code;
    row.reset_error = reset_error;
    row.reset_by = to_text(reset_by);
    row.reset_ns = reset_at.time;
  }
  row.data_frames_client = sides[index(Side::client)].data_frames;
  row.data_frames_server = sides[index(Side::server)].data_frames;
  row.data_bytes_client = sides[index(Side::client)].payload_bytes;
  row.data_bytes_server = sides[index(Side::server)].payload_bytes;
  if (protocol.begin != HttpMessage::Piece::null) row.protocol = context.text(exchange.view(protocol));
  context.rows().add(row);
}

HttpExchangeRow Http2Stream::exchange_row(const Around& around, Context& context) const {
  const Http2StreamSide& request = sides[index(around.asking)];
  const Http2StreamSide& response = sides[index(other(around.asking))];
  HttpExchangeRow row = exchange.row(request.message, response.message, context);
  row.stream_id = id;
  row.version = around.version;
  row.idle_before_ns = idle_before;
  if (request.message.seen) row.request_body_bytes = request.content_bytes;
  if (response.message.seen) {
    row.response_body_bytes = response.content_bytes;
    row.response_decoded_bytes = response.content == nullptr ? Integer(response.content_bytes) : response.content->decoded_bytes();
  }
  row.persistent = around.persistent;
  row.pushed = pushed();
  return row;
}

void Http2Stream::add_exchange(const Around& around, Context& context) const {
  HttpExchangeRow row = exchange_row(around, context);
  exchange.semantics.add_rows(row, context);
  context.rows().add(row);
}

}  // namespace longwire
