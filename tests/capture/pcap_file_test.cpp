// pcap files made by hand: draft-ietf-opsawg-pcap, and what is told of its variants at the head of pcap_file.cpp.
#include <gtest/gtest.h>

#include "capture/limits.h"
#include "tests/capture_files.h"

namespace longwire {
namespace {

constexpr Time second = 1'000'000'000;
const Octets four{1, 2, 3, 4};

class PcapFileInBothByteOrders : public testing::TestWithParam<ByteOrder> {};
INSTANTIATE_TEST_SUITE_P(Orders, PcapFileInBothByteOrders, testing::Values(ByteOrder::big, ByteOrder::little),
                         [](const auto& order) { return order.param == ByteOrder::big ? "Big" : "Little"; });

TEST_P(PcapFileInBothByteOrders, PacketsComeInOrderWithTimeLengthsAndNumbers) {
  FileBytes file = pcap_file(GetParam(), {.snaplen = 96, .network = 113});
  add_record(file, {.seconds = 1'700'000'000, .fraction = 250'000, .data = four, .wire = 1500});
  add_record(file, {.seconds = 1'700'000'001, .fraction = 999'999, .data = {9}});

  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.info.format, "pcap");
  ASSERT_EQ(read.packets.size(), 2u);
  const ReadPacket& first = read.packets[0];
  EXPECT_EQ(first.at.time, 1'700'000'000 * second + 250'000'000);
  EXPECT_EQ(first.at.frame, 1u);
  EXPECT_EQ(first.at.number, 1u);
  EXPECT_EQ(first.wire_length, 1500u);
  EXPECT_EQ(first.link, LinkType::linux_sll);
  EXPECT_EQ(first.data, four);
  const ReadPacket& last = read.packets[1];
  EXPECT_EQ(last.at.time, 1'700'000'001 * second + 999'999'000);
  EXPECT_EQ(last.at.frame, 2u);
  EXPECT_EQ(last.data, Octets{9});

  EXPECT_EQ(read.info.packets, 2u);
  EXPECT_EQ(read.info.bytes, 1501u);
  EXPECT_EQ(read.info.started, first.at.time);
  EXPECT_EQ(read.info.ended, last.at.time);
  ASSERT_EQ(read.info.interfaces.size(), 1u);
  EXPECT_EQ(read.info.interfaces[0].snaplen, 96u);
  EXPECT_EQ(read.info.interfaces[0].packets, 2u);
  EXPECT_FALSE(read.info.damaged_at);
}

TEST_P(PcapFileInBothByteOrders, NanosecondsAreTheOtherMagicNumber) {
  FileBytes file = pcap_file(GetParam(), {.magic = pcap_ns_magic});
  add_record(file, {.seconds = 5, .fraction = 123'456'789, .data = four});
  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.info.format, "pcap-ns");
  ASSERT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.packets[0].at.time, 5 * second + 123'456'789);
}

TEST_P(PcapFileInBothByteOrders, KuznetzovsPatchPutsEightOctetsBeforeTheData) {
  FileBytes file = pcap_file(GetParam(), {.magic = 0xa1b2cd34});
  const Octets interface_protocol_kind{0, 0, 0, 2, 8, 0, 4, 0};
  add_record(file, {.seconds = 1, .data = four, .extra = interface_protocol_kind});
  add_record(file, {.seconds = 2, .data = {7}, .extra = interface_protocol_kind});
  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 2u);
  EXPECT_EQ(read.packets[0].data, four);
  EXPECT_EQ(read.packets[1].data, Octets{7});
}

TEST_P(PcapFileInBothByteOrders, IxiaPutsALengthBehindTheFileHeader) {
  for (std::uint32_t magic : {0x1c0001acu, 0x1c0001abu}) {
    FileBytes file = pcap_file(GetParam(), {.magic = magic});
    file.u32(20);
    add_record(file, {.seconds = 1, .data = four});
    const ReadFile read = read_file(file.octets());
    ASSERT_EQ(read.packets.size(), 1u);
    EXPECT_EQ(read.packets[0].data, four);
  }
}

TEST_P(PcapFileInBothByteOrders, AixWritesInterfaceTypesAndNanoseconds) {
  // RFC 1573: 6 is Ethernet, 24 loopback. Version 2.2 has the length on the wire first.
  for (auto [type, link] : {std::pair{6u, LinkType::ethernet}, std::pair{24u, LinkType::null}}) {
    FileBytes file = pcap_file(GetParam(), {.minor = 2, .network = type});
    add_record(file, {.seconds = 1, .fraction = 5, .data = four, .captured = 60, .wire = 4});
    const ReadFile read = read_file(file.octets());
    ASSERT_EQ(read.packets.size(), 1u);
    EXPECT_EQ(read.packets[0].link, link);
    EXPECT_EQ(read.packets[0].at.time, second + 5);
    EXPECT_EQ(read.packets[0].wire_length, 60u);
  }
}

