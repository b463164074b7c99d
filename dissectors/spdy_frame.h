// Frames of SPDY 2, 3 and 3.1, HTTP/2's ancestor, read without any state (SPDY drafts 2 and 3, section 2.2).
//
//   control-frame = 1(1) version(15) type(16) flags(8) length(24) payload(length)
//   data-frame    = 0(1) stream(31) flags(8) length(24) payload(length)
#pragma once

#include <cstdint>
#include <string_view>

#include "capture/bytes.h"
#include "dissectors/dissector.h"

namespace longwire {

enum class SpdyFrameType : std::uint16_t {
  data = 0,  // of frames without a type
  syn_stream = 1,
  syn_reply = 2,
  rst_stream = 3,
  settings = 4,
  noop = 5,  // SPDY/2
  ping = 6,
  goaway = 7,
  headers = 8,
  window_update = 9,  // SPDY/3
  credential = 10,    // SPDY/3
};

struct SpdyFrame {
  static constexpr std::size_t header_size = 8;
  static constexpr std::size_t types = 11;
  static constexpr std::uint8_t fin = 0x1, unidirectional = 0x2;

  bool control = false;
  std::uint16_t version = 0;  // of a control frame
  std::uint16_t type = 0;     // 0 = data
  std::uint8_t flags = 0;
  std::uint32_t length = 0;  // of the payload
  std::uint32_t stream = 0;  // of a data frame

  // `header` has at least header_size bytes.
  static SpdyFrame read(Bytes header);

  bool is(SpdyFrameType wanted) const { return type == static_cast<std::uint16_t>(wanted); }
  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  bool of_header_block() const { return is(SpdyFrameType::syn_stream) || is(SpdyFrameType::syn_reply) || is(SpdyFrameType::headers); }
  // Its payload has a length that its type can have.
  bool sound() const;
};

// The draft's name: "SYN_STREAM"; empty for a type that is not known.
std::string_view spdy_frame_name(std::uint16_t type);
std::string_view spdy_status_name(std::uint32_t code);

// Whether a control frame stands at `in`: what a connection begins with, and what is certain of one behind a hole.
Match spdy_frame_begins(Bytes in);

}  // namespace longwire
