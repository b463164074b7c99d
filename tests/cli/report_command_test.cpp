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
  std::string output(std::vector<std::string> arguments) {
    arguments.emplace_back("--no-sandbox");  // which would confine the other tests, too
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

// Two probes without an answer, then the prober's RST; and on another connection a request that crossed the server's FIN.
TEST_F(ReportCommand, TellsOfPeersThatAreGoneAndOfRacesWhereThereAreAny) {
  RowBatch batch;
  batch.add(capture_row(1));
  const auto event = [&](std::int64_t connection_id, std::int64_t at_ms, Text side, Text kind) {
    TcpEventRow row;
    row.connection_id = connection_id;
    row.time_ns = at_ms * ms;
    row.side = side;
    row.kind = kind;
    batch.add(row);
  };
  ConnectionRow gone = connection_row(1);
  gone.close_kind = "rst";
  gone.closed_first = "client";
  gone.client_unacknowledged_bytes = gone.server_unacknowledged_bytes = 0;
  batch.add(gone);
  for (std::int64_t ordinal = 1; ordinal <= 2; ++ordinal) {
    KeepaliveProbeRow probe;
    probe.id = ordinal;
    probe.connection_id = 1;
    probe.prober = "client";
    probe.episode = 1;
    probe.ordinal = ordinal;
    probe.time_ns = (60'000 + 10'000 * ordinal) * ms;
    probe.frame = ordinal;
    probe.idle_before_ns = (ordinal == 1 ? 60'000 : 10'000) * ms;
    probe.answer = "none";
    batch.add(probe);
  }
  event(1, 90'000, "client", "rst");
  ConnectionRow raced = connection_row(2);
  raced.close_kind = "rst";
  raced.exchanges = 2;
  raced.client_unacknowledged_bytes = 90;
  raced.server_unacknowledged_bytes = 0;
  batch.add(raced);
  batch.add(exchange_row(2000, 2));
  HttpExchangeRow late = exchange_row(2001, 2, 2, 5000);
  late.idle_before_ns = 4964 * ms;
  late.status = late.response_start_ns = late.response_end_ns = Integer{};
  late.complete = 0;
  batch.add(late);
  event(2, 5010, "server", "fin");
  event(2, 5020, "server", "rst");
  write_database(path_, batch);
  const std::string text = output({path_});
  EXPECT_THAT(text, ::testing::ContainsRegex("192.0.2.1:80 +client +crashed +60 +10 +2 +1 +1 +2"));
  EXPECT_THAT(text, ::testing::ContainsRegex("peer_lost +client +1"));
  EXPECT_THAT(text, ::testing::ContainsRegex("request_reset +server +1 +90"));
  EXPECT_THAT(text, ::testing::ContainsRegex("error +idle_timeout_race +1 request of 10.0.0.1 crossed the close"));
  EXPECT_THAT(text, ::testing::ContainsRegex("error +peer_lost +the server 192.0.2.1.* \\(frame 1\\)"));
  EXPECT_THAT(text, HasSubstr("more: longwire query " + path_ + " findings\n")) << "what to do stands there";
  const auto report = nlohmann::json::parse(output({path_, "--format", "json"}));
  EXPECT_EQ(report["findings"][0]["severity"], "error");
}

TEST_F(ReportCommand, KeepsSecretsToItself) {  // also those that --keep-secrets left in the database
  RowBatch batch;
  batch.add(capture_row(1));
  batch.add(connection_row(1));
  HttpExchangeRow row = exchange_row(1000, 1);
  row.request_headers = R"([["Authorization","Basic S3CRET"],["Cookie","sid=S3CRET"]])";
  row.response_headers = R"([["Set-Cookie","sid=S3CRET"]])";
  batch.add(row);
  HttpAuthenticationRow authentication;
  authentication.exchange_id = 1000;
  authentication.status = 401;
  authentication.scheme_used = "basic";
  authentication.stale = authentication.continued = 0;
  batch.add(authentication);
  for (const Text direction : {"sent", "sent", "set"}) {
    HttpCookieRow cookie;
    cookie.exchange_id = 1000;
    cookie.connection_id = 1;
    cookie.direction = direction;
    cookie.ordinal = 1;
    cookie.name = "sid";
    cookie.value = "S3CRET";
    cookie.host = "example.com";
    cookie.secure = 1;
    cookie.time_ns = 30 * ms;
    batch.add(cookie);
  }
  AnomalyRow anomaly;
  anomaly.id = 1;
  anomaly.connection_id = 1;
  anomaly.layers = "http1";
  anomaly.code = "http1.start_line";
  anomaly.detail = "Authorization: Basic S3CRET";
  batch.add(anomaly);
  write_database(path_, batch);
  EXPECT_THAT(output({path_}), Not(HasSubstr("S3CRET")));
  EXPECT_THAT(output({path_, "--format", "json"}), Not(HasSubstr("S3CRET")));
  EXPECT_EQ(ask(path_, "SELECT count(*) FROM findings WHERE summary LIKE '%S3CRET%' OR advice LIKE '%S3CRET%'"), (Answer{{"0"}}));
  EXPECT_NE(ask(path_, "SELECT count(*) FROM findings"), (Answer{{"0"}})) << "else this tests nothing";
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
