#include "capture/tick_clock.h"

#include <algorithm>
#include <limits>

namespace longwire {
namespace {

__extension__ using Wide = __int128;

constexpr int nanosecond_digits = 9;
constexpr Wide nanoseconds_a_second = 1'000'000'000;
constexpr int most_decimal_digits = 19;  // 10^19 is the highest power of ten below 2^64

std::uint64_t power_of_ten(int exponent) {
  std::uint64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

TickClock::TickClock(std::uint8_t resolution, std::int64_t offset_seconds)
    : binary_((resolution & 0x80) != 0),
      exponent_(resolution & 0x7f),
      scale_(1),
      finer_(!binary_ && exponent_ > nanosecond_digits),
      offset_seconds_(offset_seconds) {
  if (!binary_)
    scale_ = power_of_ten(finer_ ? std::min(exponent_ - nanosecond_digits, most_decimal_digits) : nanosecond_digits - exponent_);
}

Time TickClock::at(std::uint64_t ticks) const {
  Wide nanoseconds;
  if (binary_) {
    const Wide seconds = exponent_ < 64 ? ticks >> exponent_ : 0;
    // Below 2^-64 seconds a tick is less than any time that can be told apart; the shift stays within 128 bits.
    const int shift = std::min<int>(exponent_, 64);
    const Wide fraction = static_cast<Wide>(ticks) - (exponent_ < 64 ? seconds << exponent_ : Wide{0});
    nanoseconds = seconds * nanoseconds_a_second + (exponent_ > 64 ? Wide{0} : (fraction * nanoseconds_a_second) >> shift);
  } else {
    nanoseconds = finer_ ? static_cast<Wide>(ticks / scale_) : static_cast<Wide>(ticks) * static_cast<Wide>(scale_);
  }
  nanoseconds += static_cast<Wide>(offset_seconds_) * nanoseconds_a_second;
  constexpr Wide least = std::numeric_limits<Time>::min(), most = std::numeric_limits<Time>::max();
  return static_cast<Time>(std::clamp(nanoseconds, least, most));
}

}  // namespace longwire
