// HPACK beside libnghttp2: what its deflater makes is read, and what its inflater reads, right or wrong, ours reads alike.
#include <gtest/gtest.h>

#include <random>

#include "dissectors/hpack.h"
#include "tests/header_blocks.h"
#include "tests/peer_inflater.h"

namespace longwire::test {
namespace {

constexpr int connections = 60, blocks = 60;  // a second or so

std::string without_sizes(std::string lines) {
  for (std::size_t at = 0; (at = lines.find("size\n", at)) != std::string::npos;) {
    at == 0 || lines[at - 1] == '\n' ? static_cast<void>(lines.erase(at, 5)) : static_cast<void>(at += 5);
  }
  return lines;
}

// Lists of fields as connections have them: much is said again, some of it a little different.
class Talker {
 public:
  explicit Talker(unsigned seed) : random_(seed) {}

  std::vector<PeerDeflater::Field> list() {
    std::vector<PeerDeflater::Field> list;
    for (int left = below(12); left >= 0; --left) {
      if (said_.empty() || below(3) == 0) said_.push_back({text(20, true), text(below(8) == 0 ? 3000 : 40, false), below(10) == 0});
      PeerDeflater::Field field = said_[static_cast<std::size_t>(below(static_cast<int>(said_.size())))];
      if (below(4) == 0) field.value = text(30, false);
      list.push_back(field);
    }
    return list;
  }
  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

 private:
  std::string text(int longest, bool name) {
    static constexpr std::string_view names = "abcdefghijklmnopqrstuvwxyz-";
    std::string made;
    for (int left = below(longest) + name; left > 0; --left) {
      made += name ? names[static_cast<std::size_t>(below(static_cast<int>(names.size())))]
                   : static_cast<char>(below(3) == 0 ? below(256) : 32 + below(90));
    }
    return made;
  }
  std::mt19937 random_;
  std::vector<PeerDeflater::Field> said_;
};

std::string lines_of(const std::vector<PeerDeflater::Field>& list) {
  std::string lines;
  for (const auto& field : list) lines += field.name + ": " + field.value + (field.never_indexed ? " ! never\n" : "\n");
  return lines;
}

TEST(HpackPeer, WhatItsDeflaterMakesIsRead) {
  for (unsigned seed = 0; seed < connections; ++seed) {
    Talker talker(seed);
    PeerDeflater deflater(4096);
    HpackDecoder decoder;
    decoder.allow(1 << 16);
    for (int block = 0; block < blocks; ++block) {
      if (talker.below(10) == 0) deflater.resize(static_cast<std::size_t>(talker.below(4097)));
      const auto list = talker.list();
      ASSERT_EQ(without_sizes(decoded(decoder, deflater.block(list))), lines_of(list)) << "connection " << seed << " block " << block;
    }
    EXPECT_FALSE(decoder.damaged());
  }
}

// A block with a byte changed may still be one, and means something else then: as long as the peer reads on, so do we, and
// the tables stay the same.
TEST(HpackPeer, WhatItsInflaterReadsIsReadAlike) {
  int read = 0, refused = 0;
  for (unsigned seed = 1000; seed < 1000 + 10 * connections; ++seed) {
    Talker talker(seed);
    PeerDeflater deflater(4096);
    PeerInflater inflater;
    HpackDecoder decoder;
    for (int block = 0; block < blocks; ++block) {
      std::string bytes = deflater.block(talker.list());
      if (talker.below(4) == 0 && !bytes.empty())
        bytes[static_cast<std::size_t>(talker.below(static_cast<int>(bytes.size())))] = static_cast<char>(talker.below(256));
      const auto expected = inflater.decoded(bytes);
      const std::string ours = decoded(decoder, bytes);
      if (!expected) {
        ++refused;
        EXPECT_TRUE(ours.ends_with("...\n") || ours.find(" ! http2.hpack.") != std::string::npos ||
                    ours.find("\nsize\n") != std::string::npos)
            << ours;
        break;
      }
      ++read;
      ASSERT_EQ(without_sizes(ours), *expected) << "connection " << seed << " block " << block;
    }
  }
  EXPECT_GT(read, 1000);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace longwire::test
