// What the views conclude of TCP's life: verdicts of keepalive, closes, idle time-outs and what races them. Over rows
// written by hand, with the answer that a person works out from them.
#include <gtest/gtest.h>

#include <string>

#include "tests/example_database.h"

namespace longwire {
namespace {

constexpr std::int64_t second = 1000;  // ms, as all times below

class TcpViews : public ::testing::Test {
 protected:
  TcpViews() {
    CaptureRow capture = capture_row(1);
    capture.ended_ns = 10'000 * second * ms;
    rows().add(capture);
  }
  RowBatch& rows() { return database_.rows; }
  Answer answer(const std::string& sql) { return database_.answer(sql); }

  // A connection that was opened at `start` and, unless it is closed by hand, is still open.
  ConnectionRow open_connection(std::int64_t id, std::int64_t start = 0) {
    ConnectionRow row = connection_row(id, start);
    row.close_kind = "open";
    row.closed_first = Text{};
    row.exchanges = 0;
    row.client_packets = row.server_packets = 10;
    row.client_syns = 1;
    row.client_unacknowledged_bytes = row.server_unacknowledged_bytes = 0;
    return row;
  }
  ConnectionRow closed_connection(std::int64_t id, Text how, Text first) {
    ConnectionRow row = open_connection(id);
    row.close_kind = how;
    row.closed_first = first;
    return row;
  }
  void event(std::int64_t connection_id, std::int64_t at, Text side, Text kind, Integer bytes = {}, Text detail = {}) {
    TcpEventRow row;
    row.id = (frame_ + 1) * 1000;
    row.connection_id = connection_id;
    row.time_ns = at * ms;
    row.frame = ++frame_;
    row.side = side;
    row.kind = kind;
    row.bytes = bytes;
    row.detail = detail;
    rows().add(row);
  }
  // One of the client's probes, `idle` after what was before it, below zero = unknown; an answer comes 1 ms later.
  void probe(std::int64_t connection_id, std::int64_t episode, std::int64_t ordinal, std::int64_t at, std::int64_t idle,
             Text answer = "none", Text prober = "client") {
    KeepaliveProbeRow row;
    row.id = ++frame_ * 1000;
    row.connection_id = connection_id;
    row.prober = prober;
    row.episode = episode;
    row.ordinal = ordinal;
    row.time_ns = at * ms;
    row.frame = frame_;
    row.payload_bytes = 0;
    if (idle >= 0) row.idle_before_ns = idle * ms;
    row.answer = answer;
    if (answer != "none") {
      row.answer_ns = (at + 1) * ms;
      row.answer_frame = ++frame_;
    }
    rows().add(row);
  }

