// Filters in the language of pcap-filter(7).
#include "capture/bpf_filter.h"

#include <gtest/gtest.h>

#include "capture/error.h"
#include "tests/packet_builder.h"

namespace longwire {
namespace {

Octets web_packet() {
  return PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").tcp({.source = 40000, .destination = 80}).payload("x").bytes();
}

Packet captured(const Octets& octets, LinkType link = LinkType::ethernet) {
  Packet packet;
  packet.data = octets;
  packet.wire_length = static_cast<std::uint32_t>(octets.size());
  packet.link = link;
  return packet;
}

TEST(BpfFilter, LetsPassWhatItsExpressionSays) {
  const Octets octets = web_packet();
  EXPECT_TRUE(BpfFilter("tcp port 80").passes(captured(octets)));
  EXPECT_TRUE(BpfFilter("host 198.51.100.2 and not udp").passes(captured(octets)));
  EXPECT_FALSE(BpfFilter("tcp port 443").passes(captured(octets)));
}

TEST(BpfFilter, KnowsTheLengthOnTheWireAndWhatWasCaptured) {
  const Octets octets = web_packet();
  Packet cut = captured(octets);
  cut.wire_length = 1500;
  EXPECT_TRUE(BpfFilter("greater 1000").passes(cut));
  cut.data = cut.data.first(16);
  EXPECT_FALSE(BpfFilter("tcp port 80").passes(cut));  // the port was not captured
}

TEST(BpfFilter, IsCompiledForEachLinkTypeItMeets) {
  const Octets framed = web_packet();
  const Octets bare(framed.begin() + 14, framed.end());
  BpfFilter filter("tcp dst port 80");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(filter.passes(captured(framed)));
    EXPECT_TRUE(filter.passes(captured(bare, LinkType::raw)));
    EXPECT_TRUE(filter.passes(captured(concatenated({{2, 0, 0, 0}, bare}), LinkType::null)));
    EXPECT_FALSE(filter.passes(captured(framed, LinkType::raw)));
  }
}

std::string complaint(const std::string& expression, std::optional<LinkType> link = {}) {
  try {
    BpfFilter filter(expression);
    if (!link) return "";
    const Octets octets = web_packet();
    filter.passes(captured(octets, *link));
    for (const BpfFilter::Refusal& refusal : filter.refusals()) return std::to_string(refusal.packets) + ": " + refusal.why;
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(BpfFilter, SaysWhatLibpcapSaysOfABadExpression) {
  EXPECT_EQ(complaint("tcp port"), "filter 'tcp port': can't parse filter expression: syntax error behind 'tcp', at character 5");
  EXPECT_EQ(complaint("prt 80"), "filter 'prt 80': can't parse filter expression: syntax error");
  EXPECT_EQ(complaint("port 99999999"), "filter 'port 99999999': illegal port number 99999999 > 65535");
}

TEST(BpfFilter, SaysWhereTheErrorIs) {
  const std::string said = ": can't parse filter expression: syntax error behind ";
  EXPECT_EQ(complaint("tcp prt 80"), "filter 'tcp prt 80'" + said + "'tcp', at character 5");
  EXPECT_EQ(complaint("tcp  port 80 and and ip"), "filter 'tcp  port 80 and and ip'" + said + "'tcp  port 80', at character 14");
  EXPECT_EQ(complaint("host 10.0.0.1 prot 80 or ("), "filter 'host 10.0.0.1 prot 80 or ('" + said + "'host 10.0.0.1', at character 15");
}

TEST(BpfFilter, MayBeGoodForSomeLinkTypesOnly) {
  EXPECT_EQ(complaint("wlan type mgt"), "");
  EXPECT_EQ(complaint("wlan type mgt", LinkType::ieee802_11_radiotap), "");
  const std::string refused = complaint("wlan type mgt", LinkType::ethernet);
  EXPECT_TRUE(refused.starts_with("1: filter 'wlan type mgt' cannot be used on link type EN10MB: ")) << refused;
}

TEST(BpfFilter, ALinkTypeThatLibpcapCannotFilterIsNamed) {
  const std::string refused = complaint("tcp", LinkType{9999});
  EXPECT_TRUE(refused.starts_with("1: filter 'tcp' cannot be used on link type 9999: ")) << refused;
}

}  // namespace
}  // namespace longwire
