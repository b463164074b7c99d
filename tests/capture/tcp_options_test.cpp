#include <gtest/gtest.h>

#include "tests/packet_builder.h"

namespace longwire {
namespace {

// The options of a Linux SYN: mss 1460, sack permitted, timestamps, no-operation, window scale 7.
TEST(TcpOptions, OfAnOrdinarySyn) {
  const TcpOptions options = parse_tcp_options(from_hex("020405b4 0402 080a 11223344 00000000 01 030307"));
  EXPECT_EQ(options.mss, 1460);
  EXPECT_TRUE(options.sack_permitted);
  EXPECT_TRUE(options.has_timestamps);
  EXPECT_EQ(options.timestamp_value, 0x11223344u);
  EXPECT_EQ(options.timestamp_echo, 0u);
  EXPECT_TRUE(options.has_window_scale);
  EXPECT_EQ(options.window_scale, 7);
  EXPECT_FALSE(options.malformed);
}

TEST(TcpOptions, SackBlocksInOrder) {
  const TcpOptions options = parse_tcp_options(from_hex("01 01 05 12 00000001 00000002 fffffffe 00000003"));
  ASSERT_EQ(options.sack_blocks, 2);
  EXPECT_EQ(options.sack[0].left, 1u);
  EXPECT_EQ(options.sack[0].right, 2u);
  EXPECT_EQ(options.sack[1].left, 0xfffffffeu);
  EXPECT_EQ(options.sack[1].right, 3u);
}

TEST(TcpOptions, WindowScaleIsAtMost14) {
  EXPECT_EQ(parse_tcp_options(from_hex("03030f")).window_scale, 14) << "RFC 7323 section 2.3";
}

TEST(TcpOptions, NothingCountsBehindTheEnd) {
  const TcpOptions options = parse_tcp_options(from_hex("00 020405b4"));
  EXPECT_EQ(options.mss, 0);
  EXPECT_FALSE(options.malformed);
}

TEST(TcpOptions, UnknownOnesAreSteppedOver) {
  const TcpOptions options = parse_tcp_options(from_hex("fd06 aabbccdd 020405b4"));
  EXPECT_EQ(options.mss, 1460);
  EXPECT_FALSE(options.malformed);
}

TEST(TcpOptions, ALengthThatLiesEndsThemButKeepsWhatStandsBefore) {
  for (const char* lie : {"0303", "0300", "0301", "03", "030407 00", "0403 00", "080a 0000", "0502", "050b 000000010000000200", "fdff"}) {
    const TcpOptions options = parse_tcp_options(concatenated({from_hex("020405b4"), from_hex(lie)}));
    EXPECT_TRUE(options.malformed) << lie;
    EXPECT_EQ(options.mss, 1460) << lie;
    EXPECT_FALSE(options.has_window_scale) << lie;
  }
}

TEST(TcpOptions, NoneAtAll) {
  const TcpOptions options = parse_tcp_options({});
  EXPECT_FALSE(options.malformed);
  EXPECT_FALSE(options.has_timestamps);
  EXPECT_EQ(options.sack_blocks, 0);
}

}  // namespace
}  // namespace longwire
