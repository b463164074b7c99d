// pcapng files made by hand, draft-ietf-opsawg-pcapng. Numbers of blocks and options are written out here, so that
// they are not taken from the code under test.
#include <gtest/gtest.h>

#include "tests/capture_files.h"

namespace longwire {
namespace {

constexpr Time second = 1'000'000'000;
const Octets five{1, 2, 3, 4, 5};

Octets text(std::string_view characters) {
  return Octets(characters.begin(), characters.end());
}

FileBytes pcapng_file(ByteOrder order) {
  FileBytes file(order);
  add_section(file);
  return file;
}

// What becomes of a packet of `ticks` on an interface with these options.
Time time_with(const Octets& options, std::uint64_t ticks) {
  FileBytes file = pcapng_file(ByteOrder::big);
  add_interface(file, 1, 0, options);
  add_enhanced_packet(file, 0, ticks, five);
  return read_file(file.octets()).packets.at(0).at.time;
}

class PcapngFileInBothByteOrders : public testing::TestWithParam<ByteOrder> {};
INSTANTIATE_TEST_SUITE_P(Orders, PcapngFileInBothByteOrders, testing::Values(ByteOrder::big, ByteOrder::little),
                         [](const auto& order) { return order.param == ByteOrder::big ? "Big" : "Little"; });

TEST_P(PcapngFileInBothByteOrders, PacketsOfInterfacesWithDifferentLinkTypesAndClocks) {
  const ByteOrder order = GetParam();
  FileBytes file = pcapng_file(order);
  add_interface(
      file, 1, 96,
      concatenated({option(order, 2, text("eth0")), option(order, 3, text("uplink")), option(order, 11, text(std::string("\0tcp", 4)))}));
  add_interface(file, 101, 0, option(order, 9, {9}));
  add_enhanced_packet(file, 0, 1'700'000'000'250'000, five, {}, {}, 1500);
  add_enhanced_packet(file, 1, 1'700'000'001'000'000'007, five);

  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.info.format, "pcapng");
  ASSERT_EQ(read.packets.size(), 2u);
  EXPECT_EQ(read.packets[0].at.time, 1'700'000'000 * second + 250'000'000);  // microseconds where nothing is said
  EXPECT_EQ(read.packets[0].wire_length, 1500u);
  EXPECT_EQ(read.packets[0].link, LinkType::ethernet);
  EXPECT_EQ(read.packets[0].interface, 0u);
  EXPECT_EQ(read.packets[0].data, five);
  EXPECT_EQ(read.packets[1].at.time, 1'700'000'001 * second + 7);
  EXPECT_EQ(read.packets[1].link, LinkType::raw);
  EXPECT_EQ(read.packets[1].interface, 1u);
  ASSERT_EQ(read.info.interfaces.size(), 2u);
  EXPECT_EQ(read.info.interfaces[0].name, "eth0");
  EXPECT_EQ(read.info.interfaces[0].description, "uplink");
  EXPECT_EQ(read.info.interfaces[0].filter, "tcp");
  EXPECT_EQ(read.info.interfaces[0].snaplen, 96u);
  EXPECT_EQ(read.info.interfaces[1].packets, 1u);
}

TEST_P(PcapngFileInBothByteOrders, EachSectionHasItsByteOrderAndItsInterfaces) {
  FileBytes file = pcapng_file(GetParam());
  add_interface(file, 1);
  add_enhanced_packet(file, 0, 1, five);
  FileBytes other = pcapng_file(GetParam() == ByteOrder::big ? ByteOrder::little : ByteOrder::big);
  add_interface(other, 113);
  add_enhanced_packet(other, 0, 2, five);
  file.raw(other.octets());

  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 2u);
  EXPECT_EQ(read.packets[1].link, LinkType::linux_sll);
  EXPECT_EQ(read.packets[1].interface, 1u);  // the second of the file, the first of its section
  EXPECT_EQ(read.packets[1].at.time, 2000);
  EXPECT_EQ(read.packets[1].at.frame, 2u);
}

TEST_P(PcapngFileInBothByteOrders, ASimplePacketIsOfTheFirstInterfaceAndHasNoTimeOfItsOwn) {
  FileBytes file = pcapng_file(GetParam());
  add_interface(file, 1, 4);
  add_interface(file, 101);
  add_block(file, 3, FileBytes(GetParam()).u32(60).raw({1, 2, 3, 4}).octets());
  add_enhanced_packet(file, 1, 7, five);
  add_block(file, 3, FileBytes(GetParam()).u32(3).raw({1, 2, 3}).octets());

  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 3u);
  EXPECT_EQ(read.packets[0].data, (Octets{1, 2, 3, 4}));  // cut by the interface's snaplen
  EXPECT_EQ(read.packets[0].wire_length, 60u);
  EXPECT_EQ(read.packets[0].at.time, 0);
  EXPECT_EQ(read.packets[2].data, (Octets{1, 2, 3}));  // what is behind it is padding
  EXPECT_EQ(read.packets[2].link, LinkType::ethernet);
  EXPECT_EQ(read.packets[2].at.time, 7000);  // of the packet before it
}

TEST_P(PcapngFileInBothByteOrders, TheObsoletePacketBlockIsReadToo) {
  FileBytes file = pcapng_file(GetParam());
  add_interface(file, 1);
  add_interface(file, 101);
  add_block(file, 2, FileBytes(GetParam()).u16(1).u16(9).u32(0).u32(3).u32(5).u32(60).raw(five).octets());
  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.packets[0].interface, 1u);
  EXPECT_EQ(read.packets[0].at.time, 3000);
  EXPECT_EQ(read.packets[0].data, five);
  EXPECT_EQ(read.packets[0].wire_length, 60u);
}

TEST_P(PcapngFileInBothByteOrders, StatisticsAndSecretsAreHandedOn) {
  const ByteOrder order = GetParam();
  FileBytes file = pcapng_file(order);
  add_interface(file, 1);
  add_enhanced_packet(file, 0, 1, five);
  add_block(file, 10, FileBytes(order).u32(0x544c534b).u32(7).text("RANDOM\n").octets());
  add_enhanced_packet(file, 0, 2, five);
  add_block(file, 5,
            FileBytes(order)
                .u32(0)
                .u64(3)
                .raw(option(order, 4, FileBytes(order).u64(1000).octets()))
                .raw(option(order, 5, FileBytes(order).u64(21).octets()))
                .raw(option(order, 7, FileBytes(order).u64(4).octets()))
                .octets());
  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.packets.size(), 2u);
  EXPECT_EQ(read.info.interfaces.at(0).received, 1000u);
  EXPECT_EQ(read.info.interfaces.at(0).dropped, 25u) << "by the interface and by the system";
  ASSERT_EQ(read.secrets.size(), 1u);
  EXPECT_EQ(read.secrets[0].type, 0x544c534bu);
  EXPECT_EQ(read.secrets[0].data, "RANDOM\n");
  EXPECT_EQ(read.secrets[0].before_number, 2u);
}

