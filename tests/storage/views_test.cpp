// Each question is answered over rows written by hand, with the answer that a person works out from them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "storage/query.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::ElementsAre;

class Views : public ::testing::Test {
 protected:
  // Adds a connection's FIN, as seen `at_ms`.
  void add_fin(std::int64_t connection_id, std::int64_t at_ms) {
    TcpEventRow row;
    row.connection_id = connection_id;
    row.time_ns = at_ms * ms;
    row.kind = "fin";
    batch_.add(row);
  }
  Answer answer(const std::string& sql) { return database_.answer(sql); }

 private:
  ExampleDatabase database_;

 protected:
  RowBatch& batch_ = database_.rows;
};

TEST_F(Views, AllAnswerFromAnEmptyDatabase) {
  for (const NamedQuestion& question : named_questions()) EXPECT_EQ(answer("SELECT * FROM " + question.name), Answer{}) << question.name;
}

TEST_F(Views, AllAnswerFromRowsThatKnowNothing) {
  batch_.add(CaptureRow{});
  batch_.add(ConnectionRow{});
  batch_.add(HttpExchangeRow{});
  batch_.add(TcpEventRow{});
  batch_.add(KeepaliveProbeRow{});
  batch_.add(TlsHandshakeRow{});
  batch_.add(TlsTurnRow{});
  batch_.add(CertificateRow{});
  batch_.add(TlsCertificateRow{});
  batch_.add(AnomalyRow{});
  batch_.add(HttpCookieRow{});
  batch_.add(HttpLocationRow{});
  batch_.add(HttpConditionRow{});
  batch_.add(HttpAuthenticationRow{});
  batch_.add(TlsMessageRow{});
  for (const NamedQuestion& question : named_questions()) answer("SELECT * FROM " + question.name);
}

TEST_F(Views, HttpHeadersKeepsOrderCaseAndRepetition) {
  HttpExchangeRow row = exchange_row(1000, 1);
  row.request_headers = R"([["Host","example.com"],["cookie","a=1"],["X-Own",""]])";
  row.response_headers = R"([["Set-Cookie","a=1"],["Set-Cookie","b=2; q=\"x\""]])";
  row.response_trailers = R"([["Digest","sha"]])";
  batch_.add(row);
  EXPECT_EQ(
      answer(
          "SELECT side, section, position, name, value, class FROM http_headers WHERE exchange_id = 1000 ORDER BY side, section, position"),
      (Answer{{"client", "header", "1", "Host", "example.com", "request"},
              {"client", "header", "2", "cookie", "a=1", "request"},
              {"client", "header", "3", "X-Own", "", "NULL"},
              {"server", "header", "1", "Set-Cookie", "a=1", "response"},
              {"server", "header", "2", "Set-Cookie", "b=2; q=\"x\"", "response"},
              {"server", "trailer", "1", "Digest", "sha", "general"}}));
}

TEST_F(Views, StatusSummaryCountsByServerAuthorityAndStatus) {
  batch_.add(connection_row(1));
  for (std::int64_t n = 0; n < 3; ++n) batch_.add(exchange_row(1000 + n, 1, n + 1));
  HttpExchangeRow missing = exchange_row(1003, 1, 4);
  missing.status = 404;
  missing.reason = "Not Found";
  batch_.add(missing);
  HttpExchangeRow unanswered = exchange_row(1004, 1, 5);
  unanswered.status = Integer{};
  batch_.add(unanswered);
  EXPECT_EQ(answer("SELECT server_ip, server_port, authority, status, reason, exchanges FROM status_summary"),
            (Answer{{"192.0.2.1", "80", "example.com", "200", "OK", "3"}, {"192.0.2.1", "80", "example.com", "404", "Not Found", "1"}}));
}

