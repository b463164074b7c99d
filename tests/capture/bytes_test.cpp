// The cursor everything reads through: RFCs write numbers in network order, so do these octets.
#include "capture/bytes.h"

#include <gtest/gtest.h>

#include "capture/ordered_cursor.h"
#include "tests/packet_builder.h"

namespace longwire {
namespace {

Octets octets_of(Bytes bytes) {
  return Octets(bytes.begin(), bytes.end());
}

TEST(Cursor, ReadsNumbersInNetworkOrder) {
  const Octets octets = from_hex("01 0203 040506 0708090a 0b0c0d0e0f101112");
  Cursor in(octets);
  EXPECT_EQ(in.u8(), 0x01u);
  EXPECT_EQ(in.u16(), 0x0203u);
  EXPECT_EQ(in.u24(), 0x040506u);
  EXPECT_EQ(in.u32(), 0x0708090au);
  EXPECT_EQ(in.u64(), 0x0b0c0d0e0f101112u);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.left(), 0u);
  EXPECT_EQ(in.position(), 18u);
}

TEST(Cursor, ReadsLittleEndianWhereAFormatIs) {
  const Octets octets = from_hex("0201 04030201 0807060504030201");
  Cursor in(octets);
  EXPECT_EQ(in.u16le(), 0x0102u);
  EXPECT_EQ(in.u32le(), 0x01020304u);
  EXPECT_EQ(in.u64le(), 0x0102030405060708u);
}

TEST(Cursor, AFailedReadIsStickyAndSaysHowMuchWasWanted) {
  const Octets octets{1, 2, 3, 4, 5};
  Cursor in(octets);
  in.u16();
  EXPECT_EQ(in.wanted(), 2u);
  EXPECT_EQ(in.u32(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.wanted(), 6u);  // counted from the start
  EXPECT_EQ(in.position(), 2u);
  EXPECT_EQ(in.left(), 0u);
  // Three octets are left, but no later read gets them, and the first failure's want stays.
  EXPECT_EQ(in.u8(), 0u);
  EXPECT_TRUE(in.take(1).empty());
  EXPECT_TRUE(in.rest().empty());
  in.skip(100);
  EXPECT_EQ(in.wanted(), 6u);
}

TEST(Cursor, EveryWidthFailsOneOctetShort) {
  const auto fails = [](std::size_t had, auto read) {
    const Octets octets(had, 0xff);
    Cursor in(octets);
    const auto value = read(in);
    return value == 0 && !in.ok() && in.wanted() == had + 1;
  };
  EXPECT_TRUE(fails(0, [](Cursor& in) { return in.u8(); }));
  EXPECT_TRUE(fails(1, [](Cursor& in) { return in.u16(); }));
  EXPECT_TRUE(fails(2, [](Cursor& in) { return in.u24(); }));
  EXPECT_TRUE(fails(3, [](Cursor& in) { return in.u32(); }));
  EXPECT_TRUE(fails(7, [](Cursor& in) { return in.u64(); }));
  EXPECT_TRUE(fails(3, [](Cursor& in) { return in.u32le(); }));
}

TEST(Cursor, TakesRunsOfOctets) {
  const Octets octets{1, 2, 3, 4, 5};
  Cursor in(octets);
  EXPECT_EQ(octets_of(in.take(2)), (Octets{1, 2}));
  in.skip(1);
  EXPECT_TRUE(in.take(0).empty());
  EXPECT_EQ(octets_of(in.rest()), (Octets{4, 5}));
  EXPECT_TRUE(in.rest().empty());
  EXPECT_TRUE(in.ok());
}

TEST(Cursor, ReadsChildrenWithALengthBeforeThem) {
  const Octets octets = from_hex("02 aabb 0001 cc 000001 dd 00");
  Cursor in(octets);
  EXPECT_EQ(octets_of(in.vec8()), (Octets{0xaa, 0xbb}));
  EXPECT_EQ(octets_of(in.vec16()), Octets{0xcc});
  EXPECT_EQ(octets_of(in.vec24()), Octets{0xdd});
  EXPECT_TRUE(in.vec8().empty());
  EXPECT_TRUE(in.ok());
}

TEST(Cursor, AChildLongerThanItsParentFails) {
  const Octets octets = from_hex("0005 aabb");
  Cursor in(octets);
  EXPECT_TRUE(in.vec16().empty());
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.wanted(), 7u);
}

TEST(Cursor, ReadsUpToAMark) {
  const Octets octets{'a', 'b', '\n', '\n', 'c'};
  Cursor in(octets);
  EXPECT_EQ(octets_of(in.until('\n')), (Octets{'a', 'b'}));
  EXPECT_TRUE(in.until('\n').empty());
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.position(), 4u);
  EXPECT_TRUE(in.until('\n').empty());
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.wanted(), 6u);  // at least one more than there is
}

TEST(Cursor, NothingCanBeReadFromNothing) {
  Cursor in{Bytes{}};
  EXPECT_TRUE(in.rest().empty());
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.until(0).empty());
  EXPECT_FALSE(in.ok());
}

TEST(OrderedCursor, ReadsInTheOrderOfTheWriter) {
  const Octets octets = from_hex("0102 01020304 0102030405060708");
  OrderedCursor big(octets, ByteOrder::big), little(octets, ByteOrder::little);
  EXPECT_EQ(big.u16(), 0x0102u);
  EXPECT_EQ(little.u16(), 0x0201u);
  EXPECT_EQ(big.u32(), 0x01020304u);
  EXPECT_EQ(little.u32(), 0x04030201u);
  EXPECT_EQ(big.u64(), 0x0102030405060708u);
  EXPECT_EQ(little.u64(), 0x0807060504030201u);
}

TEST(Text, IsTheSameOctets) {
  EXPECT_EQ(as_text(as_bytes("GET /")), "GET /");
  EXPECT_EQ(as_bytes("GET /").size(), 5u);
}

}  // namespace
}  // namespace longwire
