// What stands in front of IP: each link type with one TCP segment behind it, by hand from its specification.
#include "capture/link_layer.h"

#include <gtest/gtest.h>

#include "tests/decoded_packet.h"

namespace longwire {
namespace {

constexpr const char* the_segment = "192.0.2.1:40000 > 198.51.100.2:80 seq 1000 `hello`";
constexpr const char* the_ipv6_segment = "[2001:db8::1]:40000 > [2001:db8::2]:80 seq 1000 `hello`";

Octets ipv4() {
  return PacketBuilder().ipv4("192.0.2.1", "198.51.100.2").tcp().payload("hello").bytes();
}
Octets ipv6() {
  return PacketBuilder().ipv6("2001:db8::1", "2001:db8::2").tcp().payload("hello").bytes();
}

struct Case {
  const char* name;
  LinkType link;
  const char* header;  // hexadecimal
  bool is_ipv6 = false;
};

class LinkLayer : public testing::TestWithParam<Case> {
 protected:
  Octets packet() const { return concatenated({from_hex(GetParam().header), GetParam().is_ipv6 ? ipv6() : ipv4()}); }
};

TEST_P(LinkLayer, LeadsToTheSegment) {
  const Decoded result = decoded(packet(), GetParam().link);
  EXPECT_EQ(result.summary(), GetParam().is_ipv6 ? the_ipv6_segment : the_segment);
  EXPECT_EQ(result.kind(), "tcp");
  EXPECT_EQ(result.anomalies(), std::vector<std::string>{});
}

TEST_P(LinkLayer, MayBeCutAnywhere) {
  expect_bounded_at_every_length(packet(), GetParam().link);
}

constexpr const char* macs = "020000000002 020000000001 ";

const Case cases[] = {
    {"null_little_endian", LinkType::null, "02000000"},
    {"null_big_endian", LinkType::null, "00000002"},
    {"null_ipv6_linux", LinkType::null, "0a000000", true},
    {"null_ipv6_windows", LinkType::null, "17000000", true},
    {"null_ipv6_openbsd", LinkType::null, "18000000", true},
    {"null_ipv6_freebsd", LinkType::null, "1c000000", true},
    {"null_ipv6_darwin", LinkType::null, "1e000000", true},
    {"null_ipv6_darwin_big_endian", LinkType::null, "0000001e", true},
    {"loop", LinkType::loop, "00000002"},
    {"loop_ipv6", LinkType::loop, "00000018", true},
    {"raw", LinkType::raw, ""},
    {"raw_ipv6", LinkType::raw, "", true},
    {"raw_bsd", LinkType::raw_bsd, ""},
    {"raw_openbsd", LinkType::raw_openbsd, "", true},
    {"ipv4", LinkType::ipv4, ""},
    {"ipv6", LinkType::ipv6, "", true},
    {"ppp", LinkType::ppp, "ff03 0021"},
    {"ppp_without_address", LinkType::ppp, "0021"},
    {"ppp_compressed_protocol", LinkType::ppp, "21"},
    {"ppp_compressed_protocol_ipv6", LinkType::ppp, "ff03 57", true},
    {"ppp_hdlc", LinkType::ppp_hdlc, "ff03 0057", true},
    {"ppp_hdlc_with_cisco_framing", LinkType::ppp_hdlc, "0f00 0800"},
    {"ppp_mpls", LinkType::ppp, "ff03 0281 00010140"},
    {"ppp_sent", LinkType::ppp_with_direction, "01 ff03 0021"},
    {"ppp_received", LinkType::ppp_with_direction, "00 0021"},
    {"ppp_of_pppd", LinkType::ppp_pppd, "01 ff03 0021"},
    {"ppp_over_ethernet", LinkType::ppp_ether, "11 00 0001 002f 0021"},
    {"cisco_hdlc_unicast", LinkType::cisco_hdlc, "0f00 0800"},
    {"cisco_hdlc_multicast", LinkType::cisco_hdlc, "8f00 86dd", true},
    // packet to us, ARPHRD_ETHER, 6 octets of address
    {"linux_cooked", LinkType::linux_sll, "0000 0001 0006 0200000000010000 0800"},
    {"linux_cooked_tagged", LinkType::linux_sll, "0000 0001 0006 0200000000010000 8100 0007 86dd", true},
    {"linux_cooked_llc", LinkType::linux_sll, "0000 0001 0006 0200000000010000 0004 aaaa03 000000 0800"},
    {"linux_cooked_gre_device", LinkType::linux_sll, "0000 030a 0004 0a00000100000000 0800"},
    {"linux_cooked_gre_bridge", LinkType::linux_sll, "0000 030a 0004 0a00000100000000 6558 020000000002 020000000001 0800"},
    {"linux_cooked_v2", LinkType::linux_sll2, "0800 0000 00000003 0001 00 06 0200000000010000"},
    {"linux_cooked_v2_ipv6", LinkType::linux_sll2, "86dd 0000 00000003 0304 00 00 0000000000000000", true},
    // AF_INET, version 0, then a 2-octet attribute padded to 4, then NFULA_PAYLOAD of 4 + 45 octets
    {"infiniband", LinkType::ip_over_infiniband,
     "60000000 0000 0000 fe80000000000000 0000000000000001 fe80000000000000 0000000000000002 0800 0000"},
    {"nflog", LinkType::nflog, "02 00 0000 0600 0a00 7800 0000 3100 0900"},
    {"nflog_big_endian", LinkType::nflog, "02 00 0000 0006 000a 7800 0000 0031 0009"},
    {"nflog_ipv6", LinkType::nflog, "0a 00 0000 4500 0900", true},
};
INSTANTIATE_TEST_SUITE_P(Types, LinkLayer, testing::ValuesIn(cases), [](const auto& chosen) { return chosen.param.name; });

const Case ethernet_cases[] = {
    {"plain", LinkType::ethernet, "0800"},
    {"plain_ipv6", LinkType::ethernet, "86dd", true},
    {"tagged", LinkType::ethernet, "8100 0007 0800"},
    {"service_and_customer_tag", LinkType::ethernet, "88a8 0064 8100 0007 0800"},
    {"old_double_tag", LinkType::ethernet, "9100 0064 8100 0007 0800"},
    {"snap_with_length", LinkType::ethernet, "0035 aaaa03 000000 0800"},
    {"snap_behind_tag", LinkType::ethernet, "8100 0007 0035 aaaa03 000000 0800"},
    {"jumbo_snap", LinkType::ethernet, "8870 aaaa03 000000 0800"},
    {"provider_backbone", LinkType::ethernet, "88e7 00000007 020000000004 020000000003 0800"},
    {"pppoe_session", LinkType::ethernet, "8864 11 00 0001 002f 0021"},
    {"pppoe_in_double_tag", LinkType::ethernet, "88a8 0064 8100 0007 8864 11 00 0001 002f 0021"},
    {"mpls", LinkType::ethernet, "8847 00010140"},
    {"mpls_two_labels", LinkType::ethernet, "8847 00010040 00020140"},
    {"mpls_ipv6", LinkType::ethernet, "8848 00010140", true},
    {"mpls_pseudowire_with_control_word", LinkType::ethernet, "8847 00010140 00000000 020000000004 020000000003 0800"},
    {"mpls_pseudowire_without_control_word", LinkType::ethernet, "8847 00010140 020000000004 020000000003 0800"},
    {"mpls_pseudowire_tagged", LinkType::ethernet, "8847 00010140 00000000 020000000004 020000000003 8100 0007 86dd", true},
};
class Ethernet : public LinkLayer {
 protected:
  Octets frame() const { return concatenated({from_hex(macs), packet()}); }
};
TEST_P(Ethernet, LeadsToTheSegment) {
  const Decoded result = decoded(frame());
  EXPECT_EQ(result.summary(), GetParam().is_ipv6 ? the_ipv6_segment : the_segment);
  EXPECT_EQ(result.kind(), "tcp");
  EXPECT_EQ(result.anomalies(), std::vector<std::string>{});
}
TEST_P(Ethernet, MayBeCutAnywhere) {
  expect_bounded_at_every_length(frame());
}
INSTANTIATE_TEST_SUITE_P(Types, Ethernet, testing::ValuesIn(ethernet_cases), [](const auto& chosen) { return chosen.param.name; });

TEST(EthernetPadding, IsNoPayload) {
  Octets frame = PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").tcp().bytes();
  ASSERT_EQ(frame.size(), 54u);
  frame.resize(60);  // the smallest frame without its check sequence
  EXPECT_EQ(decoded(frame).segment().payload.size(), 0u);
  EXPECT_EQ(decoded(frame).segment().cut, 0u);
}

TEST(FrameCheckSequence, IsNoPayloadWhereTheTotalLengthIsZero) {
  Octets frame = PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2", {.total_length = 0}).tcp().payload("hello").bytes();
  frame.insert(frame.end(), {1, 2, 3, 4});
  Packet packet = packet_of(frame);
  packet.fcs_length = 4;
  SegmentBatch batch;
  Decoder({}).decode(packet, batch);
  ASSERT_EQ(batch.segments.size(), 1u);
  EXPECT_EQ(as_text(batch.segments[0].payload), "hello");
}

TEST(Vlan, InnermostIdStandsInTheSegment) {
  const auto vlan = [](PacketBuilder builder) { return decoded(builder.ipv4("192.0.2.1", "198.51.100.2").tcp()).segment().vlan; };
  EXPECT_EQ(vlan(PacketBuilder().ethernet()), 0);
  EXPECT_EQ(vlan(PacketBuilder().ethernet().vlan(100, 0x88a8).vlan(7)), 7);
  EXPECT_EQ(vlan(PacketBuilder().ethernet().vlan(0xe007)), 7) << "priority and drop bits are no part of the id";
  EXPECT_EQ(vlan(PacketBuilder().ethernet().vlan(100).vlan(0)), 100) << "0 is a priority tag, no VLAN";
}

TEST(LinkKinds, NameWhatIsNotOurs) {
  const auto kind = [](const char* hex, LinkType link = LinkType::ethernet) { return decoded(from_hex(hex), link).kind(); };
  EXPECT_EQ(kind("ffffffffffff 020000000001 0806 0001"), "arp");
  EXPECT_EQ(kind("0180c200000e 020000000001 88cc 0001"), "lldp");
  EXPECT_EQ(kind("0180c200000e 020000000001 1234 0001"), "ethertype 0x1234");
  EXPECT_EQ(kind("0180c2000000 020000000001 0003 424203"), "spanning tree");
  EXPECT_EQ(kind("0180c2000000 020000000001 0003 fefe03"), "llc");
  EXPECT_EQ(kind("020000000002 020000000001 8863 11 09 0000 0000"), "pppoe discovery");
  EXPECT_EQ(kind("ff03 c021 01", LinkType::ppp), "ppp lcp");
  EXPECT_EQ(kind("07000000 00", LinkType::null), "unknown address family");
  EXPECT_EQ(kind("00", static_cast<LinkType>(147)), "link type 147");
  EXPECT_EQ(kind("02 00 0000 0600 0a00 7800 0000", LinkType::nflog), "nflog") << "no payload attribute";
}

TEST(LinkAnomalies, SayWhichHeaderContradictsItself) {
  using Codes = std::vector<std::string>;
  const auto codes = [](const char* hex, LinkType link = LinkType::ethernet) { return decoded(from_hex(hex), link).anomalies(); };
  EXPECT_EQ(codes("020000000002 0200"), Codes{"ethernet.length"});
  EXPECT_EQ(codes("020000000002 020000000001 05dd 00"), Codes{"ethernet.type"}) << "1501 is neither a length nor a type";
  EXPECT_EQ(codes("020000000002 020000000001 8100 00"), Codes{"vlan.length"});
  EXPECT_EQ(codes("020000000002 020000000001 8847 00010040"), Codes{"mpls.stack"}) << "no bottom of the stack";
  EXPECT_EQ(codes("020000000002 020000000001 8864 21 00 0001 0000"), Codes{"pppoe.version"});
  EXPECT_EQ(codes("50", LinkType::raw), Codes{"raw.version"});
  EXPECT_EQ(codes("02 00 0000 0300 0a00 0000", LinkType::nflog), Codes{"nflog.length"});
  EXPECT_EQ(decoded(from_hex("020000000002 020000000001 8100 00")).batch.anomalies[0].offset, 14u);
  EXPECT_EQ(decoded(from_hex("020000000002 020000000001 8100 00")).kind(), "malformed vlan");
}

}  // namespace
}  // namespace longwire
