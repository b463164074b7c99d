#include "dissectors/websocket_pings.h"

#include <gtest/gtest.h>

#include "capture/limits.h"

namespace longwire {
namespace {

TEST(WebSocketPings, APongAnswersThePingWithItsPayload) {
  WebSocketPings pings;
  pings.send("a", {1, 100});
  const auto ping = pings.answer("a");
  ASSERT_TRUE(ping);
  EXPECT_EQ(ping->id, 1);
  EXPECT_EQ(ping->at, 100);
  EXPECT_FALSE(pings.answer("a")) << "once";
}

// RFC 6455 section 5.5.3: a pong may answer only the latest of several.
TEST(WebSocketPings, ThoseBeforeTheAnsweredOneWaitNoLonger) {
  WebSocketPings pings;
  pings.send("a", {1, 100});
  pings.send("b", {2, 200});
  pings.send("c", {3, 300});
  EXPECT_EQ(pings.answer("b")->id, 2);
  EXPECT_FALSE(pings.answer("a"));
  EXPECT_EQ(pings.answer("c")->id, 3);
}

TEST(WebSocketPings, OfEqualOnesTheLatestIsMeant) {
  WebSocketPings pings;
  pings.send("", {1, 100});
  pings.send("", {2, 200});
  EXPECT_EQ(pings.answer("")->id, 2);
  EXPECT_FALSE(pings.answer(""));
}

TEST(WebSocketPings, APongThatNobodyAskedFor) {
  WebSocketPings pings;
  pings.send("a", {1, 100});
  EXPECT_FALSE(pings.answer("b"));
  EXPECT_TRUE(pings.answer("a")) << "it still waits";
}

TEST(WebSocketPings, OnlySoManyAreRemembered) {
  WebSocketPings pings;
  for (std::uint64_t i = 0; i < limits::websocket_pings; ++i) EXPECT_TRUE(pings.send(std::to_string(i), {1, 1}));
  EXPECT_FALSE(pings.send("last", {2, 2}));
  EXPECT_FALSE(pings.answer("0"));
  EXPECT_TRUE(pings.answer("1"));
}

}  // namespace
}  // namespace longwire
