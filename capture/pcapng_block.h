// Types of pcapng blocks and codes of their options (draft-ietf-opsawg-pcapng), and how options are walked.
#pragma once

#include <algorithm>
#include <cstdint>

#include "capture/ordered_cursor.h"

namespace longwire::pcapng {

constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;  // of a section header, in the section's own order

namespace block_type {
constexpr std::uint32_t section_header = 0x0a0d0d0a;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t old_packet = 2;
constexpr std::uint32_t simple_packet = 3;
constexpr std::uint32_t interface_statistics = 5;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::uint32_t systemd_journal = 9;
constexpr std::uint32_t decryption_secrets = 0xa;
constexpr std::uint32_t sysdig_event = 0x204;
constexpr std::uint32_t sysdig_event_v2 = 0x216;
constexpr std::uint32_t sysdig_event_v2_large = 0x221;
constexpr std::uint32_t custom = 0xbad;
constexpr std::uint32_t custom_not_copied = 0x40000bad;
}  // namespace block_type

namespace option_code {
constexpr std::uint16_t end = 0;
constexpr std::uint16_t shb_userappl = 4;
constexpr std::uint16_t if_name = 2;
constexpr std::uint16_t if_description = 3;
constexpr std::uint16_t if_tsresol = 9;
constexpr std::uint16_t if_filter = 11;
constexpr std::uint16_t if_fcslen = 13;
constexpr std::uint16_t if_tsoffset = 14;
constexpr std::uint16_t epb_flags = 2;
constexpr std::uint16_t isb_ifrecv = 4;
constexpr std::uint16_t isb_ifdrop = 5;
constexpr std::uint16_t isb_osdrop = 7;
}  // namespace option_code

// Blocks that are no packets, but that tshark numbers as frames.
constexpr bool numbered_as_frame(std::uint32_t type) {
  switch (type) {
    case block_type::systemd_journal:
    case block_type::sysdig_event:
    case block_type::sysdig_event_v2:
    case block_type::sysdig_event_v2_large:
    case block_type::custom:
    case block_type::custom_not_copied:
      return true;
    default:
      return false;
  }
}

// Octets that fill a value of that length up to a multiple of four.
constexpr std::size_t padding(std::size_t length) {
  return (4 - length % 4) % 4;
}

// Calls handle(code, value) for each option up to the end; false where one runs over the block.
template <class Handle>
bool each_option(OrderedCursor& in, ByteOrder order, Handle handle) {
  while (in.left() > 0) {
    const std::uint16_t code = in.u16();
    const std::uint16_t length = in.u16();
    if (!in.ok()) return false;
    if (code == option_code::end) return true;
    const Bytes value = in.take(length);
    if (!in.ok()) return false;
    in.skip(std::min(padding(length), in.left()));
    handle(code, OrderedCursor(value, order));
  }
  return true;
}

}  // namespace longwire::pcapng
