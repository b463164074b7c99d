// Turns of encrypted connections: what directions and sizes of records tell, at every cut and with sleep in between.
#include "dissectors/tls_turns.h"

#include <gtest/gtest.h>

#include "capture/limits.h"
#include "dissectors/tls.h"
#include "tests/conversation.h"
#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

std::string turns(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"tls_turns " + columns});
}
std::string data(std::size_t bytes) {
  return protected_record(application_data, bytes);
}

const std::string finished = change_cipher_spec_record() + protected_record(handshake, 40);

// After a resumed handshake of TLS 1.2 in packets 1 to 3.
Conversation tls12(const std::string& protocol = "http/1.1") {
  ClientHelloFields hello;
  hello.session_id = std::string(32, 'i');
  hello.extensions = {alpn({protocol})};
  ServerHelloFields answer;
  answer.session_id = hello.session_id;
  answer.extensions = {alpn({protocol})};
  Conversation talk;
  talk.client(handshake_record(1, client_hello_body(hello)))
      .server(handshake_record(2, server_hello_body(answer)) + finished)
      .client(finished);
  return talk;
}

// After a handshake of TLS 1.3 with AES-GCM and SHA-256 in packets 1 to 3.
Conversation tls13(const std::vector<std::string>& protocols = {"http/1.1"}, const TlsExtensionList& more = {}) {
  ClientHelloFields hello;
  hello.suites = {0x1301};
  hello.extensions = {supported_versions({0x0304}), alpn(protocols)};
  hello.extensions.insert(hello.extensions.end(), more.begin(), more.end());
  ServerHelloFields answer;
  answer.suite = 0x1301;
  answer.extensions = {{43, u16(0x0304)}, {51, u16(29) + vec16(std::string(32, 'k'))}};
  Conversation talk;
  talk.client(handshake_record(1, client_hello_body(hello)))
      .server(handshake_record(2, server_hello_body(answer)) + data(1000))
      .client(data(53));  // Finished
  return talk;
}

TEST(TlsTurns, WhoSpeaksAgainBeginsATurn) {
  Conversation talk = tls12();
  talk.client(data(300) + data(200)).server(data(1000)).server(data(1000)).client(data(310)).server(data(50)).close();
  EXPECT_EQ(turns(talk,
                  "ordinal request_first_frame request_last_frame response_first_frame response_last_frame request_records "
                  "response_records request_bytes response_bytes multiplexed"),
            "tls_turns ordinal=1 request_first_frame=4 request_last_frame=4 response_first_frame=5 response_last_frame=6 request_records=2 "
            "response_records=2 request_bytes=500 response_bytes=2000 multiplexed=0\n"
            "tls_turns ordinal=2 request_first_frame=7 request_last_frame=7 response_first_frame=8 response_last_frame=8 request_records=1 "
            "response_records=1 request_bytes=310 response_bytes=50 multiplexed=0\n");
  EXPECT_EQ(turns(talk, "idle_before_ns"), "tls_turns idle_before_ns=NULL\ntls_turns idle_before_ns=1000000\n");
}

TEST(TlsTurns, AnAlertIsNoTurn) {
  Conversation talk = tls12();
  talk.client(data(300)).server(data(1000)).server(protected_record(alert, 26)).client(protected_record(alert, 26)).close();
  EXPECT_EQ(turns(talk, "ordinal response_last_frame"), "tls_turns ordinal=1 response_last_frame=5\n");
}

TEST(TlsTurns, WithoutAnAnswer) {
  Conversation talk = tls12();
  talk.client(data(300)).close();
  EXPECT_EQ(turns(talk, "request_first_frame response_start_ns response_records"),
            "tls_turns request_first_frame=4 response_start_ns=NULL response_records=0\n");
  EXPECT_EQ(turns(tls12().close(), "ordinal"), "") << "nobody asked";
}

TEST(TlsTurns, BeforeTls13AServerMaySpeakFirst) {
  Conversation talk = tls12();
  talk.server(data(80)).client(data(60)).server(data(70)).close();
  EXPECT_EQ(turns(talk, "ordinal request_start_ns request_records response_first_frame"),
            "tls_turns ordinal=1 request_start_ns=NULL request_records=0 response_first_frame=4\n"
            "tls_turns ordinal=2 request_start_ns=1700000000005000000 request_records=1 response_first_frame=6\n");
}

// RFC 8446 sections 4.6.1, 4.6.3 and 6.1, all in records that say application data.
TEST(TlsTurns, WhatTls13HidesIsKnownByItsSize) {
  Conversation talk = tls13();
  talk.client(data(300))
      .server(data(250) + data(250) + data(900))  // two tickets
      .server(data(22))                           // KeyUpdate, or a last chunk: as the one who speaks goes on
      .client(data(22))                           // KeyUpdate
      .server(data(19))                           // close_notify
      .client(data(19))
      .close();
  EXPECT_EQ(turns(talk, "ordinal response_bytes response_records response_last_frame"),
            "tls_turns ordinal=1 response_bytes=922 response_records=2 response_last_frame=6\n");
}

