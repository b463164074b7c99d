// How clients get news, and how WebSockets live and die: what the views conclude from rows written by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/example_database.h"

namespace longwire {
namespace {

constexpr std::int64_t second = 1000;  // ms, as all times below

class PushViews : public ::testing::Test {
 protected:
  PushViews() {
    CaptureRow capture = capture_row(1);
    capture.ended_ns = 10'000 * second * ms;
    rows().add(capture);
  }
  RowBatch& rows() { return database_.rows; }
  Answer answer(const std::string& sql) { return database_.answer(sql); }

  // What a client asks again and again over one connection, and how it is answered.
  struct Series {
    std::int64_t connection_id = 1;
    std::vector<std::int64_t> starts{};
    std::int64_t wait = 5;
    Text method = "GET", path = "/feed";
    Text request_headers = R"([["Host","example.com"]])", response_headers = R"([["Content-Type","application/json"]])";
    std::vector<std::int64_t> statuses{200}, bytes{200};  // the last one goes on
    Text client_ip = "10.0.0.1";
  };
  void ask(const Series& series) {
    ConnectionRow connection = connection_row(series.connection_id);
    connection.client_ip = series.client_ip;
    connection.exchanges = series.starts.size();
    connection.end_ns = 10'000 * second * ms;
    rows().add(connection);
    for (std::size_t i = 0; i < series.starts.size(); ++i) {
      HttpExchangeRow row = exchange_row(series.connection_id * 1000 + static_cast<std::int64_t>(i), series.connection_id,
                                         static_cast<std::int64_t>(i) + 1, series.starts[i]);
      row.method = series.method;
      row.path = series.path;
      row.request_headers = series.request_headers;
      row.response_headers = series.response_headers;
      row.status = series.statuses[std::min(i, series.statuses.size() - 1)];
      row.response_body_bytes = series.bytes[std::min(i, series.bytes.size() - 1)];
      row.response_start_ns = row.response_end_ns = (series.starts[i] + series.wait) * ms;
      rows().add(row);
    }
  }
  static std::vector<std::int64_t> every(std::int64_t period, int times) {
    std::vector<std::int64_t> starts{};
    for (int i = 0; i < times; ++i) starts.push_back(second + i * period);
    return starts;
  }
  Answer techniques() { return answer("SELECT path, technique, requests, period_s, empty_share FROM push_techniques"); }

  // A WebSocket on a connection of its own, opened at `start`; its last frame comes at `last`, its end at `end`, 0 = none.
  void websocket(std::int64_t id, Text cause, Text closed_by, std::int64_t last, std::int64_t end, Integer code = {},
                 std::int64_t start = second, const std::function<void(ConnectionRow&)>& change = {}) {
    ConnectionRow connection = connection_row(id);
    connection.exchanges = 1;
    if (change) change(connection);
    rows().add(connection);
    HttpExchangeRow exchange = exchange_row(id, id);
    exchange.path = "/socket";
    exchange.status = 101;
    exchange.upgraded_to = "websocket";
    rows().add(exchange);
    WebSocketRow row;
    row.id = row.connection_id = id;
    if (handshakes_captured_) row.exchange_id = id;
    row.start_ns = start * ms;
    row.last_ns = last * ms;
    if (end > 0) row.end_ns = end * ms;
    row.longest_silence_ns = (end > 0 ? end - last : 0) * ms;
    row.end_cause = cause;
    row.closed_by = closed_by;
    row.close_code = code;
    row.client_messages = 1;
    row.server_messages = 2;
    row.client_bytes = row.server_bytes = 10;
    row.client_wire_bytes = row.server_wire_bytes = 20;
    row.deflated_bytes = 5;
    row.inflated_bytes = 20;
    rows().add(row);
  }
  void message(std::int64_t websocket_id, bool from_client, Text opcode, std::int64_t at, Integer answers = {}, Integer rtt = {}) {
    WebSocketMessageRow row;
    row.id = ++messages_;
    row.websocket_id = websocket_id;
    row.from_client = from_client;
    row.opcode = opcode;
    row.start_ns = row.end_ns = at * ms;
    row.wire_bytes = 12;
    row.bytes = 10;
    row.compressed = 0;
    row.answers_id = answers;
    row.rtt_ns = rtt;
    rows().add(row);
  }

