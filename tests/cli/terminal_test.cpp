// Text made safe, measured and cut.
#include "cli/terminal.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(Printable, LeavesTextOfAnyLanguageAlone) {
  for (const char* text : {"", "plain ~ text", "größe", "日本語", "😀"}) EXPECT_EQ(printable(text), text);
}

TEST(Printable, ShowsControlCharactersAsEscapes) {
  EXPECT_EQ(printable("a\tb\r\n"), "a\\tb\\r\\n");
  EXPECT_EQ(printable(std::string("\0\x1b\x7f", 3)), "\\x00\\x1b\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u{9b}");  // the one-character form of ESC [
}

TEST(Printable, ShowsMarksThatTurnOrHideText) {
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\u{202e}");
  EXPECT_EQ(printable("\xe2\x80\x8b"), "\\u{200b}");
}

// RFC 3629 section 3 and 10: overlong forms, surrogates, above U+10FFFF, cut short, stray.
TEST(Printable, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xe6\x97"), "\\xe6\\x97");
  EXPECT_EQ(printable("\x80z"), "\\x80z");
}

TEST(CutTo, EndsWithAnEllipsisWhereSomethingIsLeftOut) {
  EXPECT_EQ(cut_to("größe", 5), "größe");
  EXPECT_EQ(cut_to("größer", 5), "größ…");
  EXPECT_EQ(cut_to("ab", 1), "…");
}

TEST(Wrapped, BreaksAtSpaces) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrapped("one two three", 8, 0), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("one two three", 8, 5), (Lines{"one", "two", "three"}));
  EXPECT_EQ(wrapped("one two", 8, 8), (Lines{"", "one two"}));
  EXPECT_EQ(wrapped("größe größe", 11, 0), (Lines{"größe größe"}));
  EXPECT_EQ(wrapped("a/long/path b", 4, 0), (Lines{"a/lo", "ng/p", "ath", "b"}));
  EXPECT_EQ(wrapped("one two", 0, 3), (Lines{"one two"}));
  EXPECT_EQ(wrapped("", 8, 0), (Lines{""}));
}

}  // namespace
}  // namespace longwire
