// snoop files made by hand, RFC 1761.
#include <gtest/gtest.h>

#include "tests/capture_files.h"

namespace longwire {
namespace {

const Octets five{1, 2, 3, 4, 5};

FileBytes snoop_file(std::uint32_t version = 2, std::uint32_t datalink = 4) {
  FileBytes file(ByteOrder::big);
  file.text(std::string_view("snoop\0\0\0", 8)).u32(version).u32(datalink);
  return file;
}

// `record` is the record length, which counts the header of 24 octets, data and padding.
void add_record(FileBytes& file, std::uint32_t wire, std::uint32_t captured, std::uint32_t record, std::uint32_t drops,
                const Octets& data) {
  file.u32(wire).u32(captured).u32(record).u32(drops).u32(911'274'719).u32(885'516).raw(data);
}

TEST(SnoopFile, PacketsArePaddedAndDropsAddUp) {
  FileBytes file = snoop_file();
  add_record(file, 60, 5, 32, 1, concatenated({five, {0, 0, 0}}));
  add_record(file, 5, 5, 29, 3, five);
  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.info.format, "snoop");
  ASSERT_EQ(read.packets.size(), 2u);
  EXPECT_EQ(read.packets[0].at.time, 911'274'719'885'516'000);
  EXPECT_EQ(read.packets[0].wire_length, 60u);
  EXPECT_EQ(read.packets[0].link, LinkType::ethernet);
  EXPECT_EQ(read.packets[0].data, five);
  EXPECT_EQ(read.packets[1].data, five);
  ASSERT_EQ(read.info.interfaces.size(), 1u);
  EXPECT_EQ(read.info.interfaces[0].dropped, 3u);  // cumulative: the last one counts
}

TEST(SnoopFile, ARecordThatHasNoRoomForItsDataEndsTheFile) {
  FileBytes file = snoop_file();
  add_record(file, 5, 5, 29, 0, five);
  const std::size_t begin_of_second = file.octets().size();
  add_record(file, 60, 6, 29, 0, five);
  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.info.damaged_at, begin_of_second);
  EXPECT_EQ(read.info.damage, "a record of 29 bytes with 6 captured");
}

TEST(SnoopFile, WhatStandsBeforeACutIsDelivered) {
  FileBytes file = snoop_file();
  add_record(file, 5, 5, 29, 0, five);
  const std::size_t begin_of_second = file.octets().size();
  add_record(file, 5, 5, 32, 0, five);  // the padding is missing
  const ReadFile read = read_file(file.octets());
  EXPECT_EQ(read.packets.size(), 1u);
  EXPECT_EQ(read.info.damaged_at, begin_of_second);
}

TEST(SnoopFile, OtherVersionsAndUnknownDatalinksAreErrors) {
  EXPECT_EQ(read_file(snoop_file(3).octets()).error, ": a snoop file of version 3; only 2 is known");
  EXPECT_EQ(read_file(snoop_file(2, 99).octets()).error, ": a snoop file of datalink type 99, which is not known");
}

}  // namespace
}  // namespace longwire
