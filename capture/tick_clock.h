// Timestamps of capture files: ticks of some resolution since the epoch, as nanoseconds.
#pragma once

#include <cstdint>

#include "capture/packet.h"

namespace longwire {

// The resolution and offset of one pcapng interface (if_tsresol, if_tsoffset). Times outside what Time can hold
// (years 1677 to 2262) become its first or last value.
class TickClock {
 public:
  // `resolution` as in if_tsresol: ticks are 10^-n seconds, or 2^-n where the highest bit is set.
  explicit TickClock(std::uint8_t resolution = 6, std::int64_t offset_seconds = 0);

  Time at(std::uint64_t ticks) const;

 private:
  bool binary_;
  std::uint8_t exponent_;
  std::uint64_t scale_;  // decimal: nanoseconds a tick, or ticks a nanosecond where `finer_`
  bool finer_;
  std::int64_t offset_seconds_;
};

// Seconds and nanoseconds as pcap and snoop write them; always within Time.
inline Time time_of(std::uint32_t seconds, std::uint64_t nanoseconds) {
  return static_cast<Time>(seconds * std::uint64_t{1'000'000'000} + nanoseconds);
}

}  // namespace longwire
