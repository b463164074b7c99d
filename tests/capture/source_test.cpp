// Capture sets: order, numbers, filters, files that are no captures, and real captures against what tshark counted.
#include "capture/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "capture/error.h"
#include "tests/capture_files.h"

namespace longwire {
namespace {

namespace fs = std::filesystem;

Octets web_packet(std::uint16_t port) {
  return PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").tcp({.source = 40000, .destination = port}).payload("x").bytes();
}

// A pcap file of one packet for each port, `second` seconds after 1970.
FileInMemory pcap_of(std::uint32_t second, const std::vector<std::uint16_t>& ports) {
  FileBytes file = pcap_file(ByteOrder::little);
  for (std::uint16_t port : ports) add_record(file, {.seconds = second++, .data = web_packet(port)});
  return FileInMemory(file.octets());
}

struct Seen {
  Stamp at;
  std::uint32_t capture = 0;
};
std::vector<Seen> read_set(CaptureSet& set) {
  std::vector<Seen> seen;
  PacketBatch batch;
  while (set.next(batch)) {
    EXPECT_FALSE(batch.packets.empty());
    for (const Packet& packet : batch.packets) {
      EXPECT_EQ(packet.capture, batch.capture);
      seen.push_back({packet.at, packet.capture});
    }
  }
  EXPECT_TRUE(batch.packets.empty());
  EXPECT_FALSE(set.next(batch));
  return seen;
}

TEST(CaptureSet, FilesComeInTheOrderOfTheirFirstPackets) {
  const FileInMemory late = pcap_of(200, {1, 2}), early = pcap_of(100, {3}), empty = pcap_of(0, {});
  CaptureSet set({empty.path(), late.path(), early.path()}, {});
  EXPECT_EQ(set.captures()[0].path, early.path());
  const std::vector<Seen> seen = read_set(set);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].at.number, 1u);
  EXPECT_EQ(seen[0].capture, 0u);
  EXPECT_EQ(seen[1].at.number, 2u);
  EXPECT_EQ(seen[1].at.frame, 1u);
  EXPECT_EQ(seen[1].capture, 1u);
  EXPECT_EQ(seen[2].at.number, 3u);
  EXPECT_EQ(seen[2].at.frame, 2u);
  EXPECT_EQ(set.captures()[1].path, late.path());
  EXPECT_EQ(set.captures()[1].first_number, 2u);
  EXPECT_EQ(set.captures()[2].path, empty.path());
}

TEST(CaptureSet, NumbersGoOnWhereAnotherSetEnded) {
  const FileInMemory file = pcap_of(100, {1, 2});
  SourceOptions options;
  options.first_number = 1001;
  CaptureSet set({file.path()}, options);
  const std::vector<Seen> seen = read_set(set);
  EXPECT_EQ(seen[1].at.number, 1002u);
  EXPECT_EQ(seen[1].at.frame, 2u);
  EXPECT_EQ(set.captures()[0].first_number, 1001u);
}

