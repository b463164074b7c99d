// What is written is read back: by our own reader, and by capinfos and tshark where they are installed.
#include "capture/pcapng_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "capture/error.h"
#include "tests/capture_files.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::HasSubstr;

constexpr Time second = 1'000'000'000;
constexpr Time noon = 1'795'867'200 * second;  // 2026-11-28 12:00:00 UTC

InterfaceInfo interface(const std::string& name, LinkType link) {
  InterfaceInfo info;
  info.name = name;
  info.link = link;
  return info;
}

Packet packet(const Octets& data, Time time, std::uint32_t interface = 0, std::uint32_t wire_length = 0) {
  Packet packet;
  packet.at.time = time;
  packet.interface = interface;
  packet.data = data;
  packet.wire_length = wire_length != 0 ? wire_length : static_cast<std::uint32_t>(data.size());
  return packet;
}

Octets contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Octets(std::istreambuf_iterator<char>(file), {});
}

std::string said(const std::string& command) {
  std::string text;
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
  pclose(pipe);
  return text;
}

// No file of this program grows beyond `bytes`, as on a disk with no more room; as long as the object lives.
class LittleRoom {
 public:
  explicit LittleRoom(std::size_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit little{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &little);
  }
  ~LittleRoom() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

class PcapngWriting : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  const std::string path_ = directory_.file("written.pcapng");
};

TEST_F(PcapngWriting, PacketsOfSeveralInterfacesAreReadBackToTheNanosecond) {
  InterfaceInfo first = interface("eth0", LinkType::ethernet), second_one = interface("tun0", LinkType::raw);
  first.filter = "tcp port 80";
  first.snaplen = 96;
  first.description = "uplink";
  PcapngWriter writer(path_, "longwire 1.2.3", {first, second_one});
  EXPECT_TRUE(writer.write(packet({1, 2, 3, 4, 5}, noon + 7, 0, 1500)));
  EXPECT_TRUE(writer.write(packet({6, 7, 8, 9}, noon + second - 1, 1)));
  EXPECT_TRUE(writer.write(packet({}, noon + second, 0, 60)));
  first.received = 1000;
  first.dropped = 21;
  EXPECT_TRUE(writer.finish(std::vector{first, second_one}));
  EXPECT_EQ(writer.packets(), 3u);
  EXPECT_EQ(writer.bytes(), std::filesystem::file_size(path_));

  const ReadFile read = read_file(contents(path_));
  EXPECT_EQ(read.info.damage, "");
  ASSERT_EQ(read.info.interfaces.size(), 2u);
  EXPECT_EQ(read.info.interfaces[0].name, "eth0");
  EXPECT_EQ(read.info.interfaces[0].description, "uplink");
  EXPECT_EQ(read.info.interfaces[0].filter, "tcp port 80");
  EXPECT_EQ(read.info.interfaces[0].snaplen, 96u);
  EXPECT_EQ(read.info.interfaces[0].received, 1000u);
  EXPECT_EQ(read.info.interfaces[0].dropped, 21u);
  EXPECT_EQ(read.info.interfaces[1].name, "tun0");
  EXPECT_EQ(read.info.interfaces[1].received, std::nullopt);
  ASSERT_EQ(read.packets.size(), 3u);
  EXPECT_EQ(read.packets[0].at.time, noon + 7);
  EXPECT_EQ(read.packets[0].data, (Octets{1, 2, 3, 4, 5}));
  EXPECT_EQ(read.packets[0].wire_length, 1500u);
  EXPECT_EQ(read.packets[1].at.time, noon + second - 1);
  EXPECT_EQ(read.packets[1].link, LinkType::raw);
  EXPECT_EQ(read.packets[1].interface, 1u);
  EXPECT_EQ(read.packets[2].data, Octets{});
}

TEST_F(PcapngWriting, OtherProgramsUnderstandIt) {
  if (said("capinfos --version && tshark --version").find("not found") != std::string::npos)
    GTEST_SKIP() << "capinfos or tshark is not installed";
  InterfaceInfo eth0 = interface("eth0", LinkType::ethernet);
  eth0.filter = "tcp port 80";
  eth0.snaplen = 96;
  PcapngWriter writer(path_, "longwire 1.2.3", {eth0, interface("tun0", LinkType::raw)});
  writer.write(packet(Octets(60, 0), noon + 7, 0, 1500));
  writer.write(packet(Octets(61, 0x45), noon + second, 1));
  eth0.received = 1000;
  eth0.dropped = 21;
  writer.finish(std::vector{eth0, interface("tun0", LinkType::raw)});

  const std::string information = said("capinfos '" + path_ + "'");
  for (const char* line :
       {"Capture application: longwire 1.2.3", "Number of packets:   2", "Number of interfaces in file: 2", "Name = eth0", "Name = tun0",
        "Encapsulation = Ethernet (1 - ether)", "Encapsulation = Raw IP (7 - rawip)", "Capture length = 96", "Filter string = tcp port 80",
        "Time precision = nanoseconds (9)", "Time ticks per second = 1000000000", "Number of stat entries = 1"})
    EXPECT_THAT(information, HasSubstr(line));
  const std::string frames =
      said("tshark -r '" + path_ + "' -T fields -e frame.time_epoch -e frame.len -e frame.cap_len -e frame.interface_name");
  EXPECT_THAT(frames, HasSubstr("1795867200.000000007\t1500\t60\teth0\n1795867201.000000000\t61\t61\ttun0\n"));
}

