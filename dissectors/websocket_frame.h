// Frames of the WebSocket protocol (RFC 6455 section 5), read without any state.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "capture/bytes.h"
#include "dissectors/dissector.h"

namespace longwire {

// What stands before a frame's payload.
struct WebSocketFrame {
  // RFC 6455 section 11.8; all others are reserved.
  enum Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

  static constexpr std::uint8_t rsv1 = 4;                       // of `reserved`
  static constexpr std::uint64_t largest_length = ~0ull >> 1;   // RFC 6455 section 5.2: the most significant bit is 0
  static constexpr std::uint64_t largest_control_length = 125;  // RFC 6455 section 5.5

  std::uint64_t length = 0;  // of the payload
  std::uint32_t mask = 0;    // masking key as it lies in memory; 0 = not masked
  std::uint8_t opcode = 0;
  std::uint8_t reserved = 0;      // RSV1 to RSV3, RSV1 the highest bit
  std::uint8_t header_bytes = 0;  // 2 to 14
  bool fin : 1 = false;
  bool masked : 1 = false;
  bool shortest : 1 = true;  // the length stands in as few bytes as it can

  bool control() const { return (opcode & 8) != 0; }
  bool known() const { return control() ? opcode <= pong : opcode <= binary; }
  std::uint64_t bytes() const { return header_bytes + length; }
  // "text"; empty for a reserved opcode and for a continuation.
  std::string_view name() const;
};

// Reads the header at the front of `in`; 0, or how many bytes it takes where there are too few.
std::size_t read_frame_header(Bytes in, WebSocketFrame& frame);

// Takes the mask off `masked`, which begins at `position` in its frame's payload; `out` has the same size.
void unmask(Bytes masked, std::uint32_t mask, std::uint64_t position, std::span<std::uint8_t> out);

// Frames one behind the other that make sense, as of a side that masks or does not. `compresses`: RSV1 may be set.
struct FrameRun {
  static constexpr std::size_t certain = 5;  // of random bytes fewer than 1 in 10^6 make sense five times in a row

  std::size_t headers = 0, whole = 0;  // certain at most
  bool broken = false;                 // something else is behind them
};
FrameRun frames_in_a_row(Bytes in, bool masked, bool compresses);

// Whether a frame of such a side certainly starts at `in`: so many headers one behind the other make sense.
Match starts_frames(Bytes in, bool masked, bool compresses);

// Status codes that may stand in a Close frame (RFC 6455 section 7.4, IANA WebSocket Close Code Number Registry).
bool may_close_with(std::uint16_t code);

}  // namespace longwire
