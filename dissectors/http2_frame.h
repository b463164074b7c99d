// HTTP/2 frames, read without any state (RFC 9113 sections 4.1 and 6, RFC 7838, RFC 8336, RFC 9218).
#pragma once

#include <cstdint>
#include <string_view>

#include "capture/bytes.h"
#include "dissectors/dissector.h"

namespace longwire {

enum class Http2FrameType : std::uint8_t {
  data = 0,
  headers = 1,
  priority = 2,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9,
  altsvc = 0xa,
  origin = 0xc,
  priority_update = 0x10,
};

// Everything that is sent before the first frame: the client's connection preface (RFC 9113 section 3.4).
constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct Http2Frame {
  static constexpr std::size_t header_size = 9;
  static constexpr std::uint32_t default_max = 1 << 14;  // SETTINGS_MAX_FRAME_SIZE before any (RFC 9113 section 6.5.2)

  static constexpr std::uint8_t end_stream = 0x1, ack = 0x1, end_headers = 0x4, padded = 0x8, with_priority = 0x20;

  std::uint32_t length = 0;  // of the payload
  std::uint8_t type = 0, flags = 0;
  std::uint32_t stream = 0;
  bool reserved = false;  // the bit before the stream

  // `header` has at least header_size bytes.
  static Http2Frame read(Bytes header);

  bool is(Http2FrameType wanted) const { return type == static_cast<std::uint8_t>(wanted); }
  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  // Its payload holds a part of a header block.
  bool of_header_block() const {
    return is(Http2FrameType::headers) || is(Http2FrameType::push_promise) || is(Http2FrameType::continuation);
  }
};

// IANA's name: "RST_STREAM"; empty for a type that is not known.
std::string_view http2_frame_name(std::uint8_t type);
// IANA's name: "ENHANCE_YOUR_CALM"; empty for a code that is not known.
std::string_view http2_error_name(std::uint32_t code);

// What is wrong with a frame by its header alone, a literal; empty = nothing:
//   http2.frame.size     a payload that its type cannot have
//   http2.frame.stream   a stream where its type has none, or none where it has one
std::string_view http2_frame_fault(const Http2Frame& frame);

// Whether HTTP/2 frames stand at `in`, one behind the other, by `wanted` bits that only they would have so. `last_stream`
// is the largest stream that can be, as far as is known.
Match http2_frames_begin(Bytes in, unsigned wanted, std::uint32_t last_stream);

// PRIORITY's payload, which HEADERS may have too (RFC 9113 section 6.3).
struct Http2Priority {
  static constexpr std::size_t size = 5;
  std::uint32_t depends_on = 0;
  std::uint16_t weight = 16;  // 1 to 256
  bool exclusive = false;

  static Http2Priority read(Cursor& in);
};

// How urgent a response is (RFC 9218 section 4); -1 = not told.
struct HttpUrgency {
  std::int8_t urgency = -1;      // 0 to 7
  std::int8_t incremental = -1;  // 0 or 1

  // A Priority field value: "u=2, i". What it does not name stays as it is.
  void read(std::string_view value);
};

}  // namespace longwire
