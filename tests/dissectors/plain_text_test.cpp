// Sixteen bytes at a time must say what one byte at a time says: every byte at every place of texts of every length up to
// more than twice as many, and beside every other byte.
#include "dissectors/plain_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace longwire {
namespace {

bool ascii(char c) {
  return static_cast<std::uint8_t>(c) < 0x80;
}
bool plain(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

constexpr std::size_t longest = 36;

TEST(PlainText, EveryByteAtEveryPlaceIsSeen) {
  for (std::size_t length = 1; length <= longest; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'a');
        text[place] = static_cast<char>(byte);
        ASSERT_EQ(all_ascii(text), ascii(text[place])) << byte << " at " << place << " of " << length;
        ASSERT_EQ(all_plain_in_json(text), plain(text[place])) << byte << " at " << place << " of " << length;
        ASSERT_EQ(all_plain_without_at(text), plain(text[place]) && byte != '@') << byte << " at " << place << " of " << length;
      }
    }
  }
}

// What a test leaves in the bits of the next byte must not hide it, nor accuse it.
TEST(PlainText, AByteIsJudgedAloneWhateverIsBesideIt) {
  for (int left = 0; left < 256; ++left) {
    for (int right = 0; right < 256; ++right) {
      const std::string text{'x', static_cast<char>(left), static_cast<char>(right), 'x', 'x', 'x', 'x', 'x', 'x'};
      ASSERT_EQ(all_ascii(text), std::ranges::all_of(text, ascii)) << left << " " << right;
      ASSERT_EQ(all_plain_in_json(text), std::ranges::all_of(text, plain)) << left << " " << right;
    }
  }
}

TEST(PlainText, NothingIsPlain) {
  EXPECT_TRUE(all_ascii({}));
  EXPECT_TRUE(all_plain_in_json({}));
}

}  // namespace
}  // namespace longwire
