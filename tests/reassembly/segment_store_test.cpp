// Bytes that wait: every way two pieces can overlap, under both policies.
#include "reassembly/segment_store.h"

#include <gtest/gtest.h>

#include <string>

namespace longwire {
namespace {

Stamp stamp(std::uint64_t number) {
  return {0, number, number};
}

// The store's contents in order: "5:abc@1" is a piece at offset 5 from packet 1, "8:-3@2" three cut bytes.
std::string contents(SegmentStore& store) {
  std::string text;
  while (!store.empty()) {
    const std::uint64_t begin = store.begin();
    const StoredPiece piece = store.take_first();
    text += (text.empty() ? "" : " ") + std::to_string(begin) + ":";
    text += piece.cut > 0 ? "-" + std::to_string(piece.cut) : std::string(as_text(piece.bytes));
    text += "@" + std::to_string(piece.at.number);
  }
  EXPECT_EQ(store.bytes(), 0u);
  return text;
}

TEST(SegmentStore, KeepsPiecesInOrderWithTheirPackets) {
  SegmentStore store;
  store.insert(8, as_bytes("ij"), stamp(1), Overlap::first);
  store.insert(2, as_bytes("cde"), stamp(2), Overlap::first);
  EXPECT_EQ(store.bytes(), 5u);
  EXPECT_EQ(store.end(), 10u);
  EXPECT_EQ(contents(store), "2:cde@2 8:ij@1");
}

TEST(SegmentStore, TheFirstCopyWinsWhereAsked) {
  SegmentStore store;
  store.insert(4, as_bytes("BBB"), stamp(1), Overlap::first);
  const auto inserted = store.insert(2, as_bytes("ccBxccc"), stamp(2), Overlap::first);
  EXPECT_EQ(inserted.added, 4u);
  EXPECT_EQ(inserted.again, 3u);
  EXPECT_EQ(inserted.conflicting, 2u);
  EXPECT_EQ(contents(store), "2:cc@2 4:BBB@1 7:cc@2");
}

TEST(SegmentStore, TheLastCopyWinsWhereAsked) {
  SegmentStore store;
  store.insert(4, as_bytes("BBB"), stamp(1), Overlap::last);
  store.insert(5, as_bytes("x"), stamp(2), Overlap::last);
  EXPECT_EQ(contents(store), "4:B@1 5:x@2 6:B@1");
}

TEST(SegmentStore, SameBytesAgainKeepTheirFirstPacket) {
  SegmentStore store;
  store.insert(4, as_bytes("abc"), stamp(1), Overlap::last);
  const auto inserted = store.insert(4, as_bytes("abc"), stamp(2), Overlap::last);
  EXPECT_EQ(inserted.conflicting, 0u);
  EXPECT_EQ(contents(store), "4:abc@1");
}

TEST(SegmentStore, BytesGoBeforeCutOnes) {
  SegmentStore store;
  store.insert(0, as_bytes("ab"), stamp(1), Overlap::first);
  store.insert_cut(1, 6, stamp(1));
  store.insert(3, as_bytes("de"), stamp(2), Overlap::first);
  EXPECT_EQ(contents(store), "0:ab@1 2:-1@1 3:de@2 5:-2@1");
}

TEST(SegmentStore, TruncatesInsideAPiece) {
  SegmentStore store;
  store.insert(0, as_bytes("abcd"), stamp(1), Overlap::first);
  store.insert(6, as_bytes("gh"), stamp(2), Overlap::first);
  EXPECT_EQ(store.truncate(3), 3u);
  EXPECT_EQ(store.truncate(3), 0u);
  EXPECT_EQ(contents(store), "0:abc@1");
}

// Two pieces anywhere in twelve bytes, against a plain array.
TEST(SegmentStore, AgreesWithAByteMapForEveryOverlapOfTwoPieces) {
  for (const Overlap overlap : {Overlap::first, Overlap::last}) {
    for (std::size_t a = 0; a < 12; ++a)
      for (std::size_t a_end = a + 1; a_end <= 12; ++a_end)
        for (std::size_t b = 0; b < 12; ++b)
          for (std::size_t b_end = b + 1; b_end <= 12; ++b_end) {
            std::string expected(12, '.');
            expected.replace(a, a_end - a, a_end - a, '1');
            for (std::size_t i = b; i < b_end; ++i) {
              if (expected[i] == '.' || overlap == Overlap::last) expected[i] = '2';
            }
            SegmentStore store;
            store.insert(a, as_bytes(std::string(a_end - a, '1')), stamp(1), overlap);
            store.insert(b, as_bytes(std::string(b_end - b, '2')), stamp(2), overlap);
            std::string found(12, '.');
            while (!store.empty()) {
              const std::uint64_t begin = store.begin();
              const auto piece = store.take_first();
              for (std::size_t i = 0; i < piece.bytes.size(); ++i) {
                EXPECT_EQ(piece.bytes[i], '0' + piece.at.number) << "a piece's bytes are its packet's";
                found[begin + i] = static_cast<char>(piece.bytes[i]);
              }
            }
            ASSERT_EQ(found, expected) << a << "-" << a_end << " and " << b << "-" << b_end;
          }
  }
}

}  // namespace
}  // namespace longwire
