// Wireless LAN data frames, by hand from IEEE 802.11-2020 clause 9, radiotap.org and the PPI specification.
#include "capture/ieee802_11.h"

#include <gtest/gtest.h>

#include "tests/decoded_packet.h"

namespace longwire {
namespace {

constexpr const char* the_segment = "192.0.2.1:40000 > 198.51.100.2:80 seq 1000 `hello`";

Octets llc_packet(const char* text = "hello") {
  return concatenated(
      {from_hex("aaaa03 000000 0800"), PacketBuilder().ipv4("192.0.2.1", "198.51.100.2", {.total_length = 0}).tcp().payload(text).bytes()});
}

constexpr const char* three_addresses = "020000000001 020000000002 020000000003 1000 ";

struct Case {
  const char* name;
  LinkType link;
  const char* before;
  const char* after = "";
};
const Case cases[] = {
    {"data_from_station", LinkType::ieee802_11, "0801 0000 020000000001 020000000002 020000000003 1000"},
    {"data_from_access_point", LinkType::ieee802_11, "0802 0000 020000000001 020000000002 020000000003 1000"},
    {"data_between_access_points", LinkType::ieee802_11, "0803 0000 020000000001 020000000002 020000000003 1000 020000000004"},
    {"quality_of_service", LinkType::ieee802_11, "8801 0000 020000000001 020000000002 020000000003 1000 0000"},
    {"high_throughput_control", LinkType::ieee802_11, "8881 0000 020000000001 020000000002 020000000003 1000 0000 00000000"},
    {"everything", LinkType::ieee802_11, "8883 0000 020000000001 020000000002 020000000003 1000 020000000004 0000 00000000"},
    {"radiotap", LinkType::ieee802_11_radiotap, "00 00 0800 00000000 0801 0000 020000000001 020000000002 020000000003 1000"},
    // present: flags; flags 0x10: frame check sequence at the end
    {"radiotap_with_fcs", LinkType::ieee802_11_radiotap, "00 00 0900 02000000 10 0801 0000 020000000001 020000000002 020000000003 1000",
     "01020304"},
    // present: time and flags, two words; time stands at a multiple of 8 octets: 4 of padding
    {"radiotap_two_words_and_time", LinkType::ieee802_11_radiotap,
     "00 00 1900 03000080 00000000 00000000 0000000000000000 10 0801 0000 020000000001 020000000002 020000000003 1000", "01020304"},
    // flags 0x20: the 26 octets of the header padded to 28
    {"radiotap_padded", LinkType::ieee802_11_radiotap,
     "00 00 0900 02000000 20 8801 0000 020000000001 020000000002 020000000003 1000 0000 0000"},
    {"ppi", LinkType::ppi, "00 00 0800 69000000 0801 0000 020000000001 020000000002 020000000003 1000"},
    // 802.11-Common, 20 octets: time, flags 1 (frame check sequence), rate ...
    {"ppi_with_fcs", LinkType::ppi,
     "00 00 2000 69000000 0200 1400 0000000000000000 0100 0000 0000 0000 00 00 00 00 0801 0000 020000000001 020000000002 020000000003 1000",
     "01020304"},
};

class Ieee80211 : public testing::TestWithParam<Case> {
 protected:
  Octets packet() const { return concatenated({from_hex(GetParam().before), llc_packet(), from_hex(GetParam().after)}); }
};
TEST_P(Ieee80211, LeadsToTheSegment) {
  const Decoded result = decoded(packet(), GetParam().link);
  EXPECT_EQ(result.summary(), the_segment);
  EXPECT_EQ(result.anomalies(), std::vector<std::string>{});
}
TEST_P(Ieee80211, MayBeCutAnywhere) {
  expect_bounded_at_every_length(packet(), GetParam().link);
}
INSTANTIATE_TEST_SUITE_P(Frames, Ieee80211, testing::ValuesIn(cases), [](const auto& chosen) { return chosen.param.name; });

TEST(Ieee80211Aggregate, HoldsSeveralPacketsButCountsOnce) {
  const auto frame = [](const char* text, std::size_t padding) {
    const Octets packet = llc_packet(text);
    return concatenated({from_hex("020000000004 020000000005"), number(packet.size(), 2), packet, Octets(padding)});
  };
  // 14 + 8 + 40 + 1 = 63 octets, padded to 64; QoS control 0x0080: aggregated
  const Octets packet = concatenated({from_hex("8801 0000"), from_hex(three_addresses), from_hex("8000"), frame("a", 1), frame("b", 0)});
  const Decoded result = decoded(packet, LinkType::ieee802_11);
  EXPECT_EQ(result.summary(),
            "192.0.2.1:40000 > 198.51.100.2:80 seq 1000 `a`\n"
            "192.0.2.1:40000 > 198.51.100.2:80 seq 1000 `b`");
  EXPECT_EQ(result.kind(), "tcp");
  expect_bounded_at_every_length(packet, LinkType::ieee802_11);
}

TEST(Ieee80211Kinds, NameWhatIsNotRead) {
  const auto kind = [](const char* control) {
    return decoded(concatenated({from_hex(control), from_hex(three_addresses), llc_packet()}), LinkType::ieee802_11).kind();
  };
  EXPECT_EQ(kind("8000 0000"), "802.11 management");
  EXPECT_EQ(kind("d400 0000"), "802.11 control");
  EXPECT_EQ(kind("4801 0000"), "802.11 without data");
  EXPECT_EQ(kind("0841 0000"), "802.11 encrypted");
  EXPECT_EQ(kind("0805 0000"), "802.11 fragment");
  EXPECT_EQ(kind("0901 0000"), "malformed 802.11") << "protocol version 1";
}

}  // namespace
}  // namespace longwire
