// What stands on a command line, read as a user means it.
#include "cli/command_line.h"

#include <gtest/gtest.h>

#include <limits>

namespace longwire {
namespace {

TEST(CommandLine, SizesHaveUnitsOfPowersOf1024) {
  EXPECT_EQ(parse_size("4096"), 4096u);
  EXPECT_EQ(parse_size("64K"), 65536u);
  EXPECT_EQ(parse_size("800M"), 838'860'800u);
  EXPECT_EQ(parse_size("800m"), 838'860'800u);
  EXPECT_EQ(parse_size("4GiB"), 4'294'967'296u);
  EXPECT_EQ(parse_size("1TB"), 1'099'511'627'776u);
  EXPECT_EQ(parse_size("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
}

TEST(CommandLine, WhatIsNoSizeIsNone) {
  for (const char* text : {"", "M", "-1", " 1M", "1 M", "1X", "1Mb", "1MiBs", "0x10", "1.5G", "18446744073709551616", "16777217T"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(CommandLine, SpansOfTimeHaveUnits) {
  EXPECT_EQ(parse_span("90"), 90u);
  EXPECT_EQ(parse_span("90s"), 90u);
  EXPECT_EQ(parse_span("5m"), 300u);
  EXPECT_EQ(parse_span("2h"), 7200u);
  EXPECT_EQ(parse_span("7d"), 604'800u);
}

TEST(CommandLine, WhatIsNoSpanIsNone) {
  for (const char* text : {"", "0", "0s", "-5m", "5 m", "5M", "5mm", "5min", "1.5h", "3w", "99999999999999999999", "99999999999d"}) {
    EXPECT_FALSE(parse_span(text)) << text;
  }
}

}  // namespace
}  // namespace longwire
