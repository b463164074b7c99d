#include "capture/checksum.h"

#include <gtest/gtest.h>

#include "tests/decoded_packet.h"

namespace longwire {
namespace {

using Codes = std::vector<std::string>;
constexpr DecodeOptions verified{.verify_checksums = true};

// RFC 1071 section 3 sums 0001 f203 f4f5 f6f7 to ddf2.
TEST(InternetChecksum, IsTheComplementOfTheSumInRfc1071) {
  EXPECT_EQ(internet_checksum(from_hex("0001f203f4f5f6f7")), static_cast<std::uint16_t>(~0xddf2));
}

TEST(InternetChecksum, PadsAnOddOctetWithZero) {
  EXPECT_EQ(internet_checksum(from_hex("0001f203f4f5f6")), internet_checksum(from_hex("0001f203f4f5f600")));
  EXPECT_EQ(internet_checksum({}), 0xffff);
}

Octets packet(bool ipv6, const char* text) {
  PacketBuilder builder;
  builder.ethernet();
  if (ipv6)
    builder.ipv6("2001:db8::1", "2001:db8::2");
  else
    builder.ipv4("192.0.2.1", "198.51.100.2");
  return builder.tcp().payload(text).bytes();
}

TEST(Checksums, RightOnesAreNoAnomaly) {
  for (const bool ipv6 : {false, true})
    for (const char* text : {"", "odd", "even"}) EXPECT_EQ(decoded(packet(ipv6, text), LinkType::ethernet, verified).anomalies(), Codes{});
}

TEST(Checksums, AWrongTcpChecksumMarksTheSegment) {
  for (const bool ipv6 : {false, true}) {
    Octets wrong = packet(ipv6, "hello");
    wrong.back() ^= 1;
    const Decoded result = decoded(wrong, LinkType::ethernet, verified);
    EXPECT_TRUE(result.segment().bad_checksum);
    EXPECT_EQ(result.anomalies(), Codes{"tcp.checksum"});
    EXPECT_EQ(result.kind(), "tcp");
  }
}

TEST(Checksums, AWrongIpv4ChecksumIsAnAnomaly) {
  Octets wrong = packet(false, "hello");
  wrong[22] ^= 1;  // time to live
  EXPECT_EQ(decoded(wrong, LinkType::ethernet, verified).anomalies(), Codes{"ipv4.checksum"});
}

TEST(Checksums, AreNotLookedAtUnlessAsked) {
  Octets wrong = packet(false, "hello");
  wrong[22] ^= 1;
  wrong.back() ^= 1;
  const Decoded result = decoded(wrong);
  EXPECT_EQ(result.anomalies(), Codes{});
  EXPECT_FALSE(result.segment().bad_checksum);
}

TEST(Checksums, OfACutSegmentCannotBeKnown) {
  Octets whole = packet(false, "hello");
  const auto length = static_cast<std::uint32_t>(whole.size());
  whole.pop_back();
  const Decoded result = decoded(whole, LinkType::ethernet, verified, length);
  EXPECT_EQ(result.anomalies(), Codes{});
  EXPECT_FALSE(result.segment().bad_checksum);
  EXPECT_EQ(result.segment().cut, 1u);
}

}  // namespace
}  // namespace longwire
