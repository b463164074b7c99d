// A packet as it stands in a capture, before anything is read from it.
#pragma once

#include <cstdint>

#include "capture/bytes.h"

namespace longwire {

// Nanoseconds since the Unix epoch, by the packet clock. Never the wall clock.
using Time = std::int64_t;
constexpr Time one_second = 1'000'000'000;

// The LINKTYPE_ value of the capture file (registry of the tcpdump group); 16 bits in every format.
enum class LinkType : std::uint16_t {
  null = 0,
  ethernet = 1,
  ppp = 9,
  raw_bsd = 12,
  raw_openbsd = 14,
  ppp_hdlc = 50,
  ppp_ether = 51,
  raw = 101,
  cisco_hdlc = 104,
  ieee802_11 = 105,
  loop = 108,
  linux_sll = 113,
  ieee802_11_radiotap = 127,
  ppp_pppd = 166,
  ppi = 192,
  ppp_with_direction = 204,
  ipv4 = 228,
  ipv6 = 229,
  nflog = 239,
  ip_over_infiniband = 242,
  linux_sll2 = 276,
};

// Where on the time line something was seen: the evidence of every row.
struct Stamp {
  Time time = 0;
  std::uint64_t number = 0;  // 1-based position in the whole capture set: orders everything, and ids come from it
  std::uint64_t frame = 0;   // 1-based position in its own capture file: what other tools call the frame number
};

struct Packet {
  Stamp at;
  std::uint32_t capture = 0;      // index of its capture file in the set
  std::uint32_t interface = 0;    // index of its interface in that file (pcapng), else 0
  std::uint32_t wire_length = 0;  // bytes on the wire; more than data.size() where snaplen cut it
  LinkType link = LinkType::ethernet;
  std::uint8_t fcs_length = 0;  // bytes of frame check sequence at the end of data, where the file says so
  bool near_loss = false;       // live: captured while the kernel or the interface dropped others
  Bytes data;                   // valid as long as the batch that holds the packet
};

}  // namespace longwire
