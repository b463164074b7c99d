#include "dissectors/utf8_check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dissectors/wire_text.h"

namespace longwire {
namespace {

// Whether it is UTF-8, cut at `cut`; -1 = told before its end that it is not.
int checked(std::string_view text, std::size_t cut) {
  Utf8Check check;
  check.add(as_bytes(text.substr(0, cut)));
  check.add(as_bytes(text.substr(cut)));
  return check.whole() ? 1 : check.sound() ? 0 : -1;
}

void expect_at_every_cut(std::string_view text, int expected) {
  for (std::size_t cut = 0; cut <= text.size(); ++cut) EXPECT_EQ(checked(text, cut), expected) << "cut at " << cut;
}

TEST(Utf8Check, CharactersOfEveryLength) {
  expect_at_every_cut("", 1);
  expect_at_every_cut("more than a word of plain ASCII", 1);
  expect_at_every_cut("\x7f\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", 1);
}

// Unicode 15, section 3.9: overlong forms, surrogates, what lies beyond U+10FFFF, stray bytes.
TEST(Utf8Check, WhatIsNoCharacter) {
  for (const std::string_view wrong : {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                                       "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3(", "\xe2\x82(", "\xf0\x9f\x98("})
    expect_at_every_cut(std::string("12345678 ").append(wrong), -1);
}

TEST(Utf8Check, ACharacterThatIsCutAtTheEnd) {
  for (const std::string_view cut : {"\xc3", "\xe2", "\xe2\x82", "\xf0", "\xf0\x9f", "\xf0\x9f\x98"})
    expect_at_every_cut(std::string("abc").append(cut), 0);
}

// Every pair of bytes, and every triple that begins with one of a character's: against utf8_character(), which reads whole ones.
TEST(Utf8Check, AgreesWithReadingWholeCharacters) {
  const auto whole = [](std::string_view text) {
    while (!text.empty()) {
      const std::size_t length = utf8_character(text);
      if (length == 0) return false;
      text.remove_prefix(length);
    }
    return true;
  };
  for (unsigned n = 0; n < 0x1000000; n += n < 0x10000 ? 1 : 7) {
    const char bytes[3] = {static_cast<char>(n & 0xff), static_cast<char>(n >> 8 & 0xff), static_cast<char>(n >> 16)};
    const std::string_view text(bytes, n < 0x10000 ? 2 : 3);
    ASSERT_EQ(checked(text, 1) == 1, whole(text)) << n;
  }
}

}  // namespace
}  // namespace longwire
