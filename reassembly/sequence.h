// Sequence numbers (RFC 9293 section 3.4) as 64-bit stream offsets.
//
// A side's first byte after its SYN stands at offset stream_origin. The origin is a multiple of 2^32, so the low half
// of an offset is the distance in the 32-bit sequence space, and bytes from before a midstream start still have an
// offset without a sign.
#pragma once

#include <cstdint>

namespace longwire {

inline constexpr std::uint64_t stream_origin = std::uint64_t{1} << 32;

// How far a sequence number may lie from what the side has sent, or its peer acknowledged, and still be believed:
// bytes. The largest window is 2^16 << 14 (RFC 7323 section 2.3), so nothing a receiver could accept lies further.
inline constexpr std::int32_t plausible_distance = 1 << 30;

// Signed distance in the circular space of RFC 1982.
constexpr std::int32_t sequence_distance(std::uint32_t from, std::uint32_t to) {
  return static_cast<std::int32_t>(to - from);
}

}  // namespace longwire
