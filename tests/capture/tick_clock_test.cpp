// Expected nanoseconds worked out with Python's integers: ticks * 10**9 // 2**n + offset * 10**9.
#include "capture/tick_clock.h"

#include <gtest/gtest.h>

#include <limits>

namespace longwire {
namespace {

constexpr std::uint64_t most_ticks = std::numeric_limits<std::uint64_t>::max();
constexpr Time last = std::numeric_limits<Time>::max(), first = std::numeric_limits<Time>::min();

TEST(TickClock, PowersOfTen) {
  EXPECT_EQ(TickClock().at(1'700'000'000'123'456), 1'700'000'000'123'456'000);  // microseconds
  EXPECT_EQ(TickClock(9).at(1'700'000'000'123'456'789), 1'700'000'000'123'456'789);
  EXPECT_EQ(TickClock(18).at(12'345'678'901'234'567'890u), 12'345'678'901);
  EXPECT_EQ(TickClock(127).at(1'000'000'000), 0);
}

TEST(TickClock, PowersOfTwo) {
  EXPECT_EQ(TickClock(0x80 | 32).at(std::uint64_t{1'700'000'000} << 32 | 0x40000000), 1'700'000'000'250'000'000);  // as NTP counts
  EXPECT_EQ(TickClock(0x80 | 30).at(1), 0);
  EXPECT_EQ(TickClock(0x80 | 29).at(1), 1);
  EXPECT_EQ(TickClock(0x80 | 63).at(most_ticks), 1'999'999'999);
  EXPECT_EQ(TickClock(0x80 | 64).at(most_ticks), 999'999'999);
  EXPECT_EQ(TickClock(0x80 | 127).at(most_ticks), 0);
}

TEST(TickClock, WhatTimeCannotHoldIsItsFirstOrLast) {
  EXPECT_EQ(TickClock(0).at(most_ticks), last);
  EXPECT_EQ(TickClock(0x80).at(most_ticks), last);
  EXPECT_EQ(TickClock(6, std::numeric_limits<std::int64_t>::max()).at(most_ticks), last);
  EXPECT_EQ(TickClock(6, std::numeric_limits<std::int64_t>::min()).at(0), first);
}

TEST(TickClock, OffsetsMayBeNegative) {
  EXPECT_EQ(TickClock(9, -1).at(1), -999'999'999);
}

}  // namespace
}  // namespace longwire
