// Buffers that a stream runs through.
#include "capture/stream_feed.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/capture_files.h"

namespace longwire {
namespace {

Octets counting(std::size_t size) {
  Octets octets(size);
  std::iota(octets.begin(), octets.end(), std::uint8_t{0});
  return octets;
}

StreamFeed feed_of(std::size_t size, std::size_t cut, std::size_t buffer_bytes) {
  return StreamFeed(std::make_unique<MemoryStream>(counting(size), cut), buffer_bytes);
}

TEST(StreamFeed, GivesWhatIsThereAsSoonAsItIsEnough) {
  StreamFeed feed = feed_of(100, 10, 64);
  EXPECT_EQ(feed.window(1).size(), 10u);
  EXPECT_EQ(feed.window(10).size(), 10u);
  EXPECT_EQ(feed.window(11).size(), 20u);
}

TEST(StreamFeed, GivesLessThanNeededOnlyAtTheEnd) {
  StreamFeed feed = feed_of(25, 10, 64);
  EXPECT_EQ(feed.window(26).size(), 25u);
  feed.advance(25);
  EXPECT_TRUE(feed.window(1).empty());
  EXPECT_EQ(feed.position(), 25u);
}

TEST(StreamFeed, GrowsForAUnitLargerThanItsBuffers) {
  StreamFeed feed = feed_of(1000, 7, 16);
  feed.window(5);
  feed.advance(5);
  const Bytes window = feed.window(900);
  ASSERT_GE(window.size(), 900u);
  for (std::size_t i = 0; i < window.size(); ++i) ASSERT_EQ(window[i], static_cast<std::uint8_t>(i + 5));
}

TEST(StreamFeed, WhatIsKeptStaysAsItIsWhileTheStreamRunsOn) {
  StreamFeed feed = feed_of(5000, 13, 64);
  struct Kept {
    Bytes bytes;
    std::shared_ptr<void> memory;
    std::size_t from;
  };
  std::vector<Kept> kept;
  for (std::size_t at = 0; at < 5000; at += 20) {
    const Bytes window = feed.window(20);
    ASSERT_GE(window.size(), 20u);
    kept.push_back({window.first(20), feed.keep(20), at});
    feed.advance(20);
    if (kept.size() > 7) kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(at / 20 % 7));  // in no order
    for (const Kept& one : kept) {
      for (std::size_t i = 0; i < one.bytes.size(); ++i) ASSERT_EQ(one.bytes[i], static_cast<std::uint8_t>(one.from + i));
    }
  }
}

TEST(StreamFeed, UsesABufferAgainWhenNobodyKeepsIt) {
  StreamFeed feed = feed_of(100'000, 64, 64);
  const Bytes first = feed.window(64);
  for (int i = 0; i < 1000; ++i) {
    const Bytes window = feed.window(64);
    EXPECT_EQ(window.data(), first.data());
    feed.keep(64);
    feed.advance(64);
  }
}

TEST(StreamFeed, WhatIsKeptOutlivesTheFeed) {
  Bytes bytes;
  std::shared_ptr<void> memory;
  {
    StreamFeed feed = feed_of(30, 30, 64);
    bytes = feed.window(30);
    memory = feed.keep(30);
  }
  EXPECT_EQ(Octets(bytes.begin(), bytes.end()), counting(30));
}

}  // namespace
}  // namespace longwire