  // Eight targets, 0 to 7 behind `path`, on a connection each; all answers are news.
  void go_through(std::int64_t connection_id, const char* path, std::int64_t wait, std::int64_t period) {
    for (int i = 0; i < 8; ++i)
      ask({.connection_id = connection_id + i,
           .starts = {second + i * period},
           .wait = wait,
           .path = kept(path + std::to_string(i)),
           .bytes = {4000 + i}});
  }

  bool handshakes_captured_ = true;  // of WebSockets

  // For as long as rows refer to it.
  Text kept(std::string text) { return texts_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> texts_;
  ExampleDatabase database_;
  std::int64_t messages_ = 0;
};

// --- push techniques

TEST_F(PushViews, ShortPollingIsSteadyAndAnsweredAtOnce) {
  ask({.starts = every(2 * second, 6), .statuses = {200, 204, 204, 200, 204}, .bytes = {200, 0, 0, 150, 0}});
  EXPECT_EQ(techniques(), (Answer{{"/feed", "short-polling", "6", "2.0", "0.6667"}}));
}

TEST_F(PushViews, SoItIsWithAConnectionForEachRequest) {
  for (int i = 0; i < 6; ++i)
    ask({.connection_id = 1 + i, .starts = {second + i * 500}, .statuses = {i % 2 == 0 ? 200 : 304}, .bytes = {i % 2 == 0 ? 200 + i : 0}});
  EXPECT_EQ(techniques(), (Answer{{"/feed", "short-polling", "6", "0.5", "0.5"}}));
}

TEST_F(PushViews, AQueryThatMovesOnIsTheSameRequest) {
  Series series{.starts = every(second, 6)};
  ask(series);
  series.path = "/feed?since=7";
  series.connection_id = 2;
  for (std::int64_t& start : series.starts) start += 6 * second;
  ask(series);
  EXPECT_EQ(answer("SELECT path, requests FROM push_techniques"), (Answer{{"/feed", "12"}}));
}

TEST_F(PushViews, TwoThatPollFromOneAddressAreToldApart) {
  ask({.connection_id = 1, .starts = every(second, 8), .bytes = {1, 2, 3}});
  ask({.connection_id = 2, .starts = every(1700, 8), .bytes = {1, 2, 3}});
  EXPECT_EQ(answer("SELECT connection_id, requests, period_s FROM request_series ORDER BY 1"),
            (Answer{{"1", "8", "1.0"}, {"2", "8", "1.7"}}));
  EXPECT_EQ(answer("SELECT technique, requests FROM push_techniques"), (Answer{{"short-polling", "16"}}));
}

TEST_F(PushViews, OneThatPollsOverSeveralConnectionsIsOne) {
  ask({.connection_id = 1, .starts = every(2 * second, 5), .bytes = {1, 2, 3}});
  Series others{.connection_id = 2, .starts = every(2 * second, 5), .bytes = {1, 2, 3}};
  for (std::int64_t& start : others.starts) start += second;
  ask(others);
  EXPECT_EQ(answer("SELECT connection_id, requests, period_s FROM request_series"), (Answer{{"NULL", "10", "1.0"}}));
}

TEST_F(PushViews, OneOfManyConnectionsIsSteadyByChance) {
  std::vector<std::int64_t> starts{1, 8, 9, 23, 24, 51, 90, 94};
  for (std::int64_t connection_id = 1; connection_id <= 6; ++connection_id) {
    for (std::int64_t& start : starts) start += 137 * connection_id;
    std::vector<std::int64_t> mine;
    for (const std::int64_t start : starts) mine.push_back(start * second);
    ask({.connection_id = connection_id, .starts = mine});
  }
  ask({.connection_id = 7, .starts = every(3 * second, 6)});
  EXPECT_EQ(techniques(), Answer{});
}

TEST_F(PushViews, WhoPausesBetweenLateAnswersIsNotLongPolling) {
  ask({.starts = {1000, 4100, 34200, 36300}, .wait = 2000, .statuses = {200, 204, 200}, .bytes = {100, 0, 120}});
  EXPECT_EQ(techniques(), Answer{});
}

TEST_F(PushViews, LongPollingMayBeAPostAndIsNotSteady) {
  Series series{.wait = 0, .method = "POST", .statuses = {200, 204, 200, 200}, .bytes = {100, 0, 120, 90}};
  std::int64_t at = second;
  for (const std::int64_t wait : {3000, 30000, 1200, 9000}) {
    series.starts = {at};
    series.wait = wait;
    ask(series);
    ++series.connection_id;
    series.statuses.erase(series.statuses.begin());
    series.bytes.erase(series.bytes.begin());
    at += wait + 10;
  }
  EXPECT_EQ(answer("SELECT technique, requests, empty_share, delay_bound_s FROM push_techniques"),
            (Answer{{"long-polling", "4", "0.25", "0.01"}}));
}

TEST_F(PushViews, StreamsOfEventsAndWebSockets) {
  ask({.connection_id = 1,
       .starts = {second},
       .path = "/stream",
       .response_headers = R"([["content-type","text/event-stream; charset=utf-8"]])"});
  websocket(2, "open", {}, 5 * second, 0);
  EXPECT_EQ(answer("SELECT path, technique, requests, period_s, news FROM push_techniques"),
            (Answer{{"/socket", "websocket", "1", "NULL", "2"}, {"/stream", "sse", "1", "NULL", "NULL"}}));
}

TEST_F(PushViews, WhatOnlyLooksLikePollingIsNotCalledSo) {
  const auto steady = every(2 * second, 8);
  Series health{.connection_id = 1, .starts = steady, .path = "/healthz", .bytes = {100, 101, 102, 103}};
  ask(health);
  ask({.connection_id = 2, .starts = steady, .path = "/api/state", .bytes = {3}});  // always the same few bytes
  ask({.connection_id = 3,
       .starts = steady,
       .path = "/state",
       .request_headers = R"([["User-Agent","ELB-HealthChecker/2.0"]])",
       .bytes = {1, 2, 3, 4}});
  ask({.connection_id = 4, .starts = steady, .path = "/style.css", .statuses = {200, 304}, .bytes = {900, 0}});
  ask({.connection_id = 5,
       .starts = steady,
       .path = "/logo",
       .response_headers = R"([["Content-Type","image/png"]])",
       .bytes = {900, 901, 902}});
  ask({.connection_id = 6, .starts = steady, .path = "/deploy", .statuses = {503}});                                 // retries
  ask({.connection_id = 7, .starts = steady, .method = "POST", .path = "/write", .bytes = {1, 2, 3}});               // tells, does not ask
  ask({.connection_id = 8, .starts = {1000, 1900, 9000, 9500, 20000, 31000}, .path = "/page", .bytes = {1, 2, 3}});  // a person
  ask({.connection_id = 9, .starts = every(25, 50), .wait = 24, .path = "/load", .bytes = {1, 2, 3}});               // a load generator
  EXPECT_EQ(techniques(), Answer{});
}

// A client that spreads its requests, so that not all come at once.
TEST_F(PushViews, PollingMayWaitARandomTime) {
  ask({.starts = {1000, 3300, 5000, 7400, 9200, 11300, 13000, 15300, 17000, 19400}, .bytes = {1, 2, 3}});
  EXPECT_EQ(techniques(), (Answer{{"/feed", "short-polling", "10", "2.1", "0.7"}}));
}

TEST_F(PushViews, AndFindNothingNewButFor304) {
  ask({.starts = {1000, 3300, 5000, 7400, 9200, 11300, 13000, 15300, 17000}, .statuses = {200, 304}, .bytes = {4000, 0}});
  EXPECT_EQ(answer("SELECT technique, empty_share, news FROM push_techniques"), (Answer{{"short-polling", "0.8889", "1"}}));
}

TEST_F(PushViews, ButNotLikeAPersonThatReloads) {
  ask({.starts = {1000, 3300, 9000, 9900, 16200, 17300, 24000, 26300, 40000, 41400}, .bytes = {1, 2, 3}});
  EXPECT_EQ(techniques(), Answer{});
}

TEST_F(PushViews, TriesThatAreFurtherAndFurtherApartAreRetries) {
  ask({.starts = {1000, 2000, 4000, 8000, 16000, 32000, 64000, 124000},
       .statuses = {202, 202, 202, 202, 202, 202, 202, 200},
       .bytes = {17}});
  ask({.connection_id = 2, .starts = every(second, 8), .path = "/job", .statuses = {503, 429, 502, 503, 503, 503, 503, 200}});
  EXPECT_EQ(techniques(), Answer{});
}

TEST_F(PushViews, GoingThroughPagesIsNotPolling) {
  go_through(10, "/api/items?page=", 5, second);             // at leisure
  go_through(20, "/api/slow?limit=50&offset=", 1500, 1510);  // as fast as the server is
  go_through(30, "/search?q=word", 1500, 1510);
  EXPECT_EQ(techniques(), Answer{});
}

TEST_F(PushViews, ParametersThatMoveOnWithTimeAreNoPages) {
  go_through(10, "/news?since=", 5, second);
  go_through(20, "/bot/getUpdates?timeout=30&offset=", 1500, 1510);
  go_through(30, "/state?_=", 5, second);
  EXPECT_EQ(answer("SELECT path, technique FROM push_techniques"),
            (Answer{{"/bot/getUpdates", "long-polling"}, {"/news", "short-polling"}, {"/state", "short-polling"}}));
}

TEST_F(PushViews, SlowCallsOneAfterAnotherAreNotLongPolling) {
  const std::vector<std::int64_t> starts{1000, 3010, 7020, 9030, 16040, 17250};
  std::vector<std::int64_t> ends{3000, 7000, 9020, 16030, 17240, 20000};
  const auto call = [&](std::int64_t connection_id, Text path, Text type) {
    for (std::size_t i = 0; i < starts.size(); ++i)
      ask({.connection_id = connection_id + static_cast<std::int64_t>(i),
           .starts = {starts[i]},
           .wait = ends[i] - starts[i],
           .method = "POST",
           .path = path,
           .response_headers = type,
           .bytes = {500 + static_cast<std::int64_t>(i)}});
  };
  call(10, "/v1/completions", R"([["Content-Type","application/json"]])");
  call(20, "/shop.Orders/Find", R"([["content-type","application/grpc"]])");
  ask({.connection_id = 30,
       .starts = every(1010, 8),
       .wait = 1000,
       .method = "POST",
       .path = "/shop.Orders/Watch",
       .response_headers = R"([["content-type","application/grpc+proto"]])",
       .bytes = {7}});
  EXPECT_EQ(techniques(), Answer{});
}

// Reports are acknowledged after a round trip, always with the same.
TEST_F(PushViews, ReportsOverALongWayAreNotLongPolling) {
  ask({.starts = every(520, 8), .wait = 415, .method = "POST", .path = "/log", .bytes = {131}});
  EXPECT_EQ(techniques(), Answer{});
}

TEST_F(PushViews, ADownloadInPartsIsNotPolling) {
  ask({.starts = every(2 * second, 8), .path = "/disk", .statuses = {206}, .bytes = {500000}});
  EXPECT_EQ(techniques(), Answer{});
}

// Nobody waits for an answer that is always the same, and opens a connection of its own for each.
TEST_F(PushViews, ChecksThatHaveNoTellingNameAreNotPolling) {
  for (int i = 0; i < 8; ++i) ask({.connection_id = 1 + i, .starts = {second + i * 2 * second}, .path = "/api/info", .bytes = {700}});
  for (int i = 0; i < 8; ++i)
    ask({.connection_id = 11 + i, .starts = {second + i * 2 * second}, .path = "/api/news", .bytes = {700 + i / 5}});
  EXPECT_EQ(techniques(), (Answer{{"/api/news", "short-polling", "8", "2.0", "0.75"}}));
}

TEST_F(PushViews, ANameAloneMakesNoMonitoringOfWhatBringsNews) {
  ask({.connection_id = 1, .starts = every(2 * second, 8), .path = "/live", .bytes = {300, 410, 380, 200, 520, 610, 90, 95}});
  ask({.connection_id = 2, .starts = every(2 * second, 8), .path = "/status", .bytes = {300, 410, 380, 380, 380, 380, 380, 380}});
  EXPECT_EQ(techniques(), (Answer{{"/live", "short-polling", "8", "2.0", "0.0"}}));
}

TEST_F(PushViews, MonitoringIsNotPolling) {
  const auto steady = every(2 * second, 8);
  const std::vector<std::int64_t> changing{300, 301, 302, 303};
  std::int64_t id = 0;
  for (const char* path : {"/status", "/nginx_status", "/up", "/actuator/health/liveness", "/api/v1/beacon"})
    ask({.connection_id = ++id, .starts = steady, .path = path, .bytes = changing});
  for (const char* agent : {R"([["User-Agent","kube-probe/1.30"]])", R"([["user-agent","Consul Health Check"]])",
                            R"([["User-Agent","check_http/v2.3"]])", R"([["User-Agent","Prometheus/2.45"]])"})
    ask({.connection_id = ++id,
         .starts = steady,
         .path = "/state",
         .request_headers = agent,
         .bytes = changing,
         .client_ip = kept("10.0.1." + std::to_string(id))});
  ask({.connection_id = ++id, .starts = steady, .path = "/orders/17/status", .bytes = changing});  // this is
  EXPECT_EQ(answer("SELECT path FROM push_techniques"), (Answer{{"/orders/17/status"}}));
}

// --- the lives of WebSockets

TEST_F(PushViews, PingsAndTheirRoundTrips) {
  websocket(1, "close", "client", 5 * second, 6 * second, 1000);
  message(1, false, "ping", 2000);
  message(1, true, "pong", 2010, 1, 10 * ms);
  message(1, false, "ping", 3000);
  message(1, true, "pong", 3030, 3, 30 * ms);
  message(1, true, "pong", 4000);
  EXPECT_EQ(answer("SELECT duration_ms, end_cause, close_code, closed_by, pings, pongs, unsolicited_pongs, ping_rtt_ms_median FROM "
                   "websocket_lifetimes"),
            (Answer{{"5000.0", "close", "1000", "client", "2", "3", "1", "20.0"}}));
}

TEST_F(PushViews, ACloseFrameMayBeInWhatWasNotCaptured) {
  const auto one_way = [](auto& row) { row.one_way = 1; };
  const auto holed = [](auto& row) { row.server_missing_bytes = 10; };
  websocket(1, "close", "client", 5 * second, 6 * second, 1000, second, one_way);
  websocket(2, "fin", "client", 5 * second, 6 * second, {}, second, one_way);
  websocket(3, "fin", "client", 5 * second, 6 * second, {}, second, holed);
  websocket(4, "rst", "client", 5 * second, 6 * second, {}, second, holed);
  EXPECT_EQ(answer("SELECT end_cause, closed_by, close_code FROM websocket_lifetimes"),
            (Answer{{"close", "NULL", "NULL"}, {"NULL", "NULL", "NULL"}, {"NULL", "client", "NULL"}, {"rst", "client", "NULL"}}));
}

TEST_F(PushViews, ACloseFrameThatCameTooLateIsNotTheCause) {
  websocket(1, "fin", "server", 5 * second, 6 * second, 1000);
  EXPECT_EQ(answer("SELECT end_cause, closed_by, close_code, close_reason, close_answered, answer_code FROM websocket_lifetimes"),
            (Answer{{"fin", "server", "NULL", "NULL", "NULL", "NULL"}}));
}

TEST_F(PushViews, ATimerKillsAtTheSameIdleTime) {
  for (std::int64_t i = 0; i < 3; ++i) websocket(1 + i, "fin", "server", (10 + 7 * i) * second, (70 + 7 * i) * second + i * 100);
  websocket(4, "fin", "server", 20 * second, 21 * second);
  websocket(5, "close", "client", 20 * second, 80 * second, 1000);  // another side, another way
  EXPECT_EQ(answer("SELECT websocket_id, timer, timer_s, timer_websockets FROM websocket_lifetimes"),
            (Answer{{"1", "idle", "60.0", "3"},
                    {"2", "idle", "60.1", "3"},
                    {"3", "idle", "60.2", "3"},
                    {"4", "NULL", "NULL", "NULL"},
                    {"5", "NULL", "NULL", "NULL"}}));
}

TEST_F(PushViews, OrAtTheSameAgeWhateverIsSaid) {
  for (std::int64_t i = 0; i < 4; ++i)
    websocket(1 + i, "rst", "server", (100 + 50 * i) * second, (301 + 7 * i) * second + i, {}, (1 + 7 * i) * second);
  EXPECT_EQ(answer("SELECT DISTINCT timer, timer_s, timer_websockets FROM websocket_lifetimes"), (Answer{{"age", "300.0", "4"}}));
}

// A server that is restarted ends all at once, however alike they have lived.
// Of one whose handshake was not captured nobody knows the age.
TEST_F(PushViews, WhatIsOlderThanTheCaptureHasNoAge) {
  handshakes_captured_ = false;
  for (std::int64_t id = 1; id <= 3; ++id) {
    const std::int64_t start = second * id;
    websocket(id, "fin", "server", start + 30 * second - 300 * id, start + 30 * second, {}, start);
  }
  EXPECT_EQ(answer("SELECT duration_ms, timer FROM websocket_lifetimes"),
            (Answer{{"30000.0", "NULL"}, {"30000.0", "NULL"}, {"30000.0", "NULL"}}));
}

TEST_F(PushViews, WhoSpeaksOnBehindTheOthersFinWasNotIdle) {
  websocket(1, "fin", "client", 5 * second, 4 * second);
  EXPECT_EQ(answer("SELECT idle_at_end_ms FROM websocket_lifetimes"), (Answer{{"0.0"}}));
}

TEST_F(PushViews, ARestartIsNoTimer) {
  for (std::int64_t i = 0; i < 6; ++i) websocket(1 + i, "close", "server", 250 * second, 301 * second + 20 * i, 1001, second + 15 * i);
  EXPECT_EQ(answer("SELECT DISTINCT timer, timer_s, timer_websockets FROM websocket_lifetimes"), (Answer{{"NULL", "NULL", "NULL"}}));
}

// A page opens three at once, and forgets them; a proxy ends each page's together.
TEST_F(PushViews, ATimerMayKillSeveralAtATime) {
  for (std::int64_t i = 0; i < 9; ++i)
    websocket(1 + i, "fin", "server", (10 + i / 3 * 20) * second + i, (70 + i / 3 * 20) * second + i, {}, (9 + i / 3 * 20) * second);
  EXPECT_EQ(answer("SELECT DISTINCT timer, timer_s, timer_websockets FROM websocket_lifetimes"), (Answer{{"idle", "60.0", "9"}}));
}

TEST_F(PushViews, WhereKeepaliveFoundNobodyItIsSilence) {
  websocket(1, "rst", "client", 5 * second, 130 * second);
  websocket(2, "rst", "client", 5 * second, 130 * second);
  for (std::int64_t ordinal = 1; ordinal <= 3; ++ordinal) {
    KeepaliveProbeRow probe;
    probe.id = ordinal * 1000;
    probe.connection_id = 1;
    probe.prober = "client";
    probe.episode = 1;
    probe.ordinal = ordinal;
    probe.time_ns = (90 + 10 * ordinal) * second * ms;
    probe.frame = ordinal;
    probe.payload_bytes = 0;
    probe.idle_before_ns = 10 * second * ms;
    probe.answer = "none";
    rows().add(probe);
  }
  TcpEventRow reset;
  reset.connection_id = 1;
  reset.time_ns = 130 * second * ms;
  reset.frame = 4;
  reset.side = "client";
  reset.kind = "rst";
  rows().add(reset);
  EXPECT_EQ(answer("SELECT websocket_id, end_cause, keepalive_verdict FROM websocket_lifetimes"),
            (Answer{{"1", "silence", "crashed"}, {"2", "rst", "NULL"}}));
}

TEST_F(PushViews, HowFastMessagesCome) {
  websocket(1, "open", {}, 11 * second, 0);
  EXPECT_EQ(answer("SELECT client_messages_per_s, server_messages_per_s, server_bytes_per_s, compression FROM websocket_traffic"),
            (Answer{{"0.1", "0.2", "1.0", "0.25"}}));
}

TEST_F(PushViews, HandshakesThatWereRefused) {
  websocket(1, "open", {}, 2 * second, 0);
  const auto refused = [&](std::int64_t id, Integer status, Text response = "[]",
                           Text request = R"([["Upgrade","websocket"],["Sec-WebSocket-Version","25"],["Origin","http://a"]])") {
    rows().add(connection_row(id));
    HttpExchangeRow row = exchange_row(id, id);
    row.request_headers = request;
    row.response_headers = response;
    row.status = status;
    rows().add(row);
  };
  refused(2, 403);
  refused(3, 426, R"([["Sec-WebSocket-Version","13, 8"]])");
  refused(4, 302);
  refused(5, 200);
  refused(6, 502);
  refused(7, {});
  rows().add(connection_row(8));
  rows().add(exchange_row(8, 8));  // an ordinary request
  refused(9, 404, "[]", R"([["Upgrade","WebSocket"],["Sec-WebSocket-Key1","4 @1  46546xW%0l 1 5"],["Cookie","a"],["Origin","http://b"]])");
  refused(
      10, 403, "[]",
      R"([["upgrade","websocket"],["sec-websocket-version","13"],["sec-websocket-protocol","chat, more"],["sec-websocket-extensions","permessage-deflate"]])");
  refused(11, 101);                                                                          // its head was cut short
  refused(12, 426, R"([["Sec-WebSocket-Version","8"],["Sec-WebSocket-Version","13,25"]])");  // Upgrade got lost on the way to the server
  refused(13, 400, R"([["Sec-WebSocket-Version","13"],["Sec-WebSocket-Version","8"]])");
  EXPECT_EQ(answer("SELECT outcome, allowed_versions FROM websocket_handshakes WHERE exchange_id IN (12, 13)"),
            (Answer{{"refused", "8, 13,25"}, {"wrong_version", "13, 8"}}));
  EXPECT_EQ(answer("SELECT outcome FROM websocket_handshakes WHERE exchange_id = 11"), (Answer{{"NULL"}}));
  EXPECT_EQ(answer("SELECT exchange_id, outcome, status, version, allowed_versions FROM websocket_handshakes WHERE exchange_id < 9"),
            (Answer{{"1", "opened", "101", "NULL", "NULL"},
                    {"2", "unauthorized", "403", "25", "NULL"},
                    {"3", "wrong_version", "426", "25", "13, 8"},
                    {"4", "redirected", "302", "25", "NULL"},
                    {"5", "ignored", "200", "25", "NULL"},
                    {"6", "refused", "502", "25", "NULL"},
                    {"7", "unanswered", "NULL", "25", "NULL"}}));
  EXPECT_EQ(answer("SELECT exchange_id, version, origin, cookie, offered_subprotocols, offered_extensions FROM websocket_handshakes "
                   "WHERE exchange_id IN (2, 9, 10)"),
            (Answer{{"2", "25", "http://a", "0", "NULL", "NULL"},
                    {"9", "hixie-76", "http://b", "1", "NULL", "NULL"},
                    {"10", "13", "NULL", "0", "chat, more", "permessage-deflate"}}));
}

}  // namespace
}  // namespace longwire
