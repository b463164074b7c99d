#include "dissectors/websocket_deflate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "capture/limits.h"
#include "tests/websocket_bytes.h"

namespace longwire {
namespace {

using namespace std::string_view_literals;
using Outcome = WebSocketDeflate::Outcome;

// What a message of frames inflates to; each is given in pieces of `piece` bytes.
std::string inflated(WebSocketDeflate& deflate, std::initializer_list<std::string_view> frames, std::size_t piece = 1000) {
  std::string out;
  deflate.begin();
  for (const std::string_view frame : frames) {
    deflate.next_frame(frame.size());
    for (std::size_t at = 0; at < frame.size(); at += piece) {
      Bytes in = as_bytes(frame.substr(at, piece));
      for (Bytes part; !(part = deflate.step(in)).empty();) out += as_text(part);
    }
  }
  for (Bytes part; !(part = deflate.finish()).empty();) out += as_text(part);
  return out;
}

// ---- RFC 7692 section 7.2.3, example by example ----

TEST(WebSocketDeflate, AMessageCompressedUsingOneCompressedDeflateBlock) {
  for (const std::size_t piece : {1000, 1}) {
    WebSocketDeflate deflate(true);
    EXPECT_EQ(inflated(deflate, {"\xf2\x48\xcd\xc9\xc9\x07\x00"sv}, piece), "Hello");
    EXPECT_EQ(deflate.outcome(), Outcome::fine);
  }
  WebSocketDeflate fragmented(true);
  EXPECT_EQ(inflated(fragmented, {"\xf2\x48\xcd"sv, "\xc9\xc9\x07\x00"sv}), "Hello");
}

TEST(WebSocketDeflate, SharingLz77SlidingWindow) {
  WebSocketDeflate deflate(true);
  EXPECT_EQ(inflated(deflate, {"\xf2\x48\xcd\xc9\xc9\x07\x00"sv}), "Hello");
  EXPECT_EQ(inflated(deflate, {"\xf2\x00\x11\x00\x00"sv}), "Hello");
  EXPECT_EQ(deflate.outcome(), Outcome::fine);
}

TEST(WebSocketDeflate, WithoutTakeoverNothingIsShared) {
  WebSocketDeflate deflate(false);
  EXPECT_EQ(inflated(deflate, {"\xf2\x48\xcd\xc9\xc9\x07\x00"sv}), "Hello");
  EXPECT_EQ(inflated(deflate, {"\xf2\x48\xcd\xc9\xc9\x07\x00"sv}), "Hello");
  inflated(deflate, {"\xf2\x00\x11\x00\x00"sv});
  EXPECT_EQ(deflate.outcome(), Outcome::damaged) << "it refers to a message before";
}

TEST(WebSocketDeflate, UsingADeflateBlockWithNoCompression) {
  WebSocketDeflate deflate(true);
  EXPECT_EQ(inflated(deflate, {"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv}), "Hello");
  EXPECT_EQ(deflate.outcome(), Outcome::fine);
}

TEST(WebSocketDeflate, UsingADeflateBlockWithBfinalSetTo1) {
  for (const std::size_t piece : {1000, 1}) {
    WebSocketDeflate deflate(true);
    EXPECT_EQ(inflated(deflate, {"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv}, piece), "Hello");
    EXPECT_EQ(deflate.outcome(), Outcome::fine);
    EXPECT_EQ(inflated(deflate, {"\xf2\x00\x11\x00\x00"sv}, piece), "Hello") << "the window outlives the block";
    EXPECT_EQ(deflate.outcome(), Outcome::fine);
  }
}

// Each is empty, and costs a sender ten bits.
TEST(WebSocketDeflate, AMillionFinalBlocksAreReadAtOnce) {
  std::string blocks = test::deflated(std::string(40000, 'x') + "Hello");
  blocks.append("\x00\x00\xff\xff"sv);
  for (int i = 0; i < 1'000'000; ++i) blocks += "\x03\x00"sv;
  WebSocketDeflate deflate(true);
  const std::string all = inflated(deflate, {blocks}, blocks.size());
  EXPECT_EQ(all.size(), 40005u);
  EXPECT_EQ(deflate.outcome(), Outcome::fine);
  EXPECT_EQ(inflated(deflate, {"\xf2\x00\x11\x00\x00"sv}), "Hello") << "the window outlives them";
}

TEST(WebSocketDeflate, TwoDeflateBlocksInOneMessage) {
  WebSocketDeflate deflate(true);
  EXPECT_EQ(inflated(deflate, {"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv}), "Hello");
  EXPECT_EQ(deflate.outcome(), Outcome::fine);
}

TEST(WebSocketDeflate, GeneratingAnEmptyFragment) {
  WebSocketDeflate deflate(true);
  EXPECT_EQ(inflated(deflate, {"\xf2\x48\xcd\xc9\xc9\x07\x00"sv, ""sv}), "Hello");
  EXPECT_EQ(inflated(deflate, {"\x00"sv}), "") << "section 7.2.3.6: an empty message";
  EXPECT_EQ(deflate.outcome(), Outcome::fine);
}

// ---- beyond the examples ----

TEST(WebSocketDeflate, WhatIsNotDeflate) {
  WebSocketDeflate deflate(true);
  inflated(deflate, {"\xff\xff\xff"sv});
  EXPECT_EQ(deflate.outcome(), Outcome::damaged);
}

TEST(WebSocketDeflate, AMessageThatEndsInsideABlock) {
  WebSocketDeflate deflate(true);
  const std::string whole = test::deflated("a message that is long enough to be cut in its middle");
  inflated(deflate, {std::string_view(whole).substr(0, whole.size() / 2)});
  EXPECT_EQ(deflate.outcome(), Outcome::damaged);
}

// References reach back into what was missed: how far is known, what stands there is not.
TEST(WebSocketDeflate, BehindAHoleSizesAreRightAndContentIsNot) {
  WebSocketDeflate deflate(true);
  inflated(deflate, {"\xf2\x48\xcd\xc9\xc9\x07\x00"sv});
  deflate.miss();
  EXPECT_EQ(inflated(deflate, {"\xf2\x00\x11\x00\x00"sv}).size(), 5u);
  EXPECT_EQ(deflate.outcome(), Outcome::fine);
  EXPECT_TRUE(deflate.blind());
}

TEST(WebSocketDeflate, SoItIsBehindADamagedMessage) {
  WebSocketDeflate deflate(true);
  inflated(deflate, {"\xff\xff\xff"sv});
  EXPECT_FALSE(deflate.blind()) << "what came before the damage is known";
  EXPECT_EQ(inflated(deflate, {"\xf2\x48\xcd\xc9\xc9\x07\x00"sv}), "Hello");
  EXPECT_TRUE(deflate.blind());
}

TEST(WebSocketDeflate, WithoutTakeoverAHoleConcernsItsOwnMessageAlone) {
  WebSocketDeflate deflate(false);
  deflate.begin();
  deflate.miss();
  EXPECT_EQ(inflated(deflate, {"\xf2\x48\xcd\xc9\xc9\x07\x00"sv}), "Hello");
  EXPECT_FALSE(deflate.blind());
}

// 100 MB of zeros in 100 KB.
TEST(WebSocketDeflate, ABombIsNotInflatedToItsEnd) {
  const std::string bomb = test::deflated(std::string(100 << 20, '\0'));
  WebSocketDeflate deflate(true);
  std::size_t most = 0, steps = 0;
  deflate.begin();
  deflate.next_frame(bomb.size());
  Bytes in = as_bytes(bomb);
  for (Bytes part; !(part = deflate.step(in)).empty(); ++steps) most = std::max(most, part.size());
  EXPECT_EQ(deflate.outcome(), Outcome::limit);
  EXPECT_LT(steps * most, 30u << 20);
  EXPECT_LE(most, 64u << 10) << "held at once";
  EXPECT_TRUE(deflate.finish().empty());
}

TEST(WebSocketDeflate, HonestMessagesMayBeLargeAndCompressWell) {
  std::string table;
  for (int i = 0; i < 500000; ++i) table += "{\"id\": " + std::to_string(i) + ", \"state\": \"unchanged\"},\n";
  ASSERT_GT(table.size(), 16u << 20);
  WebSocketDeflate deflate(true);
  EXPECT_EQ(inflated(deflate, {test::deflated(table)}).size(), table.size());
  EXPECT_EQ(deflate.outcome(), Outcome::fine);
}

}  // namespace
}  // namespace longwire
