// Packets inside packets: the innermost segment is ours.
#include "capture/tunnels.h"

#include <gtest/gtest.h>

#include "tests/decoded_packet.h"

namespace longwire {
namespace {

using Codes = std::vector<std::string>;

constexpr const char* the_segment = "192.0.2.1:40000 > 198.51.100.2:80 seq 1000 `hello`";
constexpr const char* the_ipv6_segment = "[2001:db8::1]:40000 > [2001:db8::2]:80 seq 1000 `hello`";

enum class Inner { ipv4, ipv6, ethernet };

Octets inner(Inner kind) {
  PacketBuilder builder;
  if (kind == Inner::ethernet) builder.ethernet();
  if (kind == Inner::ipv6)
    builder.ipv6("2001:db8::1", "2001:db8::2");
  else
    builder.ipv4("192.0.2.1", "198.51.100.2");
  return builder.tcp().payload("hello").bytes();
}

struct Case {
  const char* name;
  std::uint8_t ip_protocol;  // of the outer header
  std::uint16_t udp_port;    // 0: the tunnel's header stands behind IP
  const char* header;        // hexadecimal
  Inner kind;
};
const Case cases[] = {
    {"ip_in_ip", 4, 0, "", Inner::ipv4},
    {"ipv6_in_ipv4", 41, 0, "", Inner::ipv6},
    {"gre", 47, 0, "0000 0800", Inner::ipv4},
    {"gre_ipv6", 47, 0, "0000 86dd", Inner::ipv6},
    {"gre_with_checksum", 47, 0, "8000 0800 1234 0000", Inner::ipv4},
    {"gre_with_key_and_sequence", 47, 0, "3000 0800 00000001 00000002", Inner::ipv4},
    {"gre_with_everything", 47, 0, "f000 0800 1234 0000 00000001 00000002 0800 00 04 c0000201 0000 00 00", Inner::ipv4},
    {"gre_bridging", 47, 0, "0000 6558", Inner::ethernet},
    {"nvgre", 47, 0, "2000 6558 00000701", Inner::ethernet},
    {"gre_mpls", 47, 0, "0000 8847 00010140", Inner::ipv4},
    {"pptp", 47, 0, "3081 880b 002d0001 00000001 00000001 ff03 0021", Inner::ipv4},
    {"erspan_1", 47, 0, "0000 88be", Inner::ethernet},
    {"erspan_2", 47, 0, "1000 88be 00000001 1064 0001 00000000", Inner::ethernet},
    {"erspan_3", 47, 0, "1000 22eb 00000001 2064 0001 00000000 0000 0000", Inner::ethernet},
    {"erspan_3_with_platform", 47, 0, "1000 22eb 00000001 2064 0001 00000000 0000 0001 0000000000000000", Inner::ethernet},
    {"erspan_3_of_ip", 47, 0, "1000 22eb 00000001 2064 0001 00000000 0000 0800", Inner::ipv6},
    {"ether_ip", 97, 0, "3000", Inner::ethernet},
    {"mpls_in_ip", 137, 0, "00010140", Inner::ipv4},
    {"vxlan", 17, 4789, "08000000 00000700", Inner::ethernet},
    {"vxlan_linux", 17, 8472, "08000000 00000700", Inner::ethernet},
    {"geneve_bridging", 17, 6081, "00 00 6558 00000700", Inner::ethernet},
    {"geneve_ip_with_options", 17, 6081, "02 00 0800 00000700 0102800100000000", Inner::ipv4},
    {"gtpu", 17, 2152, "30 ff 002d 00000001", Inner::ipv4},
    {"gtpu_with_sequence", 17, 2152, "32 ff 0045 00000001 0001 00 00", Inner::ipv6},
    // a PDU session container (4 octets), then a second extension of 8
    {"gtpu_with_extensions", 17, 2152, "34 ff 0051 00000001 0000 00 85 01 0001 85 02 000000000000 00", Inner::ipv6},
    {"l2tp", 17, 1701, "0002 0001 0002 ff03 0021", Inner::ipv4},
    // sequence numbers, 2 octets of padding, and PPP without its address
    {"l2tp_with_options", 17, 1701, "0a02 0001 0002 0000 0001 0002 ffff 0057", Inner::ipv6},
    {"gre_over_udp", 17, 4754, "2000 0800 00000001", Inner::ipv4},
};

class Tunnels : public testing::TestWithParam<Case> {
 protected:
  Octets packet() const {
    PacketBuilder builder;
    builder.ethernet().ipv4("203.0.113.1", "203.0.113.2", {.protocol = GetParam().ip_protocol});
    if (GetParam().udp_port != 0) builder.udp(50000, GetParam().udp_port);
    return builder.header(from_hex(GetParam().header)).payload(inner(GetParam().kind)).bytes();
  }
};
TEST_P(Tunnels, LeadToTheInnermostSegment) {
  const Decoded result = decoded(packet());
  EXPECT_EQ(result.summary(), GetParam().kind == Inner::ipv6 ? the_ipv6_segment : the_segment);
  EXPECT_EQ(result.kind(), "tcp");
  EXPECT_EQ(result.anomalies(), Codes{});
}
TEST_P(Tunnels, MayBeCutAnywhere) {
  expect_bounded_at_every_length(packet());
}
INSTANTIATE_TEST_SUITE_P(Kinds, Tunnels, testing::ValuesIn(cases), [](const auto& chosen) { return chosen.param.name; });

TEST(Ipv6Tunnels, CarryIpv4AndIpv6) {
  PacketBuilder four = PacketBuilder().ipv6("2001:db8:ff::1", "2001:db8:ff::2", 4).payload(inner(Inner::ipv4));
  EXPECT_EQ(decoded(four, LinkType::raw).summary(), the_segment);
  PacketBuilder six = PacketBuilder().ipv6("2001:db8:ff::1", "2001:db8:ff::2", 41).payload(inner(Inner::ipv6));
  EXPECT_EQ(decoded(six, LinkType::raw).summary(), the_ipv6_segment);
}

Octets teredo(const char* indications, const char* source = "2001:0:c000:201::1") {
  return PacketBuilder()
      .ipv4("203.0.113.1", "203.0.113.2")
      .udp(3544, 50000)
      .header(from_hex(indications))
      .ipv6(source, "2001:db8::2")
      .tcp()
      .payload("hello")
      .bytes();
}

// RFC 4380 section 5.1.1
TEST(Teredo, MayBeginWithIndications) {
  const char* expected = "[2001:0:c000:201::1]:40000 > [2001:db8::2]:80 seq 1000 `hello`";
  const char* authentication = "0001 02 01 aabb cc 0011223344556677 00";
  const char* origin = "0000 1234 c0000201";
  EXPECT_EQ(decoded(teredo(""), LinkType::raw).summary(), expected);
  EXPECT_EQ(decoded(teredo(origin), LinkType::raw).summary(), expected);
  EXPECT_EQ(decoded(teredo(authentication), LinkType::raw).summary(), expected);
  const Octets both = teredo("0001 02 01 aabb cc 0011223344556677 00 0000 1234 c0000201");
  EXPECT_EQ(decoded(both, LinkType::raw).summary(), expected);
  expect_bounded_at_every_length(both, LinkType::raw);
}

TEST(Teredo, IsOnlyBelievedWithATeredoAddress) {
  EXPECT_EQ(decoded(teredo("", "2001:db8::1"), LinkType::raw).kind(), "udp");
}

// The port alone says nothing: any datagram may use it.
TEST(UdpTunnels, AreOnlyBelievedWhenTheHeaderInsideCanBeReal) {
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{4789, 8472, 6081, 2152, 1701, 3544, 4754}) {
    const auto kind = [&](Octets payload) {
      return decoded(PacketBuilder().ipv4("203.0.113.1", "203.0.113.2").udp(port, 53).payload(std::move(payload)), LinkType::raw).kind();
    };
    EXPECT_EQ(kind({}), "udp") << port;
    EXPECT_EQ(kind(from_hex("12345678")), "udp") << port;
    EXPECT_EQ(kind(Octets(64, 0xff)), "udp") << port;
    EXPECT_EQ(kind(Octets(64, 0x00)), "udp") << port;
  }
}

TEST(UdpTunnels, OnAnyOtherPortAreUdp) {
  const Octets packet = PacketBuilder()
                            .ipv4("203.0.113.1", "203.0.113.2")
                            .udp(1, 4790)
                            .payload(concatenated({from_hex("0800000000000700"), inner(Inner::ethernet)}))
                            .bytes();
  EXPECT_EQ(decoded(packet, LinkType::raw).kind(), "udp");
}

// ERSPAN's truncated bit: the mirror sent less than the frame; what is missing is cut, not a lie.
TEST(Erspan, ATruncatedFrameIsCut) {
  Octets frame = inner(Inner::ethernet);
  frame.resize(frame.size() - 3);
  const Octets packet = PacketBuilder()
                            .ipv4("203.0.113.1", "203.0.113.2", {.protocol = 47})
                            .header(from_hex("1000 88be 00000001 1064 0401 00000000"))
                            .payload(frame)
                            .bytes();
  const Decoded result = decoded(packet, LinkType::raw);
  EXPECT_EQ(as_text(result.segment().payload), "he");
  EXPECT_EQ(result.segment().cut, 3u);
  EXPECT_EQ(result.anomalies(), Codes{});
}

TEST(Gre, HeadersThatAreNotGreAreMalformed) {
  const auto gre = [](const char* hex) {
    return decoded(PacketBuilder().ipv4("203.0.113.1", "203.0.113.2", {.protocol = 47}).header(from_hex(hex)), LinkType::raw);
  };
  EXPECT_EQ(gre("0002 0800 00000000").anomalies(), Codes{"gre.version"});
  EXPECT_EQ(gre("b000 0800 00000000").anomalies(), Codes{"gre.length"});
  EXPECT_EQ(gre("1000 88be 00000001 3064 0001 00000000").anomalies(), Codes{"erspan.version"});
  EXPECT_EQ(gre("1000 88be 00000001 3064 0001 00000000").kind(), "malformed erspan");
}

}  // namespace
}  // namespace longwire
