// What a person sees first of a small capture.
#include "cli/report_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "capture/error.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReportCommand : public ::testing::Test {
 protected:
  std::string output(const std::vector<std::string>& arguments) {
    ::testing::internal::CaptureStdout();
    const int code = run_report(arguments);
    std::string text = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(code, 0);
    return text;
  }
  // One capture with one connection and its exchange.
  void write_small() {
    RowBatch batch;
    batch.add(capture_row(1));
    batch.add(connection_row(1));
    batch.add(exchange_row(1000, 1));
    write_database(path_, batch);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("example.db");
};

TEST_F(ReportCommand, TellsASmallCaptureOnOneScreen) {
  write_small();
  const std::string text = output({path_});
  EXPECT_THAT(text, HasSubstr("example.pcap"));
  EXPECT_THAT(text, HasSubstr("1970-01-01 00:00:00"));  // the example's packets begin at the epoch
  EXPECT_THAT(text, ::testing::ContainsRegex("http1 +short +unused +0 +1 +1"));
  EXPECT_THAT(text, ::testing::ContainsRegex("200 +OK +1"));
  EXPECT_LE(std::ranges::count(text, '\n'), 24);
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "no colours where piped";
}

TEST_F(ReportCommand, LeavesOutWhatHasNoData) {
  write_small();
  const std::string text = output({path_});
  EXPECT_THAT(text, Not(HasSubstr("Anomalies")));
  EXPECT_THAT(text, Not(HasSubstr("damaged_at")));
  write_database(path_, {}, {.force = true});
  EXPECT_EQ(output({path_}), "No packets.\n");
  EXPECT_EQ(output({path_, "--format", "json"}), "{}\n");
}

TEST_F(ReportCommand, ShowsTheFirstFewAndSaysHowToSeeTheRest) {
  RowBatch batch;
  for (std::int64_t n = 1; n <= 20; ++n) {
    AnomalyRow row;
    row.id = n;
    row.code = batch.arena.copy("http1.example" + std::to_string(n));
    batch.add(row);
  }
  write_database(path_, batch);
  const std::string text = output({path_});
  EXPECT_THAT(text, HasSubstr("more: longwire query " + path_ + " anomaly_summary\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 1 + 8 + 1);  // title, columns' names, eight rows, the hint
}

TEST_F(ReportCommand, IsAlsoJson) {
  write_small();
  const auto report = nlohmann::json::parse(output({path_, "--format", "json"}));
  EXPECT_EQ(report["statuses"], nlohmann::json::parse(R"([{"status": 200, "reason": "OK", "exchanges": 1}])"));
  EXPECT_EQ(report["connections"][0]["kind"], "short");
  EXPECT_EQ(report["slowest"][0]["wait_ms"], 5.0);
}

TEST_F(ReportCommand, NeedsOneDatabase) {
  EXPECT_THROW(run_report({}), UsageError);
  EXPECT_THROW(run_report({"a.db", "b.db"}), UsageError);
  EXPECT_THROW(run_report({directory_.file("missing.db")}), InputError);
  write_small();
  EXPECT_THROW(run_report({path_, "--format", "csv"}), UsageError);
}

}  // namespace
}  // namespace longwire