TEST(PcapFile, BeforeVersion23TheWireLengthComesFirst) {
  for (auto [major, minor] : {std::pair<std::uint16_t, std::uint16_t>{2, 2}, {543, 0}}) {
    FileBytes file = pcap_file(ByteOrder::big, {.major = major, .minor = minor});
    add_record(file, {.data = four, .captured = 60, .wire = 4});
    const ReadFile read = read_file(file.octets());
    ASSERT_EQ(read.packets.size(), 1u);
    EXPECT_EQ(read.packets[0].data, four);
    EXPECT_EQ(read.packets[0].wire_length, 60u);
  }
}

TEST(PcapFile, InVersion23TheLargerLengthIsTheWires) {
  FileBytes file = pcap_file(ByteOrder::big, {.minor = 3});
  add_record(file, {.data = four, .captured = 60, .wire = 4});
  add_record(file, {.data = four, .captured = 4, .wire = 60});
  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 2u);
  for (const ReadPacket& packet : read.packets) {
    EXPECT_EQ(packet.data, four);
    EXPECT_EQ(packet.wire_length, 60u);
  }
}

TEST(PcapFile, TheLinkTypesUpperBitsTellTheFrameCheckSequence) {
  FileBytes file = pcap_file(ByteOrder::little, {.network = 0x24000001});  // two 16-bit words, length known, Ethernet
  add_record(file, {.data = four});
  ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.packets[0].link, LinkType::ethernet);
  EXPECT_EQ(read.packets[0].fcs_length, 4);

  file = pcap_file(ByteOrder::little, {.network = 0x20000001});  // the same length, but not said to be known
  add_record(file, {.data = four});
  read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.packets[0].fcs_length, 0);
}

TEST(PcapFile, TimesAreUnsigned) {
  FileBytes file = pcap_file(ByteOrder::little);
  add_record(file, {.seconds = 0xffffffff, .fraction = 0xffffffff, .data = four});
  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.packets[0].at.time, 4294967295 * second + 4294967295 * 1000);
}

TEST(PcapFile, AHeaderAloneIsAFileOfNoPackets) {
  const ReadFile read = read_file(pcap_file(ByteOrder::little).octets());
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.info.packets, 0u);
  EXPECT_FALSE(read.info.damaged_at);
  EXPECT_FALSE(read.info.started);
}

TEST(PcapFile, APacketOfNoOctetsIsAPacket) {
  FileBytes file = pcap_file(ByteOrder::little);
  add_record(file, {.wire = 60});
  EXPECT_EQ(read_file(file.octets()).packets.size(), 1u);
}

TEST(PcapFile, WhatStandsBeforeACutIsDelivered) {
  FileBytes file = pcap_file(ByteOrder::big);
  add_record(file, {.data = four});
  const std::size_t begin_of_second = file.octets().size();
  add_record(file, {.data = four});
  for (std::size_t size = begin_of_second + 1; size < file.octets().size(); ++size) {
    const ReadFile read = read_file(Octets(file.octets().begin(), file.octets().begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(read.packets.size(), 1u);
    EXPECT_EQ(read.info.damaged_at, begin_of_second);
    EXPECT_NE(read.info.damage.find("ends within a packet"), std::string::npos) << read.info.damage;
  }
}

TEST(PcapFile, ALengthThatNoPacketHasEndsTheFile) {
  FileBytes file = pcap_file(ByteOrder::little);
  add_record(file, {.data = four});
  const std::size_t begin_of_second = file.octets().size();
  add_record(file, {.data = four, .captured = static_cast<std::uint32_t>(limits::packet_bytes.value + 1)});
  add_record(file, {.data = Octets(limits::packet_bytes.value + 100)});
  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.info.damaged_at, begin_of_second);
  EXPECT_EQ(read.info.damage, "a packet of 262145 captured bytes, more than the 262144 that any has");
}

// What its header says cannot be: told with its place, and no reason to give up what follows.
TEST(PcapFile, MoreCapturedThanWasOnTheWireIsToldAndReadOn) {
  FileBytes file = pcap_file(ByteOrder::little);
  add_record(file, {.data = four});
  const std::size_t lie = file.octets().size();
  add_record(file, {.data = four, .wire = 3});
  add_record(file, {.data = four, .wire = 2});
  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.packets.size(), 3u);
  EXPECT_EQ(read.info.damaged_at, lie);
  EXPECT_EQ(read.info.damage, "a packet of 4 captured bytes that had 3 on the wire");
  EXPECT_TRUE(read.info.read_on);
  EXPECT_EQ(read.info.bytes, 12u);
}

TEST(PcapFile, TheLargestPacketIsRead) {
  FileBytes file = pcap_file(ByteOrder::little);
  add_record(file, {.data = Octets(limits::packet_bytes, 5)});
  add_record(file, {.data = four});
  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 2u);
  EXPECT_EQ(read.packets[0].data, Octets(limits::packet_bytes, 5));
}

TEST(PcapFile, AHeaderThatIsCutOrTooOldIsAnError) {
  const Octets whole = pcap_file(ByteOrder::little).octets();
  EXPECT_EQ(read_file(Octets(whole.begin(), whole.begin() + 23)).error, ": ends within the header of a pcap file");
  EXPECT_EQ(read_file(pcap_file(ByteOrder::big, {.major = 1, .minor = 9}).octets()).error,
            ": a pcap file of version 1.9; only 2.0 and later are known");
}

}  // namespace
}  // namespace longwire
