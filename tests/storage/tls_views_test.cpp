// What is concluded of TLS: resumption, chains, and of connections without keys by their turns.
#include <gtest/gtest.h>

#include "tests/example_database.h"

namespace longwire {
namespace {

class TlsViews : public ::testing::Test {
 protected:
  // A connection whose bytes are encrypted.
  ConnectionRow tls_connection(std::int64_t id, std::int64_t start_ms = 0) {
    ConnectionRow row = connection_row(id, start_ms);
    row.layers = "tls";
    row.server_port = 443;
    row.exchanges = 0;
    return row;
  }
  // Begins when TCP's is done, 20 ms after the connection's start.
  TlsHandshakeRow handshake(std::int64_t connection_id, std::int64_t duration_ms, std::string_view resumed = "no",
                            std::int64_t connected_ms = 0) {
    TlsHandshakeRow row;
    row.id = connection_id * 1000;
    row.connection_id = connection_id;
    row.start_ns = (connected_ms + 20) * ms;
    row.end_ns = (connected_ms + 20 + duration_ms) * ms;
    row.version = "TLS 1.2";
    row.sni = "a.test";
    row.resumption_offered = row.resumed = resumed;
    row.outcome = "completed";
    row.midstream = 0;
    return row;
  }
  // Asked at `start_ms`, answered 5 ms later.
  TlsTurnRow turn(std::int64_t connection_id, std::int64_t ordinal, std::int64_t start_ms) {
    TlsTurnRow row;
    row.connection_id = connection_id;
    row.ordinal = ordinal;
    if (ordinal > 1) row.idle_before_ns = 90 * ms;
    row.request_start_ns = row.request_end_ns = start_ms * ms;
    row.response_start_ns = row.response_end_ns = (start_ms + 5) * ms;
    row.multiplexed = 0;
    return row;
  }
  void add_close(std::int64_t connection_id, std::string_view kind, std::int64_t at_ms) {
    TcpEventRow row;
    row.connection_id = connection_id;
    row.side = "server";
    row.time_ns = at_ms * ms;
    row.kind = kind;
    batch_.add(row);
  }
  Answer answer(const std::string& sql) { return database_.answer(sql); }

 private:
  ExampleDatabase database_;

