// How much memory one part of the connections may take, and when some of them have to go.
//
// Connections are parted by their hash (limits::memory_parts parts), each part has its own budget, and what is in use is
// counted in bytes that depend on the connections alone: so what is given up is the same however many threads work.
//
// What grew is only added up, from above; what is really in use is counted when that sum reaches the budget. As much goes
// then that counting is not needed again soon: for one eighth of the budget at least.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "capture/limits.h"

namespace longwire {

// The part that a connection with this hash belongs to.
constexpr std::size_t memory_part(std::uint32_t hash) {
  return static_cast<std::size_t>(hash * limits::memory_parts.value >> 32);
}

class MemoryBudget {
 public:
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  explicit MemoryBudget(std::uint64_t bytes = unlimited) : bytes_(bytes) {}

  // At most `bytes` more are in use now. True: used() has to be told.
  bool grow(std::uint64_t bytes) { return (estimate_ += bytes) > bytes_; }
  // `bytes` are really in use; returns how many of them have to go.
  std::uint64_t used(std::uint64_t bytes) {
    const std::uint64_t eighth = bytes_ / 8;
    const std::uint64_t excess = bytes > bytes_ - eighth ? bytes - (bytes_ - 2 * eighth) : 0;
    estimate_ = bytes - excess;
    return excess;
  }

 private:
  std::uint64_t bytes_;
  std::uint64_t estimate_ = 0;
};

}  // namespace longwire