TEST(PcapngFile, TicksAreOfAnyResolution) {
  const auto resolution = [](std::uint8_t value) { return option(ByteOrder::big, 9, {value}); };
  EXPECT_EQ(time_with(resolution(0), 3), 3 * second);
  EXPECT_EQ(time_with(resolution(3), 1500), 1'500'000'000);
  EXPECT_EQ(time_with(resolution(9), 7), 7);
  EXPECT_EQ(time_with(resolution(12), 7'999), 7);            // picoseconds are cut, not rounded
  EXPECT_EQ(time_with(resolution(0x80), 3), 3 * second);     // 2^0
  EXPECT_EQ(time_with(resolution(0x81), 3), 1'500'000'000);  // halves
  EXPECT_EQ(time_with(resolution(0x8a), 1024 + 256), 1'250'000'000);
}

TEST(PcapngFile, AnOffsetInSecondsIsAdded) {
  const auto offset = [](std::int64_t seconds) {
    return option(ByteOrder::big, 14, FileBytes(ByteOrder::big).u64(static_cast<std::uint64_t>(seconds)).octets());
  };
  EXPECT_EQ(time_with(offset(1'700'000'000), 5), 1'700'000'000 * second + 5000);
  EXPECT_EQ(time_with(offset(-2), 5'000'000), 3 * second);
}

TEST(PcapngFile, AbsurdTimesBecomeTheLastThereIs) {
  EXPECT_EQ(time_with({}, ~std::uint64_t{0}), std::numeric_limits<Time>::max());
}

TEST(PcapngFile, TheFrameCheckSequencesLengthIsTheInterfacesOrThePackets) {
  const ByteOrder order = ByteOrder::little;
  FileBytes file = pcapng_file(order);
  add_interface(file, 1, 0, option(order, 13, {4}));   // octets, as most write it
  add_interface(file, 1, 0, option(order, 13, {32}));  // bits, as the draft once said
  add_interface(file, 1);
  add_enhanced_packet(file, 0, 1, five);
  add_enhanced_packet(file, 1, 1, five);
  add_enhanced_packet(file, 2, 1, five, option(order, 2, FileBytes(order).u32(2 << 5).octets()));  // bits 5 to 8 of epb_flags
  add_enhanced_packet(file, 2, 1, five);
  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 4u);
  EXPECT_EQ(read.packets[0].fcs_length, 4);
  EXPECT_EQ(read.packets[1].fcs_length, 4);
  EXPECT_EQ(read.packets[2].fcs_length, 2);
  EXPECT_EQ(read.packets[3].fcs_length, 0);
}

TEST(PcapngFile, OtherBlocksAndCommentsAreSkipped) {
  const ByteOrder order = ByteOrder::little;
  FileBytes file = pcapng_file(order);
  add_interface(file, 1, 0, option(order, 1, text("a comment")));
  add_block(file, 4, {0, 0, 0, 0});             // name resolution
  add_block(file, 0x7fffffff, Octets(100, 3));  // unknown
  add_enhanced_packet(file, 0, 1, five, concatenated({option(order, 1, text("another")), option(order, 0, {})}));
  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.packets[0].at.frame, 1u);
}

// tshark 4.0 shows custom blocks as frames; frame numbers must be the same as there.
TEST(PcapngFile, ACustomBlockTakesAFrameNumber) {
  FileBytes file = pcapng_file(ByteOrder::little);
  add_interface(file, 1);
  add_block(file, 0xbad, FileBytes(ByteOrder::little).u32(32473).raw(five).octets());
  add_enhanced_packet(file, 0, 1, five);
  add_block(file, 0x40000bad, FileBytes(ByteOrder::little).u32(32473).octets());
  const ReadFile read = read_file(file.octets());
  ASSERT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.packets[0].at.frame, 2u);
  EXPECT_EQ(read.info.packets, 3u);
  EXPECT_EQ(read.info.bytes, 5u);
}

// A file with one good packet and what `add` puts behind it: the packet is there, and the damage where it begins.
template <class Add>
std::string damage_by(Add add) {
  FileBytes file = pcapng_file(ByteOrder::little);
  add_interface(file, 1);
  add_enhanced_packet(file, 0, 1, five);
  const std::size_t begin = file.octets().size();
  add(file);
  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.info.damaged_at, begin);
  return read.info.damage;
}

TEST(PcapngFile, BlockLengthsThatLieEndTheFile) {
  EXPECT_EQ(damage_by([](FileBytes& file) { add_block(file, 6, Octets(20), 0); }), "a block of type 0x6 with the length 0");
  EXPECT_EQ(damage_by([](FileBytes& file) { add_block(file, 6, Octets(20), 8); }), "a block of type 0x6 with the length 8");
  EXPECT_EQ(damage_by([](FileBytes& file) { add_block(file, 4, Octets(20), 30); }), "a block of type 0x4 with the length 30");
  EXPECT_EQ(damage_by([](FileBytes& file) { add_block(file, 4, Octets(20), 0x7ffffffc); }),
            "a block of type 0x4 with the length 2147483644");
  EXPECT_EQ(damage_by([](FileBytes& file) { add_block(file, 4, Octets(20), 4000); }),
            "ends within a packet or block, with 32 of 4000 bytes");
  EXPECT_EQ(damage_by([](FileBytes& file) { file.u32(4).u32(16).u32(0).u32(20); }),
            "a block of type 0x4 whose two lengths, 16 and 20, differ");
}

TEST(PcapngFile, PacketsThatCannotBeEndTheFile) {
  EXPECT_EQ(damage_by([](FileBytes& file) { add_enhanced_packet(file, 1, 1, five); }), "a packet of interface 1, where 1 are described");
  EXPECT_EQ(damage_by([](FileBytes& file) { add_enhanced_packet(file, 0, 1, five, {}, 9); }),
            "a packet of 9 captured bytes in a block with room for 8");
  EXPECT_EQ(damage_by([](FileBytes& file) { add_block(file, 3, FileBytes(file.order()).u32(60).raw(five).octets()); }),
            "a packet of 60 captured bytes in a block with room for 8");
  EXPECT_EQ(damage_by([](FileBytes& file) { add_block(file, 6, Octets(16)); }), "a block shorter than its fields");
  EXPECT_EQ(damage_by([](FileBytes& file) { add_enhanced_packet(file, 0, 1, Octets(262145)); }),
            "a packet of 262145 captured bytes, more than the 262144 that any has");
}

TEST(PcapngFile, AnOptionThatRunsOverItsBlockEndsTheFile) {
  const Octets overrun{1, 0, 100, 0, 'x', 0, 0, 0};  // a comment of 100 octets, little-endian
  EXPECT_EQ(damage_by([&](FileBytes& file) { add_enhanced_packet(file, 0, 1, five, overrun); }),
            "an option runs over the end of its block");
  EXPECT_EQ(damage_by([&](FileBytes& file) { add_interface(file, 1, 0, overrun); }), "an option runs over the end of its block");
}

TEST(PcapngFile, SectionsThatNobodyCanReadEndTheFile) {
  EXPECT_EQ(damage_by([](FileBytes& file) { add_block(file, 0x0a0d0d0a, Octets(16)); }), "a section header without byte-order magic");
  EXPECT_EQ(damage_by([](FileBytes& file) {
              add_block(file, 0x0a0d0d0a, FileBytes(ByteOrder::little).u32(0x1a2b3c4d).u16(2).u16(0).u64(0).octets());
            }),
            "a section of pcapng version 2.0; only 1 is known");
}

TEST(PcapngFile, ItsMagicNumberAloneIsNotEnough) {
  EXPECT_EQ(read_file(FileBytes(ByteOrder::big).u32(0x0a0d0d0a).u32(28).u32(0).octets()).error,
            ": begins like pcapng, but has no byte-order magic");
  EXPECT_EQ(read_file(FileBytes(ByteOrder::big).u32(0x0a0d0d0a).u32(28).octets()).error, ": ends within the header of a pcapng file");
}

}  // namespace
}  // namespace longwire
