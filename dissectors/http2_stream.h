// One stream of HTTP/2 or SPDY, and the exchange on it, from its first frame to its rows.
//
// Owned by its connection's Http2Streams, and only while it is open. Which side asks may not be known before its first
// header section, so what is sent is kept by side, and becomes request and response in the rows.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "dissectors/channel.h"
#include "dissectors/http2_fields.h"
#include "dissectors/http2_flow_control.h"
#include "dissectors/http2_frame.h"
#include "dissectors/http_content.h"
#include "dissectors/http_exchange.h"

namespace longwire {

// What one side has sent on a stream.
struct Http2StreamSide {
  HttpMessage message;
  std::unique_ptr<HttpContent> content;  // null where the body only needs counting
  std::int64_t content_length = -1;      // as told; -1 = not told
  std::uint64_t announced_bytes = 0;     // of content, by the headers of its DATA frames
  std::uint64_t content_bytes = 0;       // of content, seen
  std::uint64_t payload_bytes = 0;       // of DATA frames, padding included, by their headers
  std::uint32_t data_frames = 0;
  bool holed = false;
  Http2Window window;

  // Bytes that, by content-length, are still to be sent; -1 = not told.
  std::int64_t waiting() const;
  bool unfinished() const { return message.seen && !message.over; }
};

struct Http2Stream {
  explicit Http2Stream(std::uint32_t stream_id) : id(stream_id) {}

  // A header section of the side that asks, or answers, that is not the first one of its message becomes the trailers.
  void take_request(Side side, const Http2Fields& fields, const DissectOptions& options);
  void take_response(Side side, const Http2Fields& fields, const DissectOptions& options);
  void take_trailers(Side side, const Http2Fields& fields);
  // Bytes of content, behind one another.
  void take_content(Side side, Bytes bytes);
  void count_content(Side side, std::uint64_t bytes) { sides[index(side)].content_bytes += bytes; }
  // Bytes of `side` were missed, or may have been.
  void miss(Side side);
  // Nothing more of `side` comes; `whole`: because it said so. What is wrong, a literal; empty = nothing.
  std::string_view finish(Side side, bool whole);

  bool has_exchange() const { return exchange.ordinal > 0; }
  bool over() const { return sides[0].message.over && sides[1].message.over; }
  bool pushed() const { return promised_by != 0; }
  Http2FlowControl::Sending sending(Side side) { return {side, id, sides[index(side)].window, sides[index(side)].waiting()}; }
  Time end_time() const;
  std::uint64_t memory() const;

  // What the rows tell of the connection.
  struct Around {
    Side asking;
    std::string_view version;  // a literal
    bool persistent;
  };
  void add_rows(const Around& around, Context& context) const;
  // Of its exchange, which has to be there; without what the header fields mean.
  HttpExchangeRow exchange_row(const Around& around, Context& context) const;

  std::uint32_t id;
  std::uint32_t promised_by = 0;  // the stream that promised it; 0 = none did
  HttpExchange exchange;          // none while its ordinal is 0
  Integer idle_before;
  std::array<Http2StreamSide, 2> sides;
  std::unique_ptr<Channel> tunnel;  // what a CONNECT's DATA goes through
  bool connect = false, head = false;
  bool keeps_text = true;       // of header fields
  HttpMessage::Piece protocol;  // of an extended CONNECT

  Http2Priority priority;
  bool has_priority = false;
  HttpUrgency urgency;

  bool opened = false, closed = false, reset = false;
  Stamp opened_at, closed_at, reset_at;
  Side reset_by = Side::client;
  std::uint32_t reset_code = 0;
  std::string_view reset_error;  // its name, a literal

  std::array<std::uint32_t, 2> losses{};  // of Http2Streams: those that it knows of
  std::uint64_t weight = 0;               // memory(), as counted last

 private:
  void begin_message(Side side, const Http2Fields& fields, bool of_response, const DissectOptions& options);
  void add_exchange(const Around& around, Context& context) const;
};

}  // namespace longwire
