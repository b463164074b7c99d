#include "dissectors/wire_text.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

// The table of well-formed sequences: Unicode 15, table 3-7.
TEST(WireText, OnlyWellFormedCharactersAreUtf8) {
  EXPECT_EQ(utf8_character("a"), 1u);
  EXPECT_EQ(utf8_character("\xc3\xa9!"), 2u);
  EXPECT_EQ(utf8_character("\xe2\x82\xac"), 3u);
  EXPECT_EQ(utf8_character("\xf0\x9f\x98\x80"), 4u);
  EXPECT_EQ(utf8_character("\xf4\x8f\xbf\xbf"), 4u) << "U+10FFFF, the last one";
  EXPECT_EQ(utf8_character(""), 0u);
  EXPECT_EQ(utf8_character("\x80"), 0u) << "continuation without a start";
  EXPECT_EQ(utf8_character("\xc3"), 0u) << "cut";
  EXPECT_EQ(utf8_character("\xe2\x82"), 0u) << "cut";
  EXPECT_EQ(utf8_character("\xc0\x80"), 0u) << "overlong";
  EXPECT_EQ(utf8_character("\xe0\x9f\xbf"), 0u) << "overlong";
  EXPECT_EQ(utf8_character("\xf0\x8f\xbf\xbf"), 0u) << "overlong";
  EXPECT_EQ(utf8_character("\xed\xa0\x80"), 0u) << "surrogate";
  EXPECT_EQ(utf8_character("\xf4\x90\x80\x80"), 0u) << "above U+10FFFF";
  EXPECT_EQ(utf8_character("\xf5\x80\x80\x80"), 0u);
}

TEST(WireText, ForeignBytesAreIso88591) {
  std::string text = "is: ";
  append_as_utf8(text, "caf\xe9 caf\xc3\xa9 \x80");
  EXPECT_EQ(text, "is: caf\xc3\xa9 caf\xc3\xa9 \xc2\x80");
}

TEST(WireText, AnExcerptIsPrintable) {
  EXPECT_EQ(excerpt("GET /\r\n\x1b[31m \xff \xc3\xa9 \xc2\x9b"), "GET /\\x0d\\x0a\\x1b[31m \\xff \xc3\xa9 \\xc2\\x9b");
}

TEST(WireText, AnExcerptIsShort) {
  EXPECT_EQ(excerpt(std::string(1000, 'x')), std::string(200, 'x'));
}

}  // namespace
}  // namespace longwire
