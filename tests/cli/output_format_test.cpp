// One answer in every format, and what hostile text becomes in it.
#include "cli/output_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace longwire {
namespace {

using Rows = std::vector<std::vector<Value>>;

const Terminal piped{};
const Terminal wide{.interactive = true, .colours = false, .width = 200};

std::string written(OutputFormat format, const std::vector<std::string>& names, const Rows& rows, const Terminal& terminal = piped) {
  std::ostringstream out;
  const auto writer = make_row_writer(format, out, terminal);
  writer->columns(names);
  for (const auto& row : rows) writer->row(row);
  writer->finish();
  return out.str();
}

const std::vector<std::string> names{"path", "status", "wait_ms"};
const Rows rows{{"/", 200, 1.5}, {"/größe", 404, nullptr}};

TEST(OutputFormat, TableAlignsTextLeftAndNumbersRight) {
  EXPECT_EQ(written(OutputFormat::table, names, rows),
            "path    status  wait_ms\n"
            "------  ------  -------\n"
            "/          200      1.5\n"
            "/größe     404\n");
}

TEST(OutputFormat, TableCutsTheWidestColumnsToTheTerminal) {
  const Terminal narrow{.interactive = true, .colours = false, .width = 31};
  EXPECT_EQ(written(OutputFormat::table, {"n", "one", "two"}, {{1, "short", std::string(100, 'x')}, {2, "abcdefghijklmnopqrstuvwxyz", "y"}},
                    narrow),
            "n  one            two\n"
            "─  ─────────────  ─────────────\n"
            "1  short          xxxxxxxxxxxx…\n"
            "2  abcdefghijkl…  y\n");
}

TEST(OutputFormat, TableCutsNamesButNeverNumbers) {
  const Terminal narrow{.interactive = true, .colours = false, .width = 12};
  EXPECT_EQ(written(OutputFormat::table, {"long_name", "text"}, {{123456, "abcdefghijklm"}}, narrow),
            "long_…  text\n"
            "──────  ────────\n"
            "123456  abcdefg…\n");
}

TEST(OutputFormat, TableWithoutRowsShowsTheColumns) {
  EXPECT_EQ(written(OutputFormat::table, {"a", "bc"}, {}), "a  bc\n-  --\n");
}

TEST(OutputFormat, TableOfManyRowsIsWrittenToItsEnd) {
  const Rows many(2500, {Value("x")});
  const std::string text = written(OutputFormat::table, {"a"}, many);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2502);
}

// RFC 4180 section 2, rules 5 to 7.
TEST(OutputFormat, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(
      written(OutputFormat::csv, {"a", "b,c"}, {{"plain", "with,comma"}, {"with \"quotes\"", "two\nlines"}, {nullptr, ""}, {-1, 0.1}}),
      "a,\"b,c\"\n"
      "plain,\"with,comma\"\n"
      "\"with \"\"quotes\"\"\",\"two\nlines\"\n"
      ",\"\"\n"
      "-1,0.1\n");
}

TEST(OutputFormat, JsonIsAnArrayOfObjects) {
  const auto parsed = nlohmann::json::parse(written(OutputFormat::json, names, rows));
  EXPECT_EQ(parsed,
            nlohmann::json::parse(R"([{"path": "/", "status": 200, "wait_ms": 1.5}, {"path": "/größe", "status": 404, "wait_ms": null}])"));
  EXPECT_EQ(written(OutputFormat::json, names, {}), "[]\n");
}

TEST(OutputFormat, NdjsonIsOneObjectALine) {
  EXPECT_EQ(written(OutputFormat::ndjson, {"b", "a"}, {{1, "x\ny"}, {BlobValue{std::string("\0\xff", 2)}, nullptr}}),
            "{\"b\":1,\"a\":\"x\\ny\"}\n{\"b\":\"00ff\",\"a\":null}\n");
}

TEST(OutputFormat, JsonKeepsColumnsOfOneName) {
  EXPECT_EQ(written(OutputFormat::ndjson, {"id", "id", "id"}, {{1, 2, 3}}), "{\"id\":1,\"id_2\":2,\"id_3\":3}\n");
}

TEST(OutputFormat, JsonStaysJsonWhateverTheBytes) {
  const auto parsed = nlohmann::json::parse(written(OutputFormat::json, {"a"}, {{std::string("\xff\x80ok\0", 5)}}));
  EXPECT_THAT(parsed[0]["a"].get<std::string>(), ::testing::HasSubstr("ok"));
}

TEST(OutputFormat, MarkdownIsAPipeTable) {
  EXPECT_EQ(written(OutputFormat::markdown, {"path", "n"}, {{"/a|b<i>", 5}, {"two\nlines", 6}}),
            "| path | n |\n"
            "| --- | ---: |\n"
            "| /a\\|b&lt;i> | 5 |\n"
            "| two\\\\nlines | 6 |\n");
}

// A header that would clear the screen, set the title, and turn the text around: a terminal must never get it.
TEST(OutputFormat, NothingHostileReachesATerminal) {
  const std::string hostile =
      "a\x1b[2J\x1b]0;owned\x07\r\nb\xc2\x9b"
      "31m\xe2\x80\xaez";
  for (const OutputFormat format :
       {OutputFormat::table, OutputFormat::csv, OutputFormat::json, OutputFormat::ndjson, OutputFormat::markdown}) {
    const std::string text = written(format, {hostile}, {{hostile}}, wide);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\x07'), std::string::npos);
    EXPECT_EQ(text.find('\r'), std::string::npos);
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  }
}

// A file is shown on a terminal sooner or later; line breaks and tabs do nothing there.
TEST(OutputFormat, PipedCsvIsHarmlessToo) {
  EXPECT_EQ(written(OutputFormat::csv, {"a"}, {{"\x1b[2J"}, {"\xff"}, {"one\n\ttwo"}, {"one\rtwo"}}),
            "a\n\\x1b[2J\n\\xff\n\"one\n\ttwo\"\none\\rtwo\n");
}

// What a spreadsheet would run. Numbers are numbers, whatever their sign.
TEST(OutputFormat, CsvHoldsNoFormulas) {
  EXPECT_EQ(written(OutputFormat::csv, {"=a()"},
                    {{"=HYPERLINK(\"http://x\",\"y\")"},
                     {"+1+1"},
                     {"-2+3"},
                     {"@SUM(1)"},
                     {"\t=1"},
                     {"\xef\xbc\x9d"
                      "1"},
                     {-5},
                     {-0.5},
                     {"a=b"}}),
            "'=a()\n\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\n'+1+1\n'-2+3\n'@SUM(1)\n'\t=1\n'\xef\xbc\x9d"
            "1\n-5\n-0.5\na=b\n");
}

// An image would be fetched by whoever reads the page.
TEST(OutputFormat, MarkdownHoldsNoMarkup) {
  EXPECT_EQ(written(OutputFormat::markdown, {"a"}, {{"![x](http://evil/)"}, {"`|*\\|"}, {"under_score"}}),
            "| a |\n| --- |\n| !\\[x\\](http://evil/) |\n| \\`\\|\\*\\\\\\| |\n| under_score |\n");
}

TEST(OutputFormat, IsKnownByName) {
  EXPECT_EQ(output_format("ndjson"), OutputFormat::ndjson);
  EXPECT_THROW(output_format("xml"), UsageError);
}

}  // namespace
}  // namespace longwire
