// What the frames of an HTTP/2 connection mean (RFC 9113 sections 5 and 6): streams, header blocks, settings, flow control.
//
// Owned by the connection's Http2, which reads the framing and brings the frames here: DATA in parts, as it comes, every
// other one whole.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dissectors/http2_facts.h"
#include "dissectors/http2_flow_control.h"
#include "dissectors/http2_frame.h"
#include "dissectors/http2_header_block.h"
#include "dissectors/http2_settings.h"
#include "dissectors/http2_streams.h"
#include "dissectors/repeated_anomalies.h"

namespace longwire {

// The exchange that a connection brings along from HTTP/1.1, and goes on with on stream 1 (RFC 7540 section 3.2).
struct Http2Upgrade {
  HttpExchange exchange;
  HttpMessage request;  // not seen where the capture began behind it
  std::uint64_t request_body_bytes = 0;
  bool head = false;
  Integer idle_before;
  std::string settings;  // of the client, as HTTP2-Settings told: a SETTINGS payload
};

class Http2Connection {
 public:
  // A call of the dissector, for a side.
  struct Call {
    Side side;
    Context& context;
  };

  Http2Connection() = default;
  // The stream that the upgraded request is on.
  void follow(Http2Upgrade upgrade, Context& context);

  // A frame of any type begins: everything that its header tells. `header` are its bytes. False where nothing can be made
  // of its payload.
  bool begin_frame(const Call& call, const Http2Frame& frame, Bytes header);
  // A whole frame, but for DATA; `bytes` with its header.
  void take_frame(const Call& call, const Http2Frame& frame, Bytes bytes);
  // A frame that was begun, but whose payload was seen in part: `bytes` from its header on.
  void take_part(const Call& call, const Http2Frame& frame, Bytes bytes);

  // A DATA frame, of whose payload `content` bytes are content. True where that is wanted.
  bool begin_data(const Call& call, const Http2Frame& frame, std::uint32_t content, Bytes header);
  // Content of the frame, in order; seen, or dropped unread. True where what follows is wanted.
  bool take_data(const Call& call, const Http2Frame& frame, Bytes content);
  void count_data(const Call& call, const Http2Frame& frame, std::uint64_t count);
  void miss_data(const Call& call, const Http2Frame& frame, std::uint64_t count);
  // Its last byte was read, or missed.
  void end_data(const Call& call, const Http2Frame& frame, const Stamp& last, Bytes at);

  // Frames of a side may have been missed, or their beginnings.
  void lose(Side side, std::uint64_t missing, Context& context);
  void begin_midstream();
  // The side has ended; with both, everything is over.
  void end(Side side, End how, Context& context);
  void finish(std::string_view how, Context& context);
  // See Dissector::report_open.
  void report_open(Context& context) const { streams_.report_open(context); }

  // The client's preface was seen: it is who asks.
  void know_client(Side side);
  std::uint32_t largest_frame(Side sender) const { return half(other(sender)).settings.largest_frame(); }
  std::uint32_t last_stream() const { return std::max(streams_.last(false), streams_.last(true)); }
  bool within_block(Side side) const { return half(side).block.open(); }
  void tell(Context& context, std::string_view code, Bytes part, std::string_view detail = {}) {
    oddities_.tell(context, code, part, detail);
  }
  void set_limited() { streams_.set_limited(); }

  // No stream is open, no header block begun.
  bool idle() const { return streams_.idle() && !half(Side::client).block.open() && !half(Side::server).block.open(); }
  // Gives back what only the next frame would need; it must be idle.
  void shrink() {
    for (Half& each : halves_) each.block.shrink();
    streams_.shrink();
  }
  // Bytes beside the object's own.
  std::uint64_t held_memory() const;

 private:
  struct Half {
    Http2HeaderBlock block;
    Http2Settings settings;
    Stamp settings_at;            // of its first SETTINGS
    Integer acknowledged_after;   // ns
    bool begun = false;           // a frame was seen
    bool initial_known = true;    // the window that its streams start with
    std::uint32_t last_data = 0;  // stream of its last DATA frame, where that has not ended its stream
  };
  Half& half(Side side) { return halves_[index(side)]; }
  const Half& half(Side side) const { return halves_[index(side)]; }
  bool asks(Side side) const { return side == streams_.asking; }
  static bool wanted(const Http2Stream& stream, Side side) {
    return stream.sides[index(side)].content != nullptr || stream.tunnel != nullptr;
  }
  // The stream of the DATA frame being read; null = what is read belongs to none.
  Http2Stream* reading(const Call& call, const Http2Frame& frame);

  void end_block(const Call& call, Bytes bytes);
  void end_headers(const Call& call, Bytes bytes);
  void end_promise(const Call& call, Bytes bytes);

  Http2Stream* stream_of(const Call& call, const Http2Frame& frame, Bytes bytes);
  Http2Stream* open_or_idle(const Call& call, std::uint32_t id, Bytes bytes);
  Http2Stream& make_stream(std::uint32_t id, Bytes bytes, Context& context);
  void take_message(const Call& call, Http2Stream& stream, Bytes bytes);
  void check_request(const Call& call, const Http2Fields& fields, Bytes bytes);
  void open_tunnel(const Call& call, Http2Stream& stream, Bytes response);
  void end_stream(const Call& call, Http2Stream& stream, const Stamp& last, Bytes at);

  void take_priority(const Call& call, const Http2Frame& frame, Bytes payload, Bytes bytes);
  void take_reset(const Call& call, const Http2Frame& frame, Bytes payload, Bytes bytes);
  void take_settings(const Call& call, const Http2Frame& frame, Bytes payload, Bytes bytes);
  void take_window_update(const Call& call, const Http2Frame& frame, Bytes payload, Bytes bytes);
  void take_priority_update(const Call& call, Bytes payload, Bytes bytes);
  void apply_window(Side sender, const Stamp& at);

  std::array<Half, 2> halves_;
  Http2Streams streams_{"2"};
  Http2FlowControl flow_;
  Http2Facts facts_;
  RepeatedAnomalies oddities_;
  bool sides_known_ = true, midstream_ = false;
  std::uint32_t tunnels_ = 0;  // made so far
  std::uint64_t credit_ = 0;   // streams that may be looked at for changed settings
};

}  // namespace longwire
