// ICMP destination-unreachable: the quoted segment's connection.
#include "capture/icmp.h"

#include <gtest/gtest.h>

#include "tests/decoded_packet.h"

namespace longwire {
namespace {

using Codes = std::vector<std::string>;

Octets undeliverable(Ipv4Fields fields = {}) {
  return PacketBuilder().ipv4("192.0.2.1", "198.51.100.2", std::move(fields)).tcp({.seq = 7777}).payload("never arrived").bytes();
}
Octets quoting(Octets quotation, std::size_t octets, std::uint8_t type = 3, std::uint8_t code = 1) {
  quotation.resize(octets);
  return PacketBuilder().ipv4("203.0.113.9", "192.0.2.1").icmp(type, code).payload(std::move(quotation)).bytes();
}

TEST(IcmpUnreachable, BecomesASegmentOfTheQuotedConnection) {
  const Decoded result = decoded(quoting(undeliverable(), 28), LinkType::raw);  // RFC 792: header and 64 bits
  EXPECT_EQ(result.summary(), "icmp 192.0.2.1:40000 > 198.51.100.2:80 seq 7777 ``");
  EXPECT_EQ(result.kind(), "icmp unreachable");
  EXPECT_EQ(result.anomalies(), Codes{}) << "a quotation is shorter than its lengths say";
  const Segment& segment = result.segment();
  EXPECT_EQ(segment.icmp_type, 3);
  EXPECT_EQ(segment.icmp_code, 1);
  EXPECT_TRUE(segment.quoted_seq);
  EXPECT_FALSE(segment.ipv6);
  EXPECT_EQ(segment.flags, 0);
  EXPECT_EQ(segment.hash, decoded(undeliverable(), LinkType::raw).segment().hash) << "so it meets its connection";
}

TEST(IcmpUnreachable, EveryCodeCounts) {
  for (std::uint8_t code = 0; code <= 15; ++code)
    EXPECT_EQ(decoded(quoting(undeliverable(), 28, 3, code), LinkType::raw).segment().icmp_code, code);
}

TEST(IcmpUnreachable, MayQuoteTheWholePacketAndIpOptions) {
  EXPECT_EQ(decoded(quoting(undeliverable({.options = from_hex("94040000")}), 57), LinkType::raw).summary(),
            "icmp 192.0.2.1:40000 > 198.51.100.2:80 seq 7777 ``");
  expect_bounded_at_every_length(quoting(undeliverable(), 53), LinkType::raw);
}

TEST(IcmpUnreachable, AShortQuotationMayLackTheSequenceNumber) {
  const Decoded result = decoded(quoting(undeliverable(), 27), LinkType::raw);
  EXPECT_FALSE(result.segment().quoted_seq);
  EXPECT_EQ(result.segment().source, endpoint("192.0.2.1", 40000));
}

TEST(IcmpUnreachable, QuotesTheHeaderAnd64BitsAtLeast) {
  const Octets options = undeliverable({.options = from_hex("94040000")});
  for (const std::size_t octets : {0u, 19u, 22u, 27u}) {
    EXPECT_EQ(decoded(quoting(undeliverable(), octets), LinkType::raw).anomalies(), Codes{"icmp.quotation"}) << octets;
  }
  EXPECT_EQ(decoded(quoting(options, 31), LinkType::raw).anomalies(), Codes{"icmp.quotation"});
  EXPECT_EQ(decoded(quoting(options, 32), LinkType::raw).anomalies(), Codes{});
}

TEST(IcmpUnreachable, SaysWhatIsWrong) {
  const auto code = [](std::uint8_t n) { return decoded(quoting(undeliverable(), 28, 3, n), LinkType::raw).segment(); };
  EXPECT_EQ(unreachable_name(code(0)), "net unreachable");
  EXPECT_EQ(unreachable_name(code(13)), "administratively prohibited");
  EXPECT_EQ(unreachable_name(code(16)), "unreachable") << "a code that does not exist";
  EXPECT_TRUE(is_too_big(code(4)));
  EXPECT_FALSE(is_too_big(code(1)));
}

TEST(IcmpUnreachable, WithoutPortsIsNoSegment) {
  for (const std::size_t octets : {0u, 19u, 23u}) {
    const Decoded result = decoded(quoting(undeliverable(), octets), LinkType::raw);
    EXPECT_EQ(result.summary(), "");
    EXPECT_EQ(result.kind(), "icmp unreachable");
  }
  EXPECT_EQ(decoded(quoting(undeliverable({.offset = 8}), 28), LinkType::raw).summary(), "") << "a later fragment holds no ports";
}

TEST(IcmpUnreachable, OfOtherProtocolsIsNoSegment) {
  const Octets datagram = PacketBuilder().ipv4("192.0.2.1", "198.51.100.2").udp(40000, 4789).payload("01234567").bytes();
  EXPECT_EQ(decoded(quoting(datagram, 28), LinkType::raw).summary(), "");
  EXPECT_EQ(decoded(quoting(quoting(undeliverable(), 28), 56), LinkType::raw).summary(), "") << "an error about an error";
}

TEST(Icmp, OtherTypesQuoteNothingForUs) {
  for (const std::uint8_t type : std::initializer_list<std::uint8_t>{0, 4, 5, 8, 11, 12}) {
    const Decoded result = decoded(quoting(undeliverable(), 28, type, 0), LinkType::raw);
    EXPECT_EQ(result.summary(), "");
    EXPECT_EQ(result.kind(), "icmp");
  }
}

TEST(Icmpv6Unreachable, BecomesASegmentOfTheQuotedConnection) {
  const auto error = [](std::uint8_t type, Octets quotation) {
    return PacketBuilder().ipv6("2001:db8::9", "2001:db8::1").icmpv6(type, 4).payload(std::move(quotation)).bytes();
  };
  const Octets plain = PacketBuilder().ipv6("2001:db8::1", "2001:db8::2").tcp({.seq = 7777}).payload("never arrived").bytes();
  const Decoded result = decoded(error(1, plain), LinkType::raw);
  EXPECT_EQ(result.summary(), "icmp [2001:db8::1]:40000 > [2001:db8::2]:80 seq 7777 ``");
  EXPECT_TRUE(result.segment().ipv6);
  EXPECT_EQ(result.segment().icmp_type, 1);
  EXPECT_EQ(result.segment().icmp_code, 4);
  EXPECT_EQ(unreachable_name(result.segment()), "port unreachable");
  EXPECT_FALSE(is_too_big(result.segment()));
  EXPECT_EQ(decoded(error(1, Octets(plain.begin(), plain.begin() + 47)), LinkType::raw).anomalies(), Codes{"icmp.quotation"});
  expect_bounded_at_every_length(error(1, plain), LinkType::raw);

  const Octets extended =
      PacketBuilder().ipv6("2001:db8::1", "2001:db8::2").extension(60, from_hex("00 010400000000")).tcp({.seq = 7777}).bytes();
  EXPECT_EQ(decoded(error(1, extended), LinkType::raw).summary(), result.summary());
  EXPECT_EQ(decoded(error(2, plain), LinkType::raw).kind(), "icmpv6") << "packet too big";
}

}  // namespace
}  // namespace longwire
