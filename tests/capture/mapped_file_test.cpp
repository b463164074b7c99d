// Mapped files: what is kept stays, the rest goes, and a file that is cut does not take the program with it.
#include "capture/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/capture_files.h"

namespace longwire {
namespace {

constexpr std::size_t step = 2 << 20;  // as in mapped_file.cpp: what is given back at once

Octets large(std::size_t size) {
  Octets octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 >> 3);
  return octets;
}

// Bytes of the range that this process has mapped in.
std::size_t resident(Bytes range) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(range.data());
  std::size_t bytes = 0;
  FILE* pagemap = std::fopen("/proc/self/pagemap", "rb");
  for (std::uintptr_t address = begin / page * page; address < begin + range.size(); address += page) {
    std::uint64_t entry = 0;
    std::fseek(pagemap, static_cast<long>(address / page * sizeof entry), SEEK_SET);
    if (std::fread(&entry, sizeof entry, 1, pagemap) == 1 && entry >> 63 != 0) bytes += page;
  }
  std::fclose(pagemap);
  return bytes;
}

TEST(MappedFile, GivesPagesBackWhenThePositionAndTheLastKeeperHaveLeftThem) {
  const FileInMemory file(large(4 * step));
  auto feed = MappedFile::map(FileDescriptor::open(file.path()), file.path());
  ASSERT_TRUE(feed);
  const Bytes whole(feed->window(4 * step));
  ASSERT_EQ(whole.size(), 4 * step);
  EXPECT_EQ(resident(whole.first(step)), step);

  auto first_half = feed->keep(step / 2);
  auto across = feed->keep(step + 1);  // reaches into the second step
  feed->advance(2 * step);
  EXPECT_EQ(resident(whole.first(step)), step);
  EXPECT_EQ(resident(whole.subspan(step, step)), step);
  first_half.reset();
  EXPECT_EQ(resident(whole.first(step)), step);
  across.reset();
  EXPECT_EQ(resident(whole.first(2 * step)), 0u);
  EXPECT_EQ(resident(whole.subspan(2 * step, step)), step);
}

TEST(MappedFile, WhatIsKeptOutlivesTheFeed) {
  const Octets octets = large(10'000);
  const FileInMemory file(octets);
  auto feed = MappedFile::map(FileDescriptor::open(file.path()), file.path());
  const Bytes window = feed->window(octets.size());
  const auto memory = feed->keep(window.size());
  feed.reset();
  EXPECT_EQ(Octets(window.begin(), window.end()), octets);
}

TEST(MappedFile, EndsWhereTheFileWasCut) {
  const FileInMemory file(large(4 * step));
  auto feed = MappedFile::map(FileDescriptor::open(file.path()), file.path());
  ASSERT_EQ(feed->damage(), "");
  file.cut_to(step / 2);
  EXPECT_EQ(feed->window(1).size(), step / 2);
  EXPECT_EQ(feed->damage(), "became shorter while it was read");
}

TEST(MappedFile, AnEmptyFileIsNotMapped) {
  const FileInMemory file({});
  EXPECT_FALSE(MappedFile::map(FileDescriptor::open(file.path()), file.path()));
}

TEST(MappedFileDeathTest, PagesThatWereTakenAwayEndTheProgramInOneLine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        end_clearly_on_truncated_map();
        const FileInMemory file(large(step));
        auto feed = MappedFile::map(FileDescriptor::open(file.path()), "traffic.pcap");
        const Bytes window = feed->window(step);
        file.cut_to(0);
        volatile std::uint8_t gone = window[step - 1];
        static_cast<void>(gone);
      },
      testing::ExitedWithCode(3), "^longwire: traffic.pcap: became shorter while it was read");
}

}  // namespace
}  // namespace longwire
