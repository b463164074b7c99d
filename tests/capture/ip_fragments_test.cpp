// Fragments put together again: in any order, doubled, overlapping, endless.
#include "capture/ip_fragments.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "capture/limits.h"
#include "tests/decoded_packet.h"

namespace longwire {
namespace {

constexpr Time second = 1'000'000'000;

FragmentKey key(std::uint32_t id = 1, bool ipv6 = false) {
  return {address("192.0.2.1"), address("192.0.2.2"), id, 6, ipv6};
}
FragmentTable::Answer add(FragmentTable& table, std::uint32_t offset, std::string_view text, bool more, FragmentKey which = key(),
                          Time now = 0) {
  return table.add(which, {offset, more, as_bytes(text)}, 6, now);
}
std::string text(const FragmentTable::Answer& answer) {
  return answer.whole ? std::string(as_text(answer.datagram)) : "(not whole)";
}

TEST(Fragments, AreWholeInAnyOrder) {
  struct Piece {
    std::uint32_t offset;
    const char* text;
    bool more;
  };
  std::vector<Piece> pieces{{0, "01234567", true}, {8, "89abcdef", true}, {16, "last", false}};
  std::vector<int> order{0, 1, 2};
  do {
    FragmentTable table;
    std::string result;
    for (const int i : order) {
      EXPECT_EQ(result, "");
      const Piece& piece = pieces[static_cast<std::size_t>(i)];
      const auto answer = add(table, piece.offset, piece.text, piece.more);
      EXPECT_FALSE(answer.overlap || answer.bad_length || answer.limit);
      if (answer.whole) result = text(answer);
    }
    EXPECT_EQ(result, "0123456789abcdeflast");
    EXPECT_EQ(table.size(), 0u);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Fragments, OfDifferentDatagramsAreKeptApart) {
  FragmentTable table;
  add(table, 0, "01234567", true, key(1));
  EXPECT_FALSE(add(table, 8, "x", false, key(2)).whole);
  EXPECT_FALSE(add(table, 8, "x", false, key(1, true)).whole);
  EXPECT_EQ(text(add(table, 8, "y", false, key(1))), "01234567y");
}

TEST(Fragments, ARepeatedOneIsNoOverlap) {
  for (const bool ipv6 : {false, true}) {
    FragmentTable table;
    add(table, 0, "01234567", true, key(1, ipv6));
    EXPECT_FALSE(add(table, 0, "01234567", true, key(1, ipv6)).overlap);
    EXPECT_EQ(text(add(table, 8, "x", false, key(1, ipv6))), "01234567x");
  }
}

TEST(Fragments, FirstCopyWinsInIpv4) {
  FragmentTable table;
  add(table, 8, "BBBBBBBB", true);
  EXPECT_TRUE(add(table, 0, "aaaaaaaaaaaaaaaaaaaaaaaa", true).overlap);
  EXPECT_EQ(text(add(table, 24, "z", false)), "aaaaaaaaBBBBBBBBaaaaaaaaz");
}

// RFC 5722 section 4: the datagram is discarded, with the fragments that are still to come.
TEST(Fragments, AnOverlapDropsAnIpv6Datagram) {
  FragmentTable table;
  const FragmentKey which = key(1, true);
  add(table, 0, "0123456789abcdef", true, which);
  EXPECT_TRUE(add(table, 8, "overlap!", true, which).overlap);
  EXPECT_FALSE(add(table, 16, "last", false, which).whole);
  EXPECT_FALSE(add(table, 0, "0123456789abcdef", true, which).whole);
}

TEST(Fragments, LengthsThatCannotBeAreDropped) {
  FragmentTable table;
  EXPECT_TRUE(add(table, 0, "seven..", true).bad_length) << "not a multiple of 8";
  EXPECT_TRUE(add(table, 65528, "past the end", false).bad_length) << "beyond 65,535 octets";
  EXPECT_TRUE(add(table, 0, "", true).bad_length);
  EXPECT_EQ(table.size(), 0u);
  add(table, 8, "end", false);
  EXPECT_TRUE(add(table, 8, "01234567", true).bad_length) << "behind the last fragment's end";
  EXPECT_TRUE(add(table, 8, "another", false).bad_length) << "a second end";
  EXPECT_EQ(text(add(table, 0, "01234567", true)), "01234567end");
}

TEST(Fragments, AreForgottenAfterTheirTime) {
  FragmentTable table;
  add(table, 0, "01234567", true, key(1), 0);
  add(table, 0, "01234567", true, key(2), 61 * second);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_FALSE(add(table, 8, "x", false, key(1), 61 * second).whole);
  EXPECT_TRUE(add(table, 8, "x", false, key(2), 62 * second).whole);
}

TEST(Fragments, TheOldestDatagramIsGivenUpAtTheLimit) {
  FragmentTable table;
  const auto most = static_cast<std::uint32_t>(limits::ip_fragment_datagrams);
  for (std::uint32_t id = 0; id < most; ++id) EXPECT_FALSE(add(table, 0, "01234567", true, key(id)).limit);
  EXPECT_TRUE(add(table, 0, "01234567", true, key(most)).limit);
  EXPECT_EQ(table.size(), most);
  EXPECT_TRUE(add(table, 8, "x", false, key(1)).whole);
  EXPECT_FALSE(add(table, 8, "x", false, key(0)).whole) << "this one was the oldest";
}

TEST(Fragments, ADatagramOfTooManyPiecesIsDropped) {
  FragmentTable table;
  const auto most = static_cast<std::uint32_t>(limits::ip_fragment_pieces);
  bool limit = false;
  for (std::uint32_t i = 0; i <= most; ++i) limit = add(table, 16 * i, "01234567", true).limit;
  EXPECT_TRUE(limit);
  EXPECT_FALSE(add(table, 16 * most + 8, "x", false).whole);
}

// From here on through the decoder.

class FragmentedPackets : public testing::Test {
 protected:
  // The TCP segment of `text` in fragments of 24 octets of its IP payload, first to last.
  static std::vector<Octets> ipv4_fragments(std::string_view text) {
    const Octets whole = PacketBuilder().ipv4("192.0.2.1", "198.51.100.2").tcp().payload(text).bytes();
    const Octets payload(whole.begin() + 20, whole.end());
    std::vector<Octets> fragments;
    for (std::uint32_t at = 0; at < payload.size(); at += 24) {
      const std::size_t end = std::min<std::size_t>(at + 24, payload.size());
      fragments.push_back(PacketBuilder()
                              .ipv4("192.0.2.1", "198.51.100.2", {.offset = at, .more = end < payload.size(), .protocol = 6})
                              .payload(Octets(payload.begin() + at, payload.begin() + static_cast<std::ptrdiff_t>(end)))
                              .bytes());
    }
    return fragments;
  }
  static Octets ipv6_fragment(std::uint32_t offset, bool more, Octets payload) {
    const Octets header = concatenated({number(6, 1), number(0, 1), number(offset | (more ? 1u : 0u), 2), number(77, 4)});
    return PacketBuilder().ipv6("2001:db8::1", "2001:db8::2", 44).payload(concatenated({header, std::move(payload)})).bytes();
  }
  void decode(const Octets& packet) { decoder.decode(packet_of(packet, LinkType::raw, ++packets), batch); }

  Decoder decoder{{}};
  SegmentBatch batch;
  std::uint64_t packets = 0;
};

TEST_F(FragmentedPackets, BecomeOneSegmentWithTheFragmentThatMadeItWhole) {
  const auto fragments = ipv4_fragments("a payload of more than twenty-four octets");
  ASSERT_EQ(fragments.size(), 3u);
  decode(fragments[2]);
  decode(fragments[0]);
  EXPECT_TRUE(batch.segments.empty());
  decode(fragments[1]);
  ASSERT_EQ(batch.segments.size(), 1u);
  EXPECT_EQ(as_text(batch.segments[0].payload), "a payload of more than twenty-four octets");
  EXPECT_EQ(batch.segments[0].at.number, 3u);
  const auto kinds = decoder.take_kinds();
  ASSERT_EQ(kinds.size(), 2u);
  EXPECT_EQ(kinds[0].name, "ipv4 fragment");
  EXPECT_EQ(kinds[0].packets, 2u);
  EXPECT_EQ(kinds[1].name, "tcp");
}

TEST_F(FragmentedPackets, OfIpv6BecomeOneSegment) {
  const Octets whole = PacketBuilder().ipv6("2001:db8::1", "2001:db8::2").tcp().payload("hello").bytes();
  decode(ipv6_fragment(0, true, Octets(whole.begin() + 40, whole.begin() + 56)));
  decode(ipv6_fragment(16, false, Octets(whole.begin() + 56, whole.end())));
  ASSERT_EQ(batch.segments.size(), 1u);
  EXPECT_EQ(as_text(batch.segments[0].payload), "hello");
}

TEST_F(FragmentedPackets, AtomicOnesNeedNoOther) {
  const Octets whole = PacketBuilder().ipv6("2001:db8::1", "2001:db8::2").tcp().payload("hello").bytes();
  decode(ipv6_fragment(0, false, Octets(whole.begin() + 40, whole.end())));
  ASSERT_EQ(batch.segments.size(), 1u);
  EXPECT_EQ(decoder.take_kinds().at(0).name, "tcp");
  expect_bounded_at_every_length(ipv6_fragment(0, false, Octets(whole.begin() + 40, whole.end())), LinkType::raw);
}

TEST_F(FragmentedPackets, CutByTheSnaplenGiveWhatTheFirstHolds) {
  const auto fragments = ipv4_fragments("a payload of more than twenty-four octets");
  const Octets cut(fragments[0].begin(), fragments[0].end() - 2);  // 2 of the first fragment's 4 payload octets
  decoder.decode(packet_of(cut, LinkType::raw, 1, 0, static_cast<std::uint32_t>(fragments[0].size())), batch);
  ASSERT_EQ(batch.segments.size(), 1u);
  EXPECT_EQ(as_text(batch.segments[0].payload), "a ");
  EXPECT_EQ(batch.segments[0].cut, 2u);
}

TEST_F(FragmentedPackets, OverlapsAreAnomalies) {
  const Octets whole = PacketBuilder().ipv6("2001:db8::1", "2001:db8::2").tcp().payload("hello").bytes();
  decode(ipv6_fragment(0, true, Octets(whole.begin() + 40, whole.begin() + 56)));
  decode(ipv6_fragment(8, false, Octets(whole.begin() + 48, whole.end())));
  EXPECT_TRUE(batch.segments.empty());
  ASSERT_EQ(batch.anomalies.size(), 1u);
  EXPECT_EQ(batch.anomalies[0].code, "ipv6.fragment.overlap");
  EXPECT_EQ(batch.anomalies[0].at.number, 2u);
}

}  // namespace
}  // namespace longwire
