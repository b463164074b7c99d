// SETTINGS of one side: what was announced, and which of it is in force (RFC 9113 section 6.5).
#include "dissectors/http2_settings.h"

#include <gtest/gtest.h>

#include "capture/limits.h"
#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

std::string payload(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& list) {
  return h2::settings(list).substr(Http2Frame::header_size);
}

TEST(Http2Settings, TheLastValueOfEachCounts) {
  Http2Settings settings;
  EXPECT_FALSE(settings.seen());
  EXPECT_TRUE(settings.value(Http2Settings::enable_push).is_null());
  EXPECT_EQ(settings.read(as_bytes(payload({{3, 100}, {2, 1}, {0xabcd, 7}}))), "");
  EXPECT_EQ(settings.read(as_bytes(payload({{2, 0}}))), "");
  EXPECT_EQ(settings.value(Http2Settings::enable_push).value, 0);
  EXPECT_EQ(settings.json(), "{\"MAX_CONCURRENT_STREAMS\":100,\"ENABLE_PUSH\":0,\"0xabcd\":7}");
}

TEST(Http2Settings, AWindowGrowsAtOnceAndShrinksWhenAcknowledged) {
  Http2Settings settings;
  EXPECT_EQ(settings.window(), 65535);
  settings.read(as_bytes(payload({{4, 1000}})));
  EXPECT_EQ(settings.window(), 65535);
  settings.read(as_bytes(payload({{4, 100000}})));
  EXPECT_EQ(settings.window(), 100000);
  EXPECT_TRUE(settings.acknowledge());
  EXPECT_EQ(settings.window(), 100000);
  settings.read(as_bytes(payload({{4, 10}})));
  EXPECT_TRUE(settings.acknowledge());
  EXPECT_TRUE(settings.acknowledge());
  EXPECT_EQ(settings.window(), 10);
  EXPECT_FALSE(settings.acknowledge());
}

TEST(Http2Settings, WhatCannotBeIsLeftOut) {
  Http2Settings settings;
  EXPECT_EQ(settings.read(as_bytes(payload({{5, 1 << 24}, {3, 7}}))), "http2.settings.value");
  EXPECT_EQ(settings.json(), "{\"MAX_CONCURRENT_STREAMS\":7}");
  EXPECT_EQ(settings.largest_frame(), 16384u);
}

TEST(Http2Settings, KeptUpToABound) {
  Http2Settings settings;
  for (std::uint16_t id = 100; id < 1000; ++id) settings.read(as_bytes(payload({{id, 1}})));
  const std::string json = settings.json();
  EXPECT_EQ(std::count(json.begin(), json.end(), ':'), static_cast<long>(limits::http2_settings));
  EXPECT_EQ(settings.unacknowledged(), limits::http2_settings_waiting);
}

}  // namespace
}  // namespace longwire::test