TEST(TlsTurns, TicketsAheadOfTheFirstRequest) {
  Conversation talk = tls13();
  talk.server(data(250) + data(250)).client(data(300)).server(data(900)).close();
  EXPECT_EQ(turns(talk, "ordinal request_first_frame response_bytes"), "tls_turns ordinal=1 request_first_frame=5 response_bytes=900\n");
}

TEST(TlsTurns, RecordsOfEqualSizeLaterAreNoTickets) {
  Conversation talk = tls13();
  talk.client(data(300)).server(data(900)).client(data(300)).server(data(250) + data(250)).close();
  EXPECT_EQ(turns(talk, "ordinal response_bytes"), "tls_turns ordinal=1 response_bytes=900\ntls_turns ordinal=2 response_bytes=500\n");
  Conversation large = tls13();
  large.client(data(300)).server(data(16401) + data(16401)).close();
  EXPECT_EQ(turns(large, "response_bytes"), "tls_turns response_bytes=32802\n");
}

// RFC 8446 section 4.2.10: EndOfEarlyData and Finished are no part of it.
TEST(TlsTurns, EarlyDataIsARequest) {
  ClientHelloFields hello;
  hello.suites = {0x1301};
  hello.extensions = {supported_versions({0x0304}), {42, ""}, {41, vec16(vec16("identity") + std::string(4, '\0')) + vec16(vec8("b"))}};
  ServerHelloFields answer;
  answer.suite = 0x1301;
  answer.extensions = {{43, u16(0x0304)}, {41, u16(0)}};
  Conversation talk;
  talk.client(handshake_record(1, client_hello_body(hello)) + data(300))
      .server(handshake_record(2, server_hello_body(answer)) + data(200))
      .client(data(4 + 17) + data(53))
      .server(data(900))
      .close();
  EXPECT_EQ(turns(talk, "request_first_frame request_last_frame request_bytes response_bytes"),
            "tls_turns request_first_frame=1 request_last_frame=1 request_bytes=300 response_bytes=900\n");
}

// RFC 9113 sections 6.5 to 6.9: acknowledged settings, PING, WINDOW_UPDATE and GOAWAY begin nothing and prolong nothing.
TEST(TlsTurns, WhereHttp2MayBeInside) {
  Conversation agreed = tls12("h2");
  agreed.client(data(24 + 300)).server(data(24 + 500)).client(data(24 + 9)).server(data(24 + 900)).client(data(24 + 17)).close();
  EXPECT_EQ(turns(agreed, "ordinal response_bytes multiplexed"), "tls_turns ordinal=1 response_bytes=1448 multiplexed=1\n");
  Conversation offered = tls13({"h2", "http/1.1"});
  offered.client(data(17 + 300)).server(data(17 + 500)).client(data(17 + 13)).server(data(17 + 900)).server(data(17 + 17)).close();
  EXPECT_EQ(turns(offered, "ordinal response_last_frame multiplexed"), "tls_turns ordinal=1 response_last_frame=7 multiplexed=NULL\n");
}

TEST(TlsTurns, OfAConnectionWhoseHandshakeWasNotSeen) {
  Conversation talk;
  talk.midstream().client(data(300)).server(data(900)).client(data(19)).server(data(19)).close();
  EXPECT_EQ(turns(talk, "ordinal request_bytes response_bytes multiplexed"),
            "tls_turns ordinal=1 request_bytes=300 response_bytes=900 multiplexed=NULL\n");
}

TEST(TlsTurns, ARecordWithAHoleInItCounts) {
  Conversation talk = tls12();
  const std::string response = data(900);
  talk.client(data(300)).server(response.substr(0, 100)).gap(Side::server, 500).server(response.substr(600)).close();
  EXPECT_EQ(turns(talk, "response_bytes"), "tls_turns response_bytes=900\n");
}

TEST(TlsTurns, OfAFailedHandshakeThereAreNone) {
  ClientHelloFields hello;
  Conversation talk;
  talk.client(handshake_record(1, client_hello_body(hello)) + data(300)).server(alert_record(2, 40)).close();
  EXPECT_EQ(turns(talk, "ordinal"), "");
}

TEST(TlsTurns, TheirNumberIsLimited) {
  Conversation talk = tls12();
  for (unsigned i = 0; i < limits::tls_turns + 10; ++i) talk.client(data(100)).server(data(100));
  talk.close();
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(rows.rows<TlsTurnRow>().size(), limits::tls_turns);
  EXPECT_EQ(rows_as_text(rows, {"anomalies code detail"}), "anomalies code=tls.limit detail=turns of one connection\n");
}

}  // namespace
}  // namespace longwire::test
