// How the last segments began that were delivered: other bytes in the same place are noticed, though the first copy is
// long gone.
//
// Part of a TcpSide. A retransmission that says something else, or a forged segment that won the race against the real
// one, comes soon after the first copy and begins where it began; keeping more would cost each connection more memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

#include "capture/bytes.h"

namespace longwire {

class RecentHeads {
 public:
  // `payload` is delivered; its first byte is that of `offset`.
  void add(std::uint64_t offset, Bytes payload) {
    if (payload.empty()) return;
    heads_[1] = heads_[0];
    heads_[0] = {static_cast<std::uint32_t>(offset), print(payload.first(std::min(payload.size(), head_bytes)))};
  }

  // `payload` comes again for `offset`: how many bytes of it are not all as they were, 0 = no difference is known. One
  // byte alone may be a keepalive probe's, which means nothing (RFC 9293 section 3.8.4).
  std::uint64_t contradicted(std::uint64_t offset, Bytes payload) const {
    for (const Head& head : heads_) {
      const std::size_t size = head.print & size_mask;
      if (head.begin != static_cast<std::uint32_t>(offset) || size < 2 || size > payload.size()) continue;
      return print(payload.first(size)) == head.print ? 0 : size;
    }
    return 0;
  }

 private:
  static constexpr std::size_t head_bytes = 64;  // arbitrary, but reaches past a start line
  static constexpr unsigned size_bits = 7;       // that hold head_bytes
  static constexpr std::uint32_t size_mask = (1u << size_bits) - 1;

  struct Head {
    std::uint32_t begin = 0;  // offset modulo 2^32
    std::uint32_t print = 0;  // of the first bytes: their hash, and below it how many they are; 0 = there is no segment
  };

  static std::uint32_t print(Bytes head) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(as_text(head)) << size_bits | head.size());
  }

  std::array<Head, 2> heads_;  // newest first
};

}  // namespace longwire