// One connection each; the comment says what happened on it.
TEST_F(Views, ConnectionKindsSaysWhy) {
  std::int64_t id = 0;
  const auto with_exchange = [&](auto change) {
    ConnectionRow connection = connection_row(++id);
    HttpExchangeRow exchange = exchange_row(id * 1000, id);
    change(connection, exchange);
    batch_.add(connection);
    batch_.add(exchange);
  };
  const auto without_exchange = [&](auto change) {
    ConnectionRow connection = connection_row(++id);
    connection.exchanges = 0;
    connection.client_bytes = connection.server_bytes = 0;
    connection.layers = Text{};
    change(connection);
    batch_.add(connection);
  };
  with_exchange([](auto&, auto&) {});                                     // 1 could have been used again
  with_exchange([](auto&, auto& exchange) { exchange.persistent = 0; });  // 2 Connection: close
  with_exchange([](auto&, auto& exchange) {                               // 3 no response came
    exchange.complete = 0;
    exchange.status = exchange.persistent = Integer{};
  });
  with_exchange([](auto& connection, auto& exchange) {  // 4 likewise, but nobody looked at that direction
    exchange.complete = 0;
    exchange.status = exchange.persistent = Integer{};
    connection.one_way = 1;
  });
  with_exchange([](auto& connection, auto&) { connection.close_kind = "open"; });    // 5 may still be used again
  with_exchange([](auto&, auto& exchange) { exchange.upgraded_to = "websocket"; });  // 6
  with_exchange([](auto& connection, auto& exchange) {                               // 7
    connection.exchanges = 2;
    exchange.persistent = 0;
  });
  without_exchange([](auto&) {});          // 8 opened, closed, not a byte
  without_exchange([](auto& connection) {  // 9 RST for the SYN
    connection.established_ns = Integer{};
    connection.close_kind = "rst";
  });
  without_exchange([](auto& connection) {  // 10 no answer to the SYN, until the capture ended
    connection.established_ns = Integer{};
    connection.close_kind = "open";
    connection.closed_first = Text{};
  });
  without_exchange([](auto& connection) { connection.close_kind = "open"; });  // 11 preconnected, still open
  without_exchange([](auto& connection) {                                      // 12 another protocol: not HTTP's to judge
    connection.client_bytes = 50;
    connection.layers = "unknown";
  });
  const auto without_request = [](HttpExchangeRow& exchange) {
    exchange.method = Text{};
    exchange.request_start_ns = exchange.request_end_ns = Integer{};
    exchange.complete = 0;
  };
  with_exchange([&](auto&, auto& exchange) {  // 13 only the response was understood; it says close
    without_request(exchange);
    exchange.persistent = 0;
  });
  with_exchange([&](auto&, auto& exchange) {  // 14 likewise, but it does not say
    without_request(exchange);
    exchange.persistent = Integer{};
  });
  with_exchange([](auto& connection, auto&) { connection.midstream = 1; });  // 15 who knows what was before
  with_exchange([](auto& connection, auto& exchange) {                       // 16 likewise, though it was closed as agreed
    connection.midstream = 1;
    exchange.persistent = 0;
  });
  with_exchange([](auto& connection, auto&) { connection.one_way = 1; });  // 17
  without_exchange([](auto& connection) {                                  // 18 as 10, as a capture tells it
    connection.established_ns = Integer{};
    connection.close_kind = "open";
    connection.closed_first = Text{};
    connection.one_way = 1;
    connection.client_packets = connection.client_syns = 3;
    connection.server_packets = 0;
  });
  EXPECT_EQ(answer("SELECT connection_id, kind, why, open FROM connection_kinds ORDER BY 1"), (Answer{{"1", "short", "unused", "0"},
                                                                                                      {"2", "short", "negotiated", "0"},
                                                                                                      {"3", "short", "failed", "0"},
                                                                                                      {"4", "short", "NULL", "0"},
                                                                                                      {"5", "short", "NULL", "1"},
                                                                                                      {"6", "short", "upgraded", "0"},
                                                                                                      {"7", "long", "NULL", "0"},
                                                                                                      {"8", "idle", "unused", "0"},
                                                                                                      {"9", "idle", "refused", "0"},
                                                                                                      {"10", "idle", "unanswered", "1"},
                                                                                                      {"11", "idle", "NULL", "1"},
                                                                                                      {"13", "short", "negotiated", "0"},
                                                                                                      {"14", "short", "NULL", "0"},
                                                                                                      {"15", "short", "NULL", "0"},
                                                                                                      {"16", "short", "NULL", "0"},
                                                                                                      {"17", "short", "NULL", "0"},
                                                                                                      {"18", "idle", "unanswered", "1"}}));
}

