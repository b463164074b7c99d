// The whole way through a packet: one count a packet, TCP fields as on the wire, bounded depth.
#include "capture/decode.h"

#include <gtest/gtest.h>

#include "tests/decoded_packet.h"

namespace longwire {
namespace {

using Codes = std::vector<std::string>;

TEST(Decode, EveryFieldOfASegment) {
  const TcpFields fields{.source = 40000,
                         .destination = 443,
                         .seq = 0xfffffff0,
                         .ack = 0x01020304,
                         .flags = tcp_flag::syn | tcp_flag::ack | tcp_flag::psh,
                         .window = 512,
                         .options = from_hex("020405b4")};
  Octets packet = PacketBuilder().ethernet().vlan(12).ipv6("2001:db8::1", "2001:db8::2").tcp(fields).payload("payload").bytes();
  Packet captured = packet_of(packet, LinkType::ethernet, 9, 123456789);
  captured.at.frame = 4;
  captured.capture = 2;
  SegmentBatch batch;
  Decoder({}).decode(captured, batch);
  ASSERT_EQ(batch.segments.size(), 1u);
  const Segment& segment = batch.segments[0];
  EXPECT_EQ(segment.kind, Segment::Kind::tcp);
  EXPECT_EQ(segment.source, endpoint("2001:db8::1", 40000));
  EXPECT_EQ(segment.destination, endpoint("2001:db8::2", 443));
  EXPECT_EQ(segment.seq, 0xfffffff0u);
  EXPECT_EQ(segment.ack, 0x01020304u);
  EXPECT_EQ(segment.flags, 0x1a);
  EXPECT_EQ(segment.window, 512);
  EXPECT_EQ(parse_tcp_options(segment.options).mss, 1460);
  EXPECT_EQ(as_text(segment.payload), "payload");
  EXPECT_EQ(segment.cut, 0u);
  EXPECT_EQ(segment.at.time, 123456789);
  EXPECT_EQ(segment.at.number, 9u);
  EXPECT_EQ(segment.at.frame, 4u);
  EXPECT_EQ(segment.capture, 2u);
  EXPECT_EQ(segment.vlan, 12);
  EXPECT_TRUE(segment.ipv6);
  EXPECT_FALSE(segment.bad_checksum);
}

TEST(Decode, AHeaderLengthThatLiesIsMalformedTcp) {
  for (const std::uint8_t words : std::initializer_list<std::uint8_t>{0, 4, 15}) {
    Octets packet = PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").tcp().payload("hello").bytes();
    packet[14 + 20 + 12] = static_cast<std::uint8_t>(words << 4);
    const Decoded result = decoded(packet);
    EXPECT_EQ(result.kind(), "malformed tcp") << int{words};
    EXPECT_EQ(result.anomalies(), Codes{"tcp.header_length"});
    EXPECT_EQ(result.batch.anomalies[0].offset, 34u);
    EXPECT_EQ(result.batch.anomalies[0].layers, "tcp");
  }
}

// 54 octets of a snaplen hold the fixed header: enough to know what stood behind it.
TEST(Decode, OptionsCutByTheSnaplenStillGiveASegment) {
  const Octets whole =
      PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").tcp({.options = Octets(12, 1)}).payload("hello").bytes();
  const Decoded result =
      decoded(Octets(whole.begin(), whole.begin() + 60), LinkType::ethernet, {}, static_cast<std::uint32_t>(whole.size()));
  EXPECT_EQ(result.segment().options.size(), 6u);
  EXPECT_EQ(result.segment().payload.size(), 0u);
  EXPECT_EQ(result.segment().cut, 5u);
  EXPECT_EQ(result.anomalies(), Codes{});
}

TEST(Decode, DepthIsBounded) {
  PacketBuilder deep;
  deep.ethernet();
  for (int i = 0; i < 12; ++i) deep.vlan(7);
  PacketBuilder too_deep = deep;
  for (int i = 0; i < 8; ++i) too_deep.vlan(7);
  // ethernet, 12 tags, ipv4 and tcp are 15 headers
  EXPECT_EQ(decoded(deep.ipv4("192.0.2.1", "198.51.100.2").tcp()).kind(), "tcp");
  const Decoded result = decoded(too_deep.ipv4("192.0.2.1", "198.51.100.2").tcp());
  EXPECT_EQ(result.kind(), "nested too deep");
  EXPECT_EQ(result.anomalies(), Codes{"decode.limit"});
}

TEST(Decode, KindsComeMostFirstAndBeginAgain) {
  const Octets tcp = PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").tcp().bytes();
  const Octets udp = PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").udp(1, 2).bytes();
  Decoder decoder({});
  SegmentBatch batch;
  decoder.decode(packet_of(udp), batch);
  decoder.decode(packet_of(tcp), batch);
  decoder.decode(packet_of(tcp, LinkType::ethernet, 3, 0, 1000), batch);
  const auto kinds = decoder.take_kinds();
  ASSERT_EQ(kinds.size(), 2u);
  EXPECT_EQ(kinds[0].name, "tcp");
  EXPECT_EQ(kinds[0].packets, 2u);
  EXPECT_EQ(kinds[0].bytes, 1054u) << "on the wire";
  EXPECT_EQ(kinds[1].name, "udp");
  EXPECT_TRUE(decoder.take_kinds().empty());
}

TEST(Decode, ManyUnknownKindsEndInOne) {
  Decoder decoder({});
  SegmentBatch batch;
  std::uint64_t packets = 0;
  for (std::uint32_t type = 0x0600; type <= 0x7fff; ++type, ++packets) {
    const Octets frame = PacketBuilder().ethernet(static_cast<std::uint16_t>(type)).bytes();
    decoder.decode(packet_of(frame), batch);
  }
  const auto kinds = decoder.take_kinds();
  EXPECT_LE(kinds.size(), 1030u);
  std::uint64_t counted = 0;
  for (const PacketKind& kind : kinds) counted += kind.packets;
  EXPECT_EQ(counted, packets);
  EXPECT_EQ(kinds[0].name, "other");
}

}  // namespace
}  // namespace longwire