 protected:
  RowBatch& batch_ = database_.rows;
};

TEST_F(TlsViews, ResumptionAndWhatItSaves) {
  for (std::int64_t id = 1; id <= 6; ++id) batch_.add(tls_connection(id));
  batch_.add(handshake(1, 40));
  batch_.add(handshake(2, 60));
  batch_.add(handshake(3, 20, "ticket"));
  batch_.add(handshake(4, 30, "ticket"));
  TlsHandshakeRow rejected = handshake(5, 80);
  rejected.resumption_offered = "ticket";
  batch_.add(rejected);
  TlsHandshakeRow failed = handshake(6, 1000);
  failed.outcome = "failed";
  batch_.add(failed);
  EXPECT_EQ(answer("SELECT * FROM tls_resumption"),
            (Answer{{"10.0.0.1", "192.0.2.1", "443", "6", "2", "0.3333", "1", "60.0", "25.0", "230.0", "70.0", "5000"}}));
}

TEST_F(TlsViews, AHandshakeThatWasNotAnsweredTellsNothingOfResumption) {
  batch_.add(tls_connection(1));
  TlsHandshakeRow unanswered = handshake(1, 0);
  unanswered.version = unanswered.resumed = Text{};
  batch_.add(unanswered);
  EXPECT_EQ(answer("SELECT * FROM tls_resumption"), Answer{});
}

TEST_F(TlsViews, ChainsInOneLineEach) {
  batch_.add(tls_connection(1));
  TlsHandshakeRow row = handshake(1, 40);
  row.chain_status = "cert_has_expired";
  row.chain_error_depth = 1;
  row.name_matches = 1;
  batch_.add(row);
  for (const std::int64_t id : {7, 8}) {
    CertificateRow certificate;
    certificate.id = id;
    certificate.subject = id == 7 ? "CN=leaf" : "CN=middle";
    certificate.not_after_ns = id * 1000 * ms;
    batch_.add(certificate);
  }
  for (const std::int64_t position : {1, 0}) {
    TlsCertificateRow sent;
    sent.handshake_id = 1000;
    sent.side = "server";
    sent.position = position;
    sent.certificate_id = 7 + position;
    if (position == 0) sent.ocsp_status = "good";
    batch_.add(sent);
  }
  TlsCertificateRow of_client;
  of_client.handshake_id = 1000;
  of_client.side = "client";
  of_client.position = 0;
  of_client.certificate_id = 8;
  batch_.add(of_client);
  EXPECT_EQ(answer("SELECT handshake_id, sni, chain, chain_status, chain_error_depth, name_matches, expires_ns, expires_utc, ocsp_status "
                   "FROM certificate_chains"),
            (Answer{{"1000", "a.test", R"(["CN=leaf","CN=middle"])", "cert_has_expired", "1", "1", "7000000000", "1970-01-01T00:00:07Z",
                     "good"}}));
}

// A certificate that two workers told is there once.
TEST_F(TlsViews, ACertificateIsStoredOnce) {
  CertificateRow certificate;
  certificate.id = 7;
  certificate.subject = "CN=a";
  batch_.add(certificate);
  batch_.add(certificate);
  EXPECT_EQ(answer("SELECT id, subject FROM certificates"), (Answer{{"7", "CN=a"}}));
}

// One connection each; the comment says what happened on it.
TEST_F(TlsViews, KindsOfEncryptedConnections) {
  const auto add = [&](std::int64_t id, std::string_view outcome, std::int64_t turns) {
    ConnectionRow connection = tls_connection(id);
    batch_.add(connection);
    TlsHandshakeRow row = handshake(id, 40);
    row.outcome = outcome;
    batch_.add(row);
    for (std::int64_t n = 1; n <= turns; ++n) batch_.add(turn(id, n, 100 * n));
  };
  add(1, "completed", 0);  // nobody asked
  add(2, "failed", 0);
  add(3, "completed", 1);
  add(4, "completed", 3);
  add(5, "completed", 0);  // asked, and not answered
  TlsTurnRow unanswered = turn(5, 1, 100);
  unanswered.response_start_ns = unanswered.response_end_ns = Integer{};
  batch_.add(unanswered);
  batch_.add(connection_row(6));  // in the clear
  batch_.add(exchange_row(6000, 6));
  EXPECT_EQ(answer("SELECT connection_id, kind, why, encrypted FROM connection_kinds ORDER BY connection_id"),
            (Answer{{"1", "idle", "unused", "1"},
                    {"2", "idle", "failed", "1"},
                    {"3", "short", "NULL", "1"},
                    {"4", "long", "NULL", "1"},
                    {"5", "short", "failed", "1"},
                    {"6", "short", "unused", "0"}}));
  EXPECT_EQ(answer("SELECT kind, why, connections, encrypted_turns FROM connection_summary WHERE layers = 'tls' ORDER BY kind, why"),
            (Answer{{"idle", "failed", "1", "NULL"},
                    {"idle", "unused", "1", "NULL"},
                    {"long", "NULL", "1", "3"},
                    {"short", "NULL", "1", "1"},
                    {"short", "failed", "1", "1"}}));
}

// The second connection was opened while the first one was idle: its handshakes, 20 ms of TCP and 40 of TLS, were avoidable.
TEST_F(TlsViews, ReuseOfEncryptedConnectionsByServerName) {
  ConnectionRow first = tls_connection(1);
  first.end_ns = 1000 * ms;
  batch_.add(first);
  batch_.add(tls_connection(2, 500));
  batch_.add(handshake(1, 40));
  batch_.add(handshake(2, 40, "no", 500));
  for (std::int64_t n = 1; n <= 2; ++n) batch_.add(turn(1, n, 100 * n));
  batch_.add(turn(2, 1, 600));
  EXPECT_EQ(
      answer("SELECT client_ip, server_port, authority, connections, exchanges, exchanges_max, handshake_ms_paid, handshake_ms_avoidable, "
             "encrypted FROM connection_reuse"),
      (Answer{{"10.0.0.1", "443", "a.test", "2", "3", "2", "120.0", "60.0", "1"}}));
}

// A browser speaks HTTP/2 where it can, and offers HTTP/1.1 alone for a WebSocket; who never offers more is another program.
TEST_F(TlsViews, WhoOffersLessThanElsewhereOpensAWebSocket) {
  const auto add = [&](std::int64_t id, std::int64_t start, Text alpn, Text ja4) {
    ConnectionRow connection = tls_connection(id, start);
    connection.end_ns = (start + 1000) * ms;
    batch_.add(connection);
    TlsHandshakeRow row = handshake(id, 40, "no", start);
    row.offered_alpn = alpn;
    row.ja4 = ja4;
    batch_.add(row);
    batch_.add(turn(id, 1, start + 100));
  };
  add(1, 0, R"(["h2","http/1.1"])", "t13d1516h2_8daaf6152771_e5627efa2ab1");
  add(2, 500, R"(["http/1.1"])", "t13d1515h1_8daaf6152771_2ff6e1b2d5f0");
  add(3, 600, R"(["http/1.1"])", "t13d1812h1_85036bcba153_375ca2c5e164");
  EXPECT_EQ(answer("SELECT connections, handshakes_avoidable, handshake_ms_avoidable FROM connection_reuse"), (Answer{{"3", "1", "60.0"}}));
}

TEST_F(TlsViews, IdleTimeoutsOfEncryptedConnections) {
  for (std::int64_t id = 1; id <= 2; ++id) {
    batch_.add(tls_connection(id));
    for (std::int64_t n = 1; n <= 2; ++n) batch_.add(turn(id, n, 100 * n));
    add_close(id, "fin", 2205);
  }
  EXPECT_EQ(answer("SELECT server_port, announced_s, effective_s, closes, longest_survived_s, encrypted FROM idle_timeouts"),
            (Answer{{"443", "NULL", "2.0", "2", "0.09", "1"}}));
}

// Twelve seconds without a turn; behind a proxy; and one on which nobody asked for anything.
TEST_F(TlsViews, IdleEncryptedConnections) {
  for (std::int64_t id = 1; id <= 3; ++id) {
    ConnectionRow connection = tls_connection(id);
    if (id == 2) connection.layers = "socks/tls";
    connection.end_ns = 20'000 * ms;
    batch_.add(connection);
    batch_.add(handshake(id, 40));
    if (id == 3) continue;
    batch_.add(turn(id, 1, 100));
    TlsTurnRow late = turn(id, 2, 12'105);
    late.idle_before_ns = 12'000 * ms;
    batch_.add(late);
  }
  EXPECT_EQ(answer("SELECT connection_id, idle_s, encrypted FROM idle_connections ORDER BY 1"),
            (Answer{{"1", "12.0", "1"}, {"2", "12.0", "1"}, {"3", "20.0", "1"}}));
  EXPECT_EQ(answer("SELECT connection_id, kind, encrypted FROM connection_kinds ORDER BY 1"),
            (Answer{{"1", "long", "1"}, {"2", "long", "1"}, {"3", "idle", "1"}}));
}

// HTTPS through a proxy: a CONNECT, two turns with twelve seconds between them, and a third that was reset.
TEST_F(TlsViews, TurnsBehindConnectAreToldAsThoseInFrontOfAServer) {
  for (std::int64_t id = 1; id <= 3; ++id) {
    ConnectionRow connection = tls_connection(id);
    connection.layers = "http1/tls";
    connection.exchanges = 1;
    connection.end_ns = 13'000 * ms;
    if (id == 3) connection.close_kind = "rst";
    connection.server_packets = 5;
    connection.client_unacknowledged_bytes = connection.server_unacknowledged_bytes = 0;
    batch_.add(connection);
    HttpExchangeRow connect = exchange_row(id * 1000, id);
    connect.authority = "a.test:443";
    connect.persistent = 0;
    connect.upgraded_to = "tunnel";
    batch_.add(connect);
    batch_.add(handshake(id, 40, "no", 50));
    if (id == 2) continue;  // nobody asked
    batch_.add(turn(id, 1, 200));
    TlsTurnRow late = turn(id, 2, 12'205);
    late.idle_before_ns = 12'000 * ms;
    if (id == 3) late.response_start_ns = late.response_end_ns = Integer{};
    batch_.add(late);
  }
  add_close(3, "rst", 12'300);
  EXPECT_EQ(answer("SELECT connection_id, kind, why, encrypted FROM connection_kinds ORDER BY 1"),
            (Answer{{"1", "long", "NULL", "1"}, {"2", "short", "upgraded", "1"}, {"3", "long", "NULL", "1"}}));
  EXPECT_EQ(
      answer("SELECT authority, connections, exchanges, exchanges_max, handshakes_avoidable, encrypted FROM connection_reuse ORDER BY 1"),
      (Answer{{"a.test", "2", "4", "2", "NULL", "1"}, {"a.test:443", "3", "3", "1", "0", "0"}}));
  EXPECT_EQ(answer("SELECT effective_s, longest_survived_s, encrypted FROM idle_timeouts"), (Answer{{"NULL", "12.0", "1"}}));
  EXPECT_EQ(answer("SELECT connection_id, idle_s, encrypted FROM idle_connections ORDER BY 1"),
            (Answer{{"1", "12.0", "1"}, {"2", "12.964", "1"}}));
  EXPECT_EQ(answer("SELECT connection_id, verdict FROM close_audit WHERE close_kind = 'rst'"), (Answer{{"3", "request_reset"}}));
}

TEST_F(TlsViews, AnEncryptedRequestThatWasReset) {
  ConnectionRow connection = tls_connection(1);
  connection.close_kind = "rst";
  connection.server_packets = 5;
  connection.client_unacknowledged_bytes = connection.server_unacknowledged_bytes = 0;
  batch_.add(connection);
  TlsTurnRow unanswered = turn(1, 1, 100);
  unanswered.response_start_ns = unanswered.response_end_ns = Integer{};
  batch_.add(unanswered);
  add_close(1, "rst", 110);
  EXPECT_EQ(answer("SELECT verdict FROM close_audit"), (Answer{{"request_reset"}}));
}

}  // namespace
}  // namespace longwire