 private:
  ExampleDatabase database_;
  std::int64_t frame_ = 0;
};

// --- keepalive

// Each connection is one episode, asked at 100 s and every 10 s after that.
TEST_F(TcpViews, EpisodesKnowTheStatesOfThePeer) {
  const auto connection = [&](std::int64_t id, const std::vector<Text>& answers) {
    rows().add(open_connection(id));
    std::int64_t ordinal = 0;
    for (const Text& answer : answers) {
      probe(id, 1, ordinal + 1, (100 + 10 * ordinal) * second, ordinal == 0 ? 100 * second : 10 * second, answer);
      ++ordinal;
    }
  };
  connection(1, {"ack"});
  connection(2, {"none", "none", "ack"});  // two answers were lost
  connection(3, {"none", "rst"});
  connection(4, {"icmp", "none", "none"});  // routers answer the first, then less often (RFC 1812 section 4.3.2.8)
  connection(5, {"none", "none", "none"});
  event(5, 130 * second, "client", "rst");
  connection(6, {"none", "none"});
  event(6, 115 * second, "client", "fin");
  connection(7, {"none", "none", "none"});  // nothing more, and the capture goes on for hours
  connection(8, {"none"});                  // asked once, and then it closed, as an application may: that proves nothing
  event(8, 101 * second, "client", "fin");
  connection(9, {"none", "none"});
  event(9, 111 * second, "server", "fin");  // the peer's FIN is no giving up, but then nothing follows
  EXPECT_EQ(answer("SELECT connection_id, probes, verdict, ended_by, (end_ns - start_ns) / 1000000 FROM keepalive_episodes ORDER BY 1"),
            (Answer{{"1", "1", "alive", "ack", "1"},
                    {"2", "3", "alive", "ack", "20001"},
                    {"3", "2", "rebooted", "rst", "10001"},
                    {"4", "3", "unreachable", "silence", "20000"},
                    {"5", "3", "crashed", "rst", "30000"},
                    {"6", "2", "crashed", "fin", "15000"},
                    {"7", "3", "crashed", "silence", "20000"},
                    {"8", "1", "given_up", "fin", "1000"},
                    {"9", "2", "crashed", "silence", "10000"}}));
}

TEST_F(TcpViews, AnEpisodeIsUnfinishedWhereTheCaptureEndsFirst) {
  rows().add(open_connection(1));
  probe(1, 1, 1, 9970 * second, 7200 * second);
  probe(1, 1, 2, 9985 * second, 15 * second);  // the capture ends at 10,000 s, before two more intervals are over
  EXPECT_EQ(answer("SELECT verdict, ended_by FROM keepalive_episodes"), (Answer{{"unfinished", "NULL"}}));
}

TEST_F(TcpViews, AnEpisodeIsUnfinishedWhereTheConnectionWasEvicted) {
  rows().add(closed_connection(1, "evicted", {}));
  for (std::int64_t n = 1; n <= 2; ++n) probe(1, 1, n, n * second, second);
  EXPECT_EQ(answer("SELECT verdict, ended_by FROM keepalive_episodes"), (Answer{{"unfinished", "NULL"}}));
}

TEST_F(TcpViews, AnEpisodeHasNoVerdictWhereNobodyLookedForAnswers) {
  ConnectionRow row = open_connection(1);
  row.one_way = 1;
  rows().add(row);
  for (std::int64_t n = 1; n <= 3; ++n) probe(1, 1, n, n * second, second);
  EXPECT_EQ(answer("SELECT probes, verdict FROM keepalive_episodes"), (Answer{{"3", "NULL"}}));
  EXPECT_EQ(answer("SELECT idle_s, interval_s, count, detection_s FROM keepalive_settings"), (Answer{{"NULL", "NULL", "NULL", "NULL"}}));
}

TEST_F(TcpViews, EpisodesOfBothSidesAreTheirOwn) {
  rows().add(open_connection(1));
  probe(1, 1, 1, 10 * second, 10 * second, "ack", "server");
  probe(1, 1, 1, 20 * second, 20 * second, "none", "client");
  probe(1, 2, 1, 20 * second, 10 * second, "ack", "server");
  probe(1, 1, 2, 25 * second, 5 * second, "none", "client");
  event(1, 30 * second, "client", "rst");
  EXPECT_EQ(answer("SELECT prober, episode, probes, verdict FROM keepalive_episodes ORDER BY prober, episode"),
            (Answer{{"client", "1", "2", "crashed"}, {"server", "1", "1", "alive"}, {"server", "2", "1", "alive"}}));
}

TEST_F(TcpViews, SettingsAreTheTimersAndNotTheNetworksCopies) {
  rows().add(open_connection(1));
  probe(1, 1, 1, 60 * second, 60 * second, "ack");
  probe(1, 2, 1, 121 * second, 61 * second, "none");
  probe(1, 2, 2, 131 * second, 10 * second, "none");
  probe(1, 2, 2, 131 * second + 3, 3, "none");  // a copy of it
  probe(1, 2, 3, 142 * second, 11 * second, "none");
  probe(1, 2, 4, 152 * second, 10 * second, "none");
  event(1, 162 * second, "client", "rst");
  rows().add(open_connection(2));  // always answered: nobody knows how often it would have asked
  probe(2, 1, 1, 7200 * second, 7200 * second, "ack");
  rows().add(open_connection(3));  // the capture began with a probe
  probe(3, 1, 1, 0, -1, "ack");
  probe(3, 2, 1, 30 * second, 30 * second, "ack");
  EXPECT_EQ(answer("SELECT connection_id, prober, idle_s, interval_s, count, detection_s FROM keepalive_settings ORDER BY 1"),
            (Answer{{"1", "client", "60.5", "10.0", "4", "100.5"},
                    {"2", "client", "7200.0", "NULL", "NULL", "NULL"},
                    {"3", "client", "30.0", "NULL", "NULL", "NULL"}}));
}

// --- closes

TEST_F(TcpViews, CloseAuditSaysWhoDidWhat) {
  std::int64_t id = 0;
  const auto add = [&](ConnectionRow row) {
    rows().add(row);
    return ++id;
  };
  const auto next = [&](Text how, Text first) { return closed_connection(id + 1, how, first); };
  const auto fins = [&](Text first, std::int64_t at, Text second_side, std::int64_t second_at) {
    event(id, at, first, "fin");
    event(id, second_at, second_side, "fin");
  };
  ConnectionRow row;
  add(next("fin", "client"));  // 1
  fins("client", 50, "server", 60);
  add(next("fin", "server"));  // 2 the server sent on behind its own FIN
  fins("server", 50, "client", 52);
  event(id, 51, "server", "data_after_fin", 7);
  add(next("rst", "client"));  // 3
  event(id, 50, "client", "rst");
  row = next("rst", "server");  // 4 with 400 bytes of the client on the way
  row.client_unacknowledged_bytes = 400;
  add(row);
  event(id, 50, "server", "rst");
  add(next("rst", "client"));  // 5 FIN, and RST for what came after it
  event(id, 50, "client", "fin");
  event(id, 70, "client", "rst");
  row = next("rst", "server");  // 6 instead of an answer
  row.exchanges = 2;
  row.client_unacknowledged_bytes = 10;
  add(row);
  HttpExchangeRow exchange = exchange_row(id * 1000, id, 2);
  exchange.status = exchange.response_start_ns = exchange.response_end_ns = Integer{};
  rows().add(exchange);
  event(id, 50, "server", "rst");
  row = next("rst", "server");  // 7 no handshake
  row.established_ns = Integer{};
  row.client_packets = row.client_syns;
  row.client_bytes = row.server_bytes = 0;
  add(row);
  event(id, 1, "server", "rst");
  row = next("open", {});  // 8 nobody there, tried again after 1, 2 and 4 s
  row.established_ns = Integer{};
  row.server_packets = 0;
  row.client_packets = row.client_syns = 4;
  row.one_way = 1;
  add(row);
  for (const std::int64_t at : {1, 3, 7}) event(id, at * second, "client", "syn_retransmitted");
  row = next("open", {});  // 9 half open
  row.established_ns = Integer{};
  add(row);
  row = next("open", "client");  // 10 the server knows of the client's FIN and does not close
  row.client_acknowledged_ns = 51 * ms;
  add(row);
  event(id, 50, "client", "fin");
  row = next("open", "client");  // 11 it does not even know
  row.client_acknowledged_ns = 40 * ms;
  add(row);
  event(id, 50, "client", "fin");
  add(next("open", {}));        // 12
  row = next("rst", "client");  // 13 only one direction: a handshake, and what became of it
  row.one_way = 1;
  row.server_packets = 0;
  add(row);
  event(id, 50, "client", "fin");
  event(id, 60, "client", "rst");
  add(next("evicted", {}));  // 14
  row = next("open", {});    // 15 a router says that there is no way
  row.established_ns = Integer{};
  row.server_packets = 0;
  row.client_packets = 1;
  add(row);
  event(id, 1, "client", "icmp_unreachable");
  row = next("rst", "server");  // 16 closed with 1000 bytes received and perhaps not read
  row.unread_bytes = 1000;
  add(row);
  event(id, 50, "server", "rst");
  event(id, 51, "client", "rst");  // for what crossed it
  EXPECT_EQ(answer("SELECT connection_id, closed_first, half_closed_ms, lost_bytes, verdict, syn_steps_ms FROM close_audit ORDER BY 1"),
            (Answer{{"1", "client", "10.0", "0", "clean", "NULL"},
                    {"2", "server", "2.0", "7", "data_after_fin", "NULL"},
                    {"3", "client", "NULL", "0", "aborted", "NULL"},
                    {"4", "server", "NULL", "400", "lost_data", "NULL"},
                    {"5", "client", "20.0", "0", "reset_after_fin", "NULL"},
                    {"6", "server", "NULL", "10", "request_reset", "NULL"},
                    {"7", "server", "NULL", "0", "refused", "NULL"},
                    {"8", "NULL", "NULL", "NULL", "unanswered", "1000, 2000, 4000"},
                    {"9", "NULL", "NULL", "NULL", "incomplete", "NULL"},
                    {"10", "client", "9999950.0", "NULL", "half_closed", "NULL"},
                    {"11", "client", "9999950.0", "NULL", "fin_unanswered", "NULL"},
                    {"12", "NULL", "NULL", "NULL", "open", "NULL"},
                    {"13", "NULL", "NULL", "NULL", "NULL", "NULL"},
                    {"14", "NULL", "NULL", "NULL", "evicted", "NULL"},
                    {"15", "NULL", "NULL", "NULL", "unreachable", "NULL"},
                    {"16", "server", "NULL", "0", "aborted", "NULL"}}));
  EXPECT_EQ(answer("SELECT unread_bytes, rst_by FROM close_audit WHERE connection_id = 16"), (Answer{{"1000", "server"}}));
}

TEST_F(TcpViews, CloseAuditKnowsThePeersThatKeepaliveFoundGone) {
  rows().add(closed_connection(1, "rst", "client"));
  probe(1, 1, 1, 10 * second, 10 * second);
  probe(1, 1, 2, 11 * second, second);
  event(1, 12 * second, "client", "rst");
  rows().add(closed_connection(2, "rst", "server"));
  probe(2, 1, 1, 10 * second, 10 * second, "rst");
  event(2, 10 * second + 1, "server", "rst");
  EXPECT_EQ(answer("SELECT connection_id, verdict FROM close_audit ORDER BY 1"), (Answer{{"1", "peer_lost"}, {"2", "peer_rebooted"}}));
}

// The client closes at 0, 10 and 59 s: three at once. A fourth at 70 s: the first two are over then. The server holds one.
TEST_F(TcpViews, TimeWaitIsHeldForAMinuteByWhoClosedFirst) {
  std::int64_t id = 0;
  for (const std::int64_t at : {0, 10, 59, 70}) {
    rows().add(closed_connection(++id, "fin", "client"));
    event(id, at * second - 5, "client", "fin");
    event(id, at * second, "server", "fin");
  }
  rows().add(closed_connection(++id, "fin", "server"));
  event(id, 100, "server", "fin");
  event(id, 110, "client", "fin");
  rows().add(closed_connection(++id, "rst", "client"));  // a RST leaves nothing behind
  event(id, 100, "client", "rst");
  ConnectionRow crossing = closed_connection(++id, "fin", "server");  // both wait, as neither knew of the other's FIN
  crossing.server_ip = "192.0.2.2";
  rows().add(crossing);
  event(id, 100, "server", "fin");
  event(id, 101, "client", "fin", {}, "crossed");
  EXPECT_EQ(answer("SELECT ip, remote_ip, remote_port, closes, at_once_max, holder, share_of_ports FROM time_wait_holders"),
            (Answer{{"10.0.0.1", "192.0.2.1", "80", "4", "3", "client", "0.0001"},
                    {"10.0.0.1", "192.0.2.2", "80", "1", "1", "client", "0.0"},
                    {"192.0.2.1", "10.0.0.1", "NULL", "1", "1", "server", "NULL"},
                    {"192.0.2.2", "10.0.0.1", "NULL", "1", "1", "server", "NULL"}}));
}

// --- idle time-outs

class IdleTimeouts : public TcpViews {
 protected:
  // A connection with one exchange that ended at 36 ms, and which the server closed `idle` after that; 0 = not at all.
  void closed_after(std::int64_t idle) {
    ConnectionRow row = idle == 0 ? open_connection(++id_) : closed_connection(++id_, "fin", "server");
    row.exchanges = 1;
    rows().add(row);
    HttpExchangeRow exchange = exchange_row(id_ * 1000, id_);
    exchange.keep_alive_timeout_s = 60;
    rows().add(exchange);
    if (idle != 0) event(id_, 36 + idle, "server", "fin");
  }
  void survived(std::int64_t idle) {
    closed_after(0);
    HttpExchangeRow exchange = exchange_row(id_ * 1000 + 1, id_, 2, 36 + idle);
    exchange.idle_before_ns = idle * ms;
    rows().add(exchange);
  }
  std::int64_t id_ = 0;
};

TEST_F(IdleTimeouts, AreWhereClosesCluster) {
  for (const std::int64_t idle : {65'000, 65'200, 65'100, 12'000, 30'000}) closed_after(idle);
  closed_after(50);  // at once: no timer
  closed_after(0);
  survived(64'000);
  EXPECT_EQ(answer("SELECT * FROM idle_timeouts"), (Answer{{"192.0.2.1", "80", "60", "65.1", "3", "0.2", "64.0", "5", "0", "0", "1"}}));
}

TEST_F(IdleTimeouts, AreNotWhereClosesScatter) {
  for (const std::int64_t idle : {5'000, 10'000, 15'000}) closed_after(idle);
  EXPECT_EQ(answer("SELECT effective_s, closes, idle_closes FROM idle_timeouts"), (Answer{{"NULL", "NULL", "3"}}));
}

TEST_F(IdleTimeouts, AreContradictedByReuseAfterALongerSilence) {
  closed_after(5'000);
  survived(90'000);
  EXPECT_EQ(answer("SELECT effective_s, longest_survived_s, contradicted FROM idle_timeouts"), (Answer{{"5.0", "90.0", "1"}}));
}

TEST_F(IdleTimeouts, DoNotCountClosesOfTheClientOrOfPendingRequests) {
  ConnectionRow row = closed_connection(1, "fin", "client");
  row.exchanges = 1;
  rows().add(row);
  rows().add(exchange_row(1000, 1));
  event(1, 5000, "client", "fin");
  event(1, 5001, "server", "fin");
  row = closed_connection(2, "fin", "server");
  row.exchanges = 1;
  rows().add(row);
  HttpExchangeRow pending = exchange_row(2000, 2);
  pending.complete = 0;
  rows().add(pending);
  event(2, 5000, "server", "fin");
  EXPECT_EQ(answer("SELECT effective_s, idle_closes FROM idle_timeouts"), (Answer{{"NULL", "NULL"}}));
}

TEST_F(IdleTimeouts, AreNotToldByWhatOneDirectionShows) {
  closed_after(5'000);
  ConnectionRow row = closed_connection(++id_, "fin", "server");
  row.one_way = 1;
  rows().add(row);
  rows().add(exchange_row(id_ * 1000, id_));
  event(id_, 60'000, "server", "fin");
  EXPECT_EQ(answer("SELECT effective_s, idle_closes FROM idle_timeouts"), (Answer{{"5.0", "1"}}));
}

// --- the race: round trip 20 ms; the first exchange ends at 36 ms, the server closes at 5036 ms

class IdleTimeoutRaces : public TcpViews {
 protected:
  // A connection whose second request is sent at `at`; the server acknowledged last at 31 ms, and closed.
  HttpExchangeRow second_request(std::int64_t id, std::int64_t at, Text method = "GET") {
    connection_ = closed_connection(id, "rst", "server");
    connection_.exchanges = 2;
    connection_.client_unacknowledged_bytes = 90;
    connection_.client_acknowledged_ns = 31 * ms;
    rows().add(exchange_row(id * 1000, id));
    HttpExchangeRow row = exchange_row(id * 1000 + 1, id, 2, at);
    row.method = method;
    row.idle_before_ns = (at - 36) * ms;
    row.status = row.response_start_ns = row.response_end_ns = row.persistent = Integer{};
    row.complete = 0;
    return row;
  }
  ConnectionRow connection_;
};

TEST_F(IdleTimeoutRaces, AreSeenFromBothEndsOfTheWire) {
  // Near the client: the request, then the FIN that crossed it, then the RST for the request.
  rows().add(second_request(1, 5020));
  rows().add(connection_);
  event(1, 5036, "server", "fin");
  event(1, 5041, "server", "rst");
  // Near the server: the FIN, then the request, then the RST for it.
  rows().add(second_request(2, 5050, "POST"));
  rows().add(connection_);
  event(2, 5036, "server", "fin");
  event(2, 5051, "server", "rst");
  EXPECT_EQ(answer("SELECT exchange_id, connection_id, idle_before_ms, closed_by, killed_by, retried_by_exchange_id, safe_to_retry "
                   "FROM idle_timeout_races"),
            (Answer{{"1001", "1", "4984.0", "server", "fin", "NULL", "1"}, {"2001", "2", "5014.0", "server", "rst", "NULL", "0"}}));
}

TEST_F(IdleTimeoutRaces, TellTheTimerOfTheServerOnce) {
  for (std::int64_t id = 1; id <= 2; ++id) {
    HttpExchangeRow request = second_request(id, 5020);
    rows().add(request);
    request.id = id * 1000 + 2;  // pipelined behind it
    request.ordinal = 3;
    request.idle_before_ns = 0;
    rows().add(request);
    rows().add(connection_);
    event(id, 5036, "server", "fin");
  }
  EXPECT_EQ(answer("SELECT count(*) FROM idle_timeout_races"), (Answer{{"4"}}));
  EXPECT_EQ(answer("SELECT effective_s, closes, idle_closes FROM idle_timeouts"), (Answer{{"5.0", "2", "2"}}));
}

TEST_F(IdleTimeoutRaces, AreNoTimersWhereTheRequestProvokedTheReset) {
  rows().add(second_request(1, 500'036));  // a firewall forgot the connection meanwhile, and says so
  rows().add(connection_);
  event(1, 500'046, "server", "rst");
  rows().add(second_request(2, 50));  // and the server that closes as soon as it has answered
  rows().add(connection_);
  event(2, 37, "server", "fin");
  EXPECT_EQ(answer("SELECT count(*) FROM idle_timeout_races"), (Answer{{"2"}}));
  EXPECT_EQ(answer("SELECT effective_s, idle_closes FROM idle_timeouts"), (Answer{{"NULL", "NULL"}}));
}

TEST_F(IdleTimeoutRaces, AreNotWhereTheServerKnewOfTheRequest) {
  rows().add(second_request(1, 5020));
  connection_.client_acknowledged_ns = 5036 * ms;  // its FIN acknowledges the request: it closed because of it
  rows().add(connection_);
  event(1, 5036, "server", "fin");
  EXPECT_EQ(answer("SELECT * FROM idle_timeout_races"), Answer{});
}

TEST_F(IdleTimeoutRaces, AreNotWhereTheClientKnewOfTheClose) {
  rows().add(second_request(1, 5036 + 22));  // 22 ms behind the FIN, and the round trip is 20
  rows().add(connection_);
  event(1, 5036, "server", "fin");
  event(1, 5060, "server", "rst");
  EXPECT_EQ(answer("SELECT * FROM idle_timeout_races"), Answer{});
}

TEST_F(IdleTimeoutRaces, AreNotOnAConnectionsFirstRequestOrAnAnsweredOneOrTheClientsClose) {
  HttpExchangeRow row = second_request(1, 5020);
  row.ordinal = 1;
  rows().add(row);
  rows().add(connection_);
  event(1, 5036, "server", "fin");
  row = second_request(2, 5020);
  row.status = 408;
  row.response_start_ns = 5036 * ms;
  rows().add(row);
  rows().add(connection_);
  event(2, 5036, "server", "fin");
  rows().add(second_request(3, 5020));
  connection_.closed_first = "client";
  rows().add(connection_);
  event(3, 5030, "client", "rst");
  event(3, 5036, "server", "rst");
  EXPECT_EQ(answer("SELECT * FROM idle_timeout_races"), Answer{});
}

TEST_F(IdleTimeoutRaces, AreMeasuredByOtherRoundTripsWhereTheHandshakeWasNotSeen) {
  rows().add(second_request(1, 5020));  // 16 ms before the FIN; the shortest wait on it is 5 ms
  connection_.handshake_rtt_ns = Integer{};
  connection_.midstream = 1;
  rows().add(connection_);
  event(1, 5036, "server", "fin");
  rows().add(second_request(2, 5033));  // likewise, to a server of which no handshake was seen at all
  connection_.handshake_rtt_ns = Integer{};
  connection_.server_port = 81;
  rows().add(connection_);
  event(2, 5036, "server", "fin");
  rows().add(open_connection(3));  // of the first pair, with a handshake of 20 ms
  EXPECT_EQ(answer("SELECT connection_id, round_trip_ms FROM idle_timeout_races"), (Answer{{"1", "20.0"}, {"2", "5.0"}}));
}

TEST_F(IdleTimeoutRaces, KnowTheRetryOnAnotherConnection) {
  rows().add(second_request(1, 5020));
  rows().add(connection_);
  event(1, 5036, "server", "fin");
  rows().add(open_connection(2, 5040));
  rows().add(exchange_row(2000, 2, 1, 5060));
  rows().add(open_connection(3, 5040));
  HttpExchangeRow other = exchange_row(3000, 3, 1, 5050);
  other.path = "/other";
  rows().add(other);
  rows().add(open_connection(4, 60'000));
  rows().add(exchange_row(4000, 4, 1, 60'030));  // a minute later: another request
  EXPECT_EQ(answer("SELECT exchange_id, retried_by_exchange_id FROM idle_timeout_races"), (Answer{{"1001", "2000"}}));
}

// --- windows

TEST_F(TcpViews, ZeroWindowEpisodesLastUntilTheWindowOpens) {
  ConnectionRow row = open_connection(1);
  row.end_ns = 9000 * ms;
  rows().add(row);
  event(1, 1000, "server", "zero_window");
  event(1, 2000, "client", "zero_window");  // the other side's is another
  event(1, 4000, "server", "window_reopened");
  event(1, 5000, "server", "zero_window");
  EXPECT_EQ(answer("SELECT side, stalled_ms, reopened FROM zero_window_episodes ORDER BY start_ns"),
            (Answer{{"server", "3000.0", "1"}, {"client", "7000.0", "0"}, {"server", "4000.0", "0"}}));
}

}  // namespace
}  // namespace longwire
