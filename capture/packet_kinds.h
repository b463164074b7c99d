// How many packets were of which kind, counted without strings.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "capture/layer.h"

namespace longwire {

class PacketKindCounter {
 public:
  void count(Kind kind, std::uint32_t wire_length) {
    Count& count = slot(kind);
    ++count.packets;
    count.bytes += wire_length;
  }
  // Most packets first, then by name.
  std::vector<PacketKind> list() const;
  // The same; begins again at zero.
  std::vector<PacketKind> take();

 private:
  struct Count {
    std::uint64_t packets = 0, bytes = 0;
  };

  Count& slot(Kind kind) { return kind.family == Kind::Family::ip_protocol ? ip_protocols_[kind.number & 0xff] : rare_slot(kind); }
  Count& rare_slot(Kind kind);

  std::array<Count, 256> ip_protocols_{};
  std::unordered_map<std::uint32_t, Count> rare_;  // by family << 16 | number, at most limits::packet_kinds
};

}  // namespace longwire