// example.com, times in ms (each exchange takes 6):
//
//   connection 1   opens 0    used at 30, 50            FIN at 100
//   connection 2   opens 40   used at 70                ends at 140       connection 1 was idle from 36 to 50: avoidable
//   connection 3   opens 53   used at 80, 90, 100, 110  FIN at 120        connection 1 was busy, 2 not used yet
//   connection 4   opens 130  used at 160, said close                     connection 2 was idle: avoidable
//   connection 5   opens 200  used at 230                                 all others were closed, or about to
TEST_F(Views, ConnectionReuseTellsWhatReuseWouldHaveSaved) {
  std::int64_t id = 0, exchange_id = 0;
  const auto connection = [&](std::int64_t start_ms, const std::vector<std::int64_t>& uses_ms) {
    ConnectionRow row = connection_row(++id, start_ms);
    row.exchanges = uses_ms.size();
    batch_.add(row);
    std::int64_t ordinal = 0, idle_from = 0;
    for (const std::int64_t at : uses_ms) {
      HttpExchangeRow exchange = exchange_row(++exchange_id, id, ++ordinal, at);
      if (ordinal > 1) exchange.idle_before_ns = (at - idle_from) * ms;
      idle_from = at + 6;
      batch_.add(exchange);
    }
  };
  connection(0, {30, 50});
  add_fin(1, 100);
  connection(40, {70});
  connection(53, {80, 90, 100, 110});
  add_fin(3, 120);
  batch_.add(connection_row(++id, 130));
  HttpExchangeRow closing = exchange_row(++exchange_id, id, 1, 160);
  closing.persistent = 0;
  batch_.add(closing);
  connection(200, {230});
  for (const bool evicted : {false, true}) {
    ConnectionRow part = connection_row(++id, 300);
    part.handshake_rtt_ns = Integer{};
    part.midstream = !evicted;
    if (evicted) part.close_kind = "evicted";
    batch_.add(part);
    batch_.add(exchange_row(++exchange_id, id, 1, 330));
  }
  // Exchanges per connection: 1, 1, 1, 2, 4.
  // Nothing but TCP's three segments, 40 bytes each, was paid. Two more, which were not followed from beginning to end, count
  // only where they are added up.
  EXPECT_EQ(answer("SELECT * FROM connection_reuse"), (Answer{{"10.0.0.1", "192.0.2.1", "80", "example.com", "7", "11", "1", "1.0", "4",
                                                               "4", "0.6", "100.0", "40.0", "2", "600", "1", "0"}}));
}

TEST_F(Views, ConnectionReuseKnowsPairsAndAuthoritiesApart) {
  batch_.add(connection_row(1, 0));
  batch_.add(exchange_row(1, 1));
  ConnectionRow other_authority = connection_row(2, 50);  // while 1 is idle
  batch_.add(other_authority);
  HttpExchangeRow row = exchange_row(2, 2, 1, 80);
  row.authority = "other.example";
  batch_.add(row);
  ConnectionRow other_client = connection_row(3, 50);
  other_client.client_ip = "10.0.0.2";
  other_client.handshake_rtt_ns = Integer{};  // not seen: nothing is known to be paid or saved
  batch_.add(other_client);
  batch_.add(exchange_row(3, 3, 1, 80));
  EXPECT_EQ(
      answer("SELECT client_ip, authority, connections, handshake_ms_paid, handshake_ms_avoidable FROM connection_reuse ORDER BY 1, 2"),
      (Answer{{"10.0.0.1", "example.com", "1", "20.0", "0.0"},
              {"10.0.0.1", "other.example", "1", "20.0", "0.0"},
              {"10.0.0.2", "example.com", "1", "NULL", "NULL"}}));
}

// An open connection is idle until the capture's end, long after its last packet. A host name's case means nothing (RFC
// 9110 section 4.2.3). Of two counts, 1 and 2, the median is between them.
TEST_F(Views, ConnectionReuseCountsOnConnectionsThatStayedOpen) {
  ConnectionRow open = connection_row(1, 0);
  open.close_kind = "open";
  batch_.add(open);
  batch_.add(exchange_row(1, 1));
  batch_.add(connection_row(2, 3'600'000));
  HttpExchangeRow shouted = exchange_row(2, 2, 1, 3'600'030);
  shouted.authority = "EXAMPLE.com";
  batch_.add(shouted);
  batch_.add(exchange_row(3, 2, 2, 3'600'050));
  EXPECT_EQ(answer("SELECT connections, exchanges_median, one_exchange_share, handshake_ms_avoidable FROM connection_reuse"),
            (Answer{{"2", "1.5", "0.5", "20.0"}}));
}

