#include "dissectors/backlog.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace longwire {
namespace {

Stamp packet(std::uint64_t number) {
  return {static_cast<Time>(number), number, number};
}

TEST(Backlog, MarksTellWhichPacketCarriedWhat) {
  Backlog backlog;
  backlog.append(100, as_bytes("abc"), packet(1));
  backlog.append(103, as_bytes("de"), packet(1));
  backlog.append(105, as_bytes("f"), packet(2));
  EXPECT_EQ(as_text(backlog.bytes()), "abcdef");
  ASSERT_EQ(backlog.marks().size(), 2u) << "one a packet";
  EXPECT_EQ(backlog.marks()[0].offset, 100u);
  EXPECT_EQ(backlog.marks()[1].offset, 105u);
  backlog.consume(4);
  EXPECT_EQ(as_text(backlog.bytes()), "ef");
  EXPECT_EQ(backlog.marks()[0].at.number, 1u);
  backlog.consume(1);
  EXPECT_EQ(as_text(backlog.bytes()), "f");
  EXPECT_EQ(backlog.marks()[0].at.number, 2u);
}

// Against a plain string that never forgets.
TEST(Backlog, HoldsWhatIsLeftOfAStream) {
  std::mt19937 random(3);
  Backlog backlog;
  std::string stream;
  std::vector<std::uint64_t> packets;  // of each byte
  std::size_t used = 0;
  for (std::uint64_t number = 1; number < 3000; ++number) {
    const std::string more(1 + random() % 20, static_cast<char>('a' + number % 26));
    backlog.append(stream.size(), as_bytes(more), packet(number));
    stream += more;
    packets.insert(packets.end(), more.size(), number);
    const std::size_t count = std::min<std::size_t>(backlog.size(), random() % 25);
    backlog.consume(count);
    used += count;
    ASSERT_EQ(as_text(backlog.bytes()), std::string_view(stream).substr(used));
    if (backlog.empty()) continue;
    ASSERT_EQ(backlog.marks().front().at.number, packets[used]);
    ASSERT_LE(backlog.marks().front().offset, used);
    ASSERT_EQ(backlog.marks().back().at.number, number);
  }
}

}  // namespace
}  // namespace longwire
