// What a person is told while a capture goes on.
#include "cli/live_status.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace longwire {
namespace {

TEST(LiveStatus, TellsRatesOfTheTimeBetweenAndCountsOfAll) {
  LiveStatus before, now;
  before.packets = 1'000'000;
  before.bytes = 500'000'000;
  now.packets = 1'240'000;
  now.bytes = 850'000'000;
  now.connections = 50;
  now.dropped_by_kernel = 7;
  now.dropped_by_interface = 2;
  now.database_bytes = 17'000'000;
  EXPECT_EQ(LiveStatusLine::line("eth0", 2, before, now, 99'000'000),
            "eth0  120 k packets/s  1.4 Gbit/s  50 connections  9 dropped  99 MB memory  17 MB database");
}

TEST(LiveStatus, SaysWhereRowsWereLost) {
  LiveStatus now;
  now.lost_rows = 12;
  EXPECT_EQ(LiveStatusLine::line("lo", 1, {}, now, 0),
            "lo  0 packets/s  0 bit/s  0 connections  0 dropped  12 rows lost  0 B memory  0 B database");
}

TEST(LiveStatus, AMomentWithoutLengthHasNoRate) {
  LiveStatus now;
  now.packets = 5;
  EXPECT_EQ(LiveStatusLine::line("lo", 0, {}, now, 0).substr(0, 16), "lo  0 packets/s ");
}

// What is written where nobody sits before a terminal, as in a unit's log.
std::string told_in(std::chrono::seconds all, bool wanted) {
  testing::internal::CaptureStderr();
  {
    LiveStatusLine line("eth0", wanted);
    const auto begin = LiveStatusLine::Clock::now();
    LiveStatus status;
    for (auto second = std::chrono::seconds(1); second <= all; ++second) {
      status.packets += 100;
      line.update(status, begin + second);
    }
  }
  return testing::internal::GetCapturedStderr();
}

TEST(LiveStatus, OffATerminalALineAMinute) {
  EXPECT_EQ(told_in(std::chrono::seconds(59), true), "");
  const std::string hour = told_in(std::chrono::seconds(3600), true);
  EXPECT_EQ(std::count(hour.begin(), hour.end(), '\n'), 60);
  EXPECT_EQ(hour.find("longwire: eth0  100 packets/s  0 bit/s  0 connections  0 dropped  "), 0u) << hour.substr(0, 120);
  EXPECT_EQ(hour.find_first_of("\r\033"), std::string::npos);
  EXPECT_EQ(told_in(std::chrono::seconds(3600), false), "");
}

}  // namespace
}  // namespace longwire
