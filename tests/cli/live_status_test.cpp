// What a person is told while a capture goes on.
#include "cli/live_status.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace longwire