// RFC 6455 section 4.1: its client opens a connection for it.
TEST_F(Views, ConnectionReuseSparesNoWebSocket) {
  ConnectionRow page = connection_row(1, 0);
  page.close_kind = "open";
  batch_.add(page);
  batch_.add(exchange_row(1, 1));
  batch_.add(connection_row(2, 1000));
  HttpExchangeRow socket = exchange_row(2, 2, 1, 1030);
  socket.status = 101;
  socket.upgraded_to = "websocket";
  batch_.add(socket);
  EXPECT_EQ(answer("SELECT connections, handshake_ms_paid, handshakes_avoidable FROM connection_reuse"), (Answer{{"2", "40.0", "0"}}));
}

TEST_F(Views, SlowestExchangesBeginsWithTheLongestWait) {
  batch_.add(exchange_row(1, 1));
  HttpExchangeRow slow = exchange_row(2, 1, 2, 100);
  slow.path = "/slow";
  slow.response_start_ns = 350 * ms;
  slow.response_end_ns = 360 * ms;
  batch_.add(slow);
  HttpExchangeRow unanswered = exchange_row(3, 1, 3, 400);
  unanswered.response_start_ns = unanswered.response_end_ns = Integer{};
  batch_.add(unanswered);
  EXPECT_EQ(answer("SELECT exchange_id, wait_ms, total_ms, path FROM slowest_exchanges"),
            (Answer{{"2", "250.0", "260.0", "/slow"}, {"1", "5.0", "6.0", "/"}}));
}

TEST_F(Views, AnomalySummaryShowsTheFirstOfEachCode) {
  for (std::int64_t n = 1; n <= 3; ++n) {
    AnomalyRow row;
    row.id = 10 - n;
    row.connection_id = n == 1 ? 1 : 2;
    row.frame = 100 - n;
    row.code = "http1.example";
    row.detail = n == 3 ? "first by id" : "later";
    batch_.add(row);
  }
  EXPECT_EQ(answer("SELECT code, anomalies, connections, first_anomaly_id, first_frame, example FROM anomaly_summary"),
            (Answer{{"http1.example", "3", "2", "7", "97", "first by id"}}));
}

TEST_F(Views, IncompleteExchangesSaysWhatIsMissing) {
  batch_.add(connection_row(1));
  ConnectionRow one_way = connection_row(2);
  one_way.one_way = 1;
  batch_.add(one_way);
  batch_.add(exchange_row(1000, 1));  // whole
  HttpExchangeRow row = exchange_row(1001, 1, 2);
  row.complete = 0;
  batch_.add(row);  // answered, but not to its end
  row.status = Integer{};
  row.id = 1002;
  batch_.add(row);
  row.id = 2000;
  row.connection_id = 2;
  batch_.add(row);
  row = exchange_row(1003, 1, 3);
  row.complete = 0;
  row.method = Text{};
  row.request_start_ns = Integer{};
  batch_.add(row);
  EXPECT_EQ(answer("SELECT why, exchanges FROM incomplete_exchanges ORDER BY first_exchange_id"),
            (Answer{{"a part", "1"}, {"no response", "1"}, {"no request", "1"}, {"no response: one direction captured", "1"}}));
}

// Waits of 1, 2, 3 and 4 ms: the median is 2.5, and the 95th percentile by nearest rank the fourth.
TEST_F(Views, ServerSummaryTellsHowFastAServerAnswers) {
  batch_.add(connection_row(1));
  for (std::int64_t n = 1; n <= 4; ++n) {
    HttpExchangeRow row = exchange_row(n, 1, n, n * 100);
    row.response_start_ns = (n * 100 + n) * ms;
    row.status = n == 4 ? 503 : n == 3 ? 404 : 200;
    batch_.add(row);
  }
  HttpExchangeRow unanswered = exchange_row(5, 1, 5, 900);
  unanswered.response_start_ns = unanswered.status = unanswered.response_body_bytes = Integer{};
  batch_.add(unanswered);
  EXPECT_EQ(answer("SELECT * FROM server_summary"), (Answer{{"192.0.2.1", "80", "5", "8", "1", "1", "2.5", "4.0"}}));
}

}  // namespace
}  // namespace longwire