TEST_F(PcapngWriting, WithoutAPacketItIsAFileAllTheSame) {
  PcapngWriter writer(path_, "longwire", {interface("eth0", LinkType::ethernet)});
  const ReadFile read = read_file(contents(path_));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.info.interfaces.size(), 1u);
}

TEST_F(PcapngWriting, OthersCanReadWhatWasFlushed) {
  PcapngWriter writer(path_, "longwire", {interface("eth0", LinkType::ethernet)});
  writer.write(packet({1}, noon));
  EXPECT_EQ(read_file(contents(path_)).packets.size(), 0u);
  EXPECT_TRUE(writer.flush());
  EXPECT_EQ(read_file(contents(path_)).packets.size(), 1u);
}

TEST_F(PcapngWriting, OnlyItsOwnerMayReadIt) {
  PcapngWriter writer(path_, "longwire", {});
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(PcapngWriting, AFileThatCannotBeMadeIsToldAtOnce) {
  const auto refusal = [](const std::string& path) -> std::string {
    try {
      PcapngWriter(path, "longwire", {});
    } catch (const OutputError& error) {
      return error.what();
    }
    return "no OutputError";
  };
  const std::string nowhere = directory_.file("missing/file.pcapng");
  EXPECT_EQ(refusal(nowhere), "cannot write " + nowhere + ": No such file or directory");
  EXPECT_EQ(refusal("/dev/full"), "cannot write /dev/full: No space left on device");
}

// Wherever the room ends, in a block or between two: what lies on disk ends with a whole block, and when there is room again
// nothing of what was taken is missing.
TEST_F(PcapngWriting, AFullDiskPausesItBetweenTwoBlocks) {
  constexpr std::size_t block = 32 + 100, packets = 10;
  for (std::size_t room = 500; room < 500 + block + 4; ++room) {
    PcapngWriter writer(path_, "longwire", {interface("eth0", LinkType::ethernet)});
    const auto take = [&](std::size_t n) { return writer.write(packet(Octets(100, static_cast<std::uint8_t>(n)), noon + n)); };
    {
      const LittleRoom little(room);
      for (std::size_t n = 0; n < packets; ++n) EXPECT_TRUE(take(n));
      EXPECT_FALSE(writer.flush());
      EXPECT_EQ(writer.problem(), "cannot write " + path_ + ": File too large");
      EXPECT_FALSE(take(98));  // without a try: one system call a packet would be too many
      EXPECT_FALSE(writer.flush());
      EXPECT_FALSE(take(99));
    }
    const ReadFile paused = read_file(contents(path_));
    EXPECT_EQ(paused.info.damage, "");
    EXPECT_EQ(paused.packets.size(), (room - (writer.bytes() - packets * block)) / block);

    EXPECT_FALSE(take(97));
    EXPECT_TRUE(writer.flush());
    EXPECT_EQ(writer.problem(), "");
    EXPECT_TRUE(take(packets));
    EXPECT_TRUE(writer.finish({}));
    EXPECT_EQ(writer.refused(), 3u);
    const ReadFile read = read_file(contents(path_));
    EXPECT_EQ(read.info.damage, "");
    ASSERT_EQ(read.packets.size(), packets + 1);
    for (std::size_t n = 0; n <= packets; ++n) EXPECT_EQ(read.packets[n].data, Octets(100, static_cast<std::uint8_t>(n)));
  }
}

TEST_F(PcapngWriting, WhatWaitsInMemoryIsBounded) {
  const Octets large(1500, 1);
  const LittleRoom little(1000);
  PcapngWriter writer(path_, "longwire", {interface("eth0", LinkType::ethernet)});
  for (int n = 0; n < 1000; ++n) writer.write(packet(large, noon + n));
  EXPECT_LT(writer.bytes(), 300'000u);
  EXPECT_EQ(writer.packets() + writer.refused(), 1000u);
  EXPECT_GT(writer.refused(), 800u);
}

TEST_F(PcapngWriting, ManyPacketsOfAllSizes) {
  PcapngWriter writer(path_, "longwire", {interface("eth0", LinkType::ethernet)});
  for (std::size_t n = 0; n < 3000; ++n) ASSERT_TRUE(writer.write(packet(Octets(n, static_cast<std::uint8_t>(n)), noon + n)));
  ASSERT_TRUE(writer.write(packet(Octets(256 << 10, 9), noon)));  // the largest that there is
  ASSERT_TRUE(writer.finish({}));
  const ReadFile read = read_streamed(contents(path_));
  ASSERT_EQ(read.packets.size(), 3001u);
  for (std::size_t n = 0; n < 3000; ++n) ASSERT_EQ(read.packets[n].data, Octets(n, static_cast<std::uint8_t>(n)));
}

}  // namespace
}  // namespace longwire