TEST(CaptureSet, PacketsThatTheFilterDropsAreNumberedToo) {
  const FileInMemory first = pcap_of(100, {80, 443, 80, 443}), second = pcap_of(200, {443, 80});
  SourceOptions options;
  options.filter = "tcp dst port 80";
  CaptureSet set({first.path(), second.path()}, options);
  const std::vector<Seen> seen = read_set(set);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[1].at.frame, 3u);
  EXPECT_EQ(seen[2].at.frame, 2u);
  EXPECT_EQ(seen[2].at.number, 6u);
  const CaptureInfo& info = set.captures()[0];
  EXPECT_EQ(info.packets, 2u);
  EXPECT_EQ(info.filtered, 2u);
  EXPECT_EQ(info.bytes, 2 * web_packet(80).size());
  EXPECT_EQ(info.started, 100'000'000'000);
  EXPECT_EQ(info.ended, 103'000'000'000);  // of a packet that was dropped
  EXPECT_EQ(set.captures()[1].first_number, 5u);
}

TEST(CaptureSet, ABadFilterIsAUsageError) {
  const FileInMemory file = pcap_of(100, {80});
  SourceOptions options;
  options.filter = "tcp porn 80";
  EXPECT_THROW(CaptureSet({file.path()}, options), UsageError);
}

TEST(CaptureSet, BatchesAreNoLargerThanAsked) {
  const FileInMemory file = pcap_of(100, std::vector<std::uint16_t>(10, 80));
  for (FileAccess access : {FileAccess::read, FileAccess::map}) {
    SourceOptions options;
    options.batch_packets = 3;
    options.access = access;
    CaptureSet set({file.path()}, options);
    PacketBatch batch;
    std::vector<std::size_t> sizes;
    while (set.next(batch)) sizes.push_back(batch.packets.size());
    EXPECT_EQ(sizes, (std::vector<std::size_t>{3, 3, 3, 1}));
  }
}

TEST(CaptureSet, BatchesStayValidWhileOthersAreRead) {
  FileBytes bytes = pcap_file(ByteOrder::little);
  for (std::uint32_t i = 0; i < 20'000; ++i) add_record(bytes, {.seconds = i, .data = Octets(300, static_cast<std::uint8_t>(i))});
  const FileInMemory file(bytes.octets());
  for (FileAccess access : {FileAccess::read, FileAccess::map}) {
    SourceOptions options;
    options.access = access;
    CaptureSet set({file.path()}, options);
    std::vector<PacketBatch> batches(5);
    std::size_t read = 0;
    for (std::size_t turn = 0; set.next(batches[turn % 5]); ++turn) {
      read += batches[turn % 5].packets.size();
      for (const PacketBatch& batch : batches) {
        for (const Packet& packet : batch.packets) {
          ASSERT_EQ(packet.data.front(), static_cast<std::uint8_t>(packet.at.frame - 1));
          ASSERT_EQ(packet.data.back(), static_cast<std::uint8_t>(packet.at.frame - 1));
        }
      }
    }
    EXPECT_EQ(read, 20'000u);
  }
}

TEST(CaptureSet, TellsHowFarItIs) {
  const FileInMemory first = pcap_of(100, {1, 2}), second = pcap_of(200, {1});
  CaptureSet set({first.path(), second.path()}, {});
  const std::uint64_t size = 24 * 2 + 3 * (16 + web_packet(1).size());
  EXPECT_EQ(set.bytes_total(), size);
  EXPECT_EQ(set.bytes_read(), 0u);
  read_set(set);
  EXPECT_EQ(set.bytes_read(), size);
}

TEST(CaptureSet, ADamagedFileEndsAndTheNextOneIsRead) {
  FileBytes cut = pcap_file(ByteOrder::little);
  add_record(cut, {.seconds = 1, .data = {1}});
  cut.u32(2);
  const FileInMemory damaged(cut.octets()), whole = pcap_of(100, {1});
  CaptureSet set({damaged.path(), whole.path()}, {});
  EXPECT_EQ(read_set(set).size(), 2u);
  EXPECT_EQ(set.captures()[0].damaged_at, 24u + 17u);
  EXPECT_FALSE(set.captures()[1].damaged_at);
}

std::string complaint(const std::string& path) {
  try {
    CaptureSet set({path}, {});
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(CaptureSet, WhatIsNoCaptureIsAnErrorThatNamesIt) {
  EXPECT_EQ(complaint("/no/such/file"), "/no/such/file: No such file or directory");
  EXPECT_EQ(complaint("/"), "/: is a directory; name the capture files in it");
  EXPECT_EQ(complaint("/dev/null"), "/dev/null: is empty");
  const FileInMemory letter({'D', 'e', 'a', 'r', ' ', 'S', 'i', 'r'});
  EXPECT_EQ(complaint(letter.path()),
            letter.path() + ": is no capture file that is known (pcap, pcapng or snoop, or one of these in gzip, zstd or lz4)");
}

TEST(CaptureSet, OneBrokenFileOfSeveralIsAnErrorBeforeAnythingIsRead) {
  const FileInMemory whole = pcap_of(100, {1}), broken({1, 2, 3});
  EXPECT_THROW(CaptureSet({whole.path(), broken.path()}, {}), InputError);
}

TEST(CaptureSet, ANamedPipeIsReadAsItComes) {
  const fs::path folder = fs::temp_directory_path() / ("longwire_source_test_" + std::to_string(::getpid()));
  fs::create_directory(folder);
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  FileBytes bytes = pcap_file(ByteOrder::little);
  add_record(bytes, {.seconds = 1, .data = {1}});
  std::FILE* writer = std::fopen(path.c_str(), "r+");  // opened for both, so that neither end waits for the other
  std::fwrite(bytes.octets().data(), 1, bytes.octets().size(), writer);
  std::fflush(writer);
  CaptureSet set({path}, {});
  EXPECT_FALSE(set.bytes_total());
  PacketBatch batch;
  EXPECT_TRUE(set.next(batch));  // though the pipe's other end is still open
  EXPECT_EQ(batch.packets.size(), 1u);
  std::fclose(writer);
  EXPECT_FALSE(set.next(batch));
  fs::remove_all(folder);
}

// --- Real captures of other projects, with what tshark says is in them.

fs::path shared_captures() {
  const char* shared = std::getenv("LONGWIRE_SHARED");
  return (shared != nullptr ? fs::path(shared) : fs::path(SOURCE_DIR) / ".." / "shared") / "captures";
}

// "1102274184.317453000" -> nanoseconds.
Time nanoseconds(std::string text) {
  text.erase(text.find('.'), 1);
  return std::stoll(text);
}

// tshark counts the octets of custom blocks, which are no packets.
const std::map<std::string, std::uint64_t> octets_of_custom_blocks = {
    {"hadrielk+pcapng-test-generator/output_le/difficult/test202.pcapng", 24 + 60 + 32},
    {"hadrielk+pcapng-test-generator/output_be/advanced/test102.pcapng", 24 + 60 + 32},
};

TEST(RealCaptures, HoldWhatTsharkFindsInThem) {
  const fs::path captures = shared_captures();
  std::ifstream index(captures / "INDEX.tsv");
  if (!index) GTEST_SKIP() << "no captures at " << captures << "; LONGWIRE_SHARED names the folder above them";
  std::string line;
  std::getline(index, line);  // names of the columns
  std::size_t files = 0;
  while (std::getline(index, line)) {
    const std::string name = line.substr(0, line.find('\t'));
    SCOPED_TRACE(name);
    const auto truth = nlohmann::json::parse(std::ifstream(captures / "truth" / (name + ".json"))).at("capture");
    for (FileAccess access : {FileAccess::read, FileAccess::map}) {
      SourceOptions options;
      options.access = access;
      CaptureSet set({captures / name}, options);
      const std::vector<Seen> seen = read_set(set);
      const CaptureInfo& info = set.captures()[0];
      EXPECT_EQ(info.packets, truth.at("packets"));
      const auto custom = octets_of_custom_blocks.find(name);
      EXPECT_EQ(info.bytes + (custom == octets_of_custom_blocks.end() ? 0 : custom->second), truth.at("wire_bytes"));
      if (!seen.empty()) {
        EXPECT_EQ(seen.front().at.time, nanoseconds(truth.at("first_ts")));
        const std::string last = truth.at("last_ts");  // empty where the last frame is a custom block
        EXPECT_EQ(seen.back().at.time, last.empty() ? info.ended : nanoseconds(last));
      }
      const bool damaged = name.ends_with("corrupted.pcap");  // tshark: "File has 8323328-byte packet"
      EXPECT_EQ(info.damaged_at.has_value(), damaged) << info.damage;
    }
    ++files;
  }
  EXPECT_GE(files, 100u);
}

}  // namespace
}  // namespace longwire
