// IPv4 and IPv6 headers: lengths that are right, that offload left at zero, that lie, and that a snaplen cut.
#include "capture/ip.h"

#include <gtest/gtest.h>

#include "tests/decoded_packet.h"

namespace longwire {
namespace {

using Codes = std::vector<std::string>;

constexpr const char* the_segment = "192.0.2.1:40000 > 198.51.100.2:80 seq 1000 `hello`";
constexpr const char* the_ipv6_segment = "[2001:db8::1]:40000 > [2001:db8::2]:80 seq 1000 `hello`";

Octets ipv4(Ipv4Fields fields = {}) {
  return PacketBuilder().ipv4("192.0.2.1", "198.51.100.2", std::move(fields)).tcp().payload("hello").bytes();
}
PacketBuilder ipv6(std::optional<std::uint8_t> next = {}) {
  return PacketBuilder().ipv6("2001:db8::1", "2001:db8::2", next);
}
Decoded raw(Octets packet, std::uint32_t wire_length = 0) {
  return decoded(std::move(packet), LinkType::raw, {}, wire_length);
}

TEST(Ipv4, OptionsAreSteppedOver) {
  const Octets packet = ipv4({.options = from_hex("94040000")});  // router alert
  EXPECT_EQ(raw(packet).summary(), the_segment);
  expect_bounded_at_every_length(packet, LinkType::raw);
}

TEST(Ipv4, TotalLengthZeroEndsWhereTheFrameEnds) {
  const Decoded result = raw(ipv4({.total_length = 0}));
  EXPECT_EQ(result.summary(), the_segment);
  EXPECT_EQ(result.anomalies(), Codes{});
}

TEST(Ipv4, WhatTheSnaplenCutIsCounted) {
  const Octets whole = ipv4();
  const auto wire = static_cast<std::uint32_t>(whole.size());
  for (std::size_t missing = 0; missing <= 5; ++missing) {
    const Decoded result = raw(Octets(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(missing)), wire);
    EXPECT_EQ(result.segment().payload.size(), 5 - missing);
    EXPECT_EQ(result.segment().cut, missing);
    EXPECT_EQ(result.anomalies(), Codes{});
  }
}

TEST(Ipv4, EthernetPaddingBehindACutIsNotCountedAsCut) {
  Octets frame = PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").tcp().payload("x").bytes();
  frame.resize(50);  // 5 octets of padding stood behind the 55 of the packet
  const Decoded result = decoded(frame, LinkType::ethernet, {}, 60);
  EXPECT_EQ(result.kind(), "cut short by the snapshot length") << "50 - 34 octets hold no TCP header";
  frame.resize(54);
  EXPECT_EQ(decoded(frame, LinkType::ethernet, {}, 60).segment().cut, 1u);
}

TEST(Ipv4, ATotalLengthBeyondTheFrameIsAnAnomalyAndTheFrameWins) {
  const Decoded result = raw(ipv4({.total_length = 400}));
  EXPECT_EQ(result.summary(), the_segment);
  EXPECT_EQ(result.segment().cut, 0u);
  EXPECT_EQ(result.anomalies(), Codes{"ipv4.length"});
}

TEST(Ipv4, HeadersThatContradictThemselvesAreMalformed) {
  EXPECT_EQ(raw(ipv4({.total_length = 19})).kind(), "malformed ipv4");
  Octets short_header = ipv4();
  short_header[0] = 0x44;  // 16 octets
  EXPECT_EQ(raw(short_header).kind(), "malformed ipv4");
  EXPECT_EQ(raw(short_header).anomalies(), Codes{"ipv4.header_length"});
  Octets version = ipv4();
  version[0] = 0x55;
  EXPECT_EQ(decoded(version, LinkType::ipv4).anomalies(), Codes{"ipv4.version"});
}

TEST(Ip, ProtocolsThatAreNotOursAreNamed) {
  const auto kind = [](std::uint8_t protocol) {
    return raw(PacketBuilder().ipv4("192.0.2.1", "198.51.100.2", {.protocol = protocol}).payload(Octets(64)).bytes()).kind();
  };
  EXPECT_EQ(kind(2), "igmp");
  EXPECT_EQ(kind(50), "esp");
  EXPECT_EQ(kind(132), "sctp");
  EXPECT_EQ(kind(200), "ip protocol 200");
  EXPECT_EQ(kind(44), "ip protocol 44") << "an IPv6 extension header is none in IPv4";
}

TEST(Ip, AuthenticationHeaderIsSteppedOver) {
  // next, length 4 (6 words of 4 octets), reserved, index, sequence, 12 octets of check value
  const Octets ah = from_hex("04 0000 00000001 00000001 000000000000000000000000");
  EXPECT_EQ(raw(ipv6().extension(51, ah).tcp().payload("hello").bytes()).summary(), the_ipv6_segment);
  const Octets over_ipv4 =
      PacketBuilder().ipv4("192.0.2.1", "198.51.100.2", {.protocol = 51}).extension(51, ah).tcp().payload("hello").bytes();
  EXPECT_EQ(raw(over_ipv4).summary(), the_segment);
  expect_bounded_at_every_length(over_ipv4, LinkType::raw);
}

TEST(Ipv6, ExtensionHeadersAreSteppedOver) {
  const Octets eight = from_hex("00 010400000000"), sixteen = from_hex("01 010c000000000000000000000000");
  const Octets packet = ipv6()
                            .extension(0, eight)
                            .extension(60, sixteen)
                            .extension(43, from_hex("00 0000 00000000"))
                            .extension(60, eight)
                            .tcp()
                            .payload("hello")
                            .bytes();
  EXPECT_EQ(raw(packet).summary(), the_ipv6_segment);
  EXPECT_EQ(raw(packet).anomalies(), Codes{});
  expect_bounded_at_every_length(packet, LinkType::raw);
}

TEST(Ipv6, PayloadLengthZeroEndsWhereTheFrameEnds) {
  Octets packet = ipv6().tcp().payload("hello").bytes();
  packet[4] = packet[5] = 0;
  EXPECT_EQ(raw(packet).summary(), the_ipv6_segment);
  EXPECT_EQ(raw(packet).anomalies(), Codes{});
}

TEST(Ipv6, WithoutNextHeaderIsCountedAsThat) {
  EXPECT_EQ(raw(ipv6(59).bytes()).kind(), "ipv6 without next header");
}

TEST(Ipv6, APayloadLengthBeyondTheFrameIsAnAnomalyAndTheFrameWins) {
  Octets packet = ipv6().tcp().payload("hello").bytes();
  packet[4] = 1;
  EXPECT_EQ(raw(packet).summary(), the_ipv6_segment);
  EXPECT_EQ(raw(packet).anomalies(), Codes{"ipv6.length"});
}

TEST(Ipv6, AnExtensionBeyondTheFrameIsMalformed) {
  const Decoded result = raw(ipv6().extension(0, from_hex("ff 010400000000")).tcp().bytes());
  EXPECT_EQ(result.kind(), "malformed ipv6 options");
  EXPECT_EQ(result.anomalies(), Codes{"ipv6.extension"});
}

// RFC 8200 section 4.4, 8.1: on the way the header names the next hop; the connection is with the last address.
TEST(Ipv6Routing, TheLastAddressIsTheDestinationWhileSegmentsAreLeft) {
  const Octets type_0 = from_hex("04 00 02 00000000 20010db8000000000000000000000003 20010db8000000000000000000000009");
  EXPECT_EQ(raw(ipv6().extension(43, type_0).tcp().bytes()).segment().destination, endpoint("2001:db8::9", 80));
  // RFC 8754 section 2: the segment list begins with the last
  const Octets segment_routing = from_hex("04 04 01 01000000 20010db8000000000000000000000009 20010db8000000000000000000000003");
  EXPECT_EQ(raw(ipv6().extension(43, segment_routing).tcp().bytes()).segment().destination, endpoint("2001:db8::9", 80));
  const Octets arrived = from_hex("04 04 00 01000000 20010db8000000000000000000000009 20010db8000000000000000000000003");
  EXPECT_EQ(raw(ipv6().extension(43, arrived).tcp().bytes()).segment().destination, endpoint("2001:db8::2", 80));
  expect_bounded_at_every_length(ipv6().extension(43, type_0).tcp().bytes(), LinkType::raw);
}

}  // namespace
}  // namespace longwire
