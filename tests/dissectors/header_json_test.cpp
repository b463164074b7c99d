#include "dissectors/header_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace longwire {
namespace {

std::string json(std::initializer_list<std::pair<std::string_view, std::string_view>> fields, const Secrets* secrets = nullptr) {
  std::string out = "before ";
  HeaderJson list(out, secrets);
  for (const auto& [name, value] : fields) list.add(name, value);
  list.finish();
  return out;
}

TEST(HeaderJson, FieldsKeepTheirOrderCaseAndRepetition) {
  EXPECT_EQ(json({{"Host", "a"}, {"ACCEPT", "*/*"}, {"accept", ""}}), R"(before [["Host","a"],["ACCEPT","*/*"],["accept",""]])");
}

TEST(HeaderJson, NoFieldsAreAnEmptyList) {
  EXPECT_EQ(json({}), "before []");
}

TEST(HeaderJson, QuotesBackslashesAndControlsAreEscaped) {
  EXPECT_EQ(json({{"ETag", "\"x\""}, {"a\\b", std::string_view("\0\t\x1f\x7f", 4)}}),
            R"(before [["ETag","\"x\""],["a\\b","\u0000\u0009\u001f\u007f"]])");
}

TEST(HeaderJson, Utf8StaysAndOtherBytesAreIso88591) {
  EXPECT_EQ(json({{"x", "caf\xc3\xa9"}}), "before [[\"x\",\"caf\xc3\xa9\"]]");
  EXPECT_EQ(json({{"x", "caf\xe9"}}), "before [[\"x\",\"caf\xc3\xa9\"]]");
  EXPECT_EQ(json({{"x", "\xff\xf0\x9f\x98\x80\""}}), "before [[\"x\",\"\xc3\xbf\xf0\x9f\x98\x80\\\"\"]]");
}

TEST(HeaderJson, AListCanBeReadBack) {
  const std::string list = json({{"Upgrade", "h2c"}, {"X-Odd", "\"q\" \\ \x01 caf\xe9"}, {"Empty", ""}, {"upgrade", "websocket"}});
  std::string all;
  for (HeaderJsonFields fields(list); fields.next();) all += fields.name() + "=" + fields.value() + ";";
  EXPECT_EQ(all, "Upgrade=h2c;X-Odd=\"q\" \\ \x01 caf\xc3\xa9;Empty=;upgrade=websocket;");
  EXPECT_FALSE(HeaderJsonFields("[]").next());
  EXPECT_FALSE(HeaderJsonFields({}).next());
}

TEST(HeaderJson, SecretsAreTokens) {
  const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  std::string token;
  secrets.append_token(token, "1");
  EXPECT_EQ(json({{"cookie", "a=1"}, {"Host", "a"}}, &secrets), "before [[\"cookie\",\"a=" + token + "\"],[\"Host\",\"a\"]]");
  EXPECT_EQ(json({{"Cookie", "\"a\"=1"}}, &secrets), "before [[\"Cookie\",\"\\\"a\\\"=" + token + "\"]]");
}

TEST(HeaderJson, AnyBytesGiveJsonThatAnotherParserReads) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string name(random() % 9, '\0'), value(random() % 40, '\0');
    for (char& c : name) c = static_cast<char>(random());
    for (char& c : value) c = static_cast<char>(random());
    std::string out;
    HeaderJson list(out, nullptr);
    list.add(name, value);
    list.finish();
    const auto parsed = nlohmann::json::parse(out, nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << out;
    std::string expected;
    append_as_utf8(expected, value);
    ASSERT_EQ(parsed[0][1].get<std::string>(), expected);
  }
}

}  // namespace
}  // namespace longwire
