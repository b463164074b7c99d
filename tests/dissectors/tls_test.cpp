// Whole conversations of TLS: the records and messages of a handshake, in the clear and encrypted, and what the row says.
#include "dissectors/tls.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/conversation.h"
#include "tests/made_certificate.h"
#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

std::string handshakes(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"tls_handshakes " + columns});
}
std::string messages(const Conversation& talk, const std::string& columns = "ordinal from_client type encrypted") {
  return rows_at_every_cut(talk, {"tls_messages " + columns});
}
std::string anomalies(const Conversation& talk) {
  return rows_at_every_cut(talk, {"anomalies side offset code"});
}

const std::string id32(32, 'i');

ClientHelloFields hello_tls12() {
  ClientHelloFields fields;
  fields.extensions = {server_name("www.example.org"), supported_groups({29, 23}), alpn({"h2", "http/1.1"})};
  return fields;
}
std::string client_hello(const ClientHelloFields& fields) {
  return handshake_record(1, client_hello_body(fields), 0x0301);
}
std::string server_hello(const ServerHelloFields& fields) {
  return handshake_record(2, server_hello_body(fields));
}
// RFC 8422 section 5.4: named_curve, x25519.
const std::string server_key_exchange = tls_message(12, u8(3) + u16(29) + vec8(std::string(32, 'k')));
const std::string der = make_certificate({.common_name = "a"}).der;
const std::string certificate = tls_message(11, vec24(vec24(der)));
const std::string server_hello_done = tls_message(14, "");
const std::string client_key_exchange = handshake_record(16, vec8(std::string(32, 'k')));
const std::string finished = protected_record(handshake, 40);
const std::string data = protected_record(application_data, 100);

// RFC 5246 figure 1.
Conversation full_tls12() {
  ServerHelloFields answer;
  answer.session_id = std::string(32, 'n');
  answer.extensions = {alpn({"h2"})};
  Conversation talk;
  talk.client(client_hello(hello_tls12()))
      .server(server_hello(answer) + tls_record(handshake, certificate + server_key_exchange + server_hello_done))
      .client(client_key_exchange + change_cipher_spec_record() + finished)
      .server(change_cipher_spec_record() + finished)
      .client(data)
      .server(data);
  return talk;
}

ClientHelloFields hello_tls13() {
  ClientHelloFields fields;
  fields.session_id = id32;  // middlebox compatibility, RFC 8446 appendix D.4
  fields.suites = {0x0a0a, 0x1301, 0x1302};
  fields.extensions = {{0x2a2a, ""}, server_name("a.test"), supported_versions({0x1a1a, 0x0304, 0x0303}), supported_groups({0x3a3a, 29})};
  return fields;
}
ServerHelloFields answer_tls13() {
  ServerHelloFields answer;
  answer.session_id = id32;
  answer.suite = 0x1301;
  answer.extensions = {{43, u16(0x0304)}, {51, u16(29) + vec16(std::string(32, 'k'))}};
  return answer;
}
// Sizes of a SHA-256 suite with a 16-byte tag, RFC 8446 sections 4.4.4 and 5.2.
const std::string finished_tls13 = protected_record(application_data, 4 + 32 + 1 + 16);
const std::string alert_tls13 = protected_record(application_data, 2 + 1 + 16);

TEST(Tls, AFullHandshakeOfTls12) {
  EXPECT_EQ(handshakes(full_tls12().close(),
                       "first_frame last_frame round_trips version cipher key_exchange named_group sni alpn resumed outcome inferred"),
            "tls_handshakes first_frame=1 last_frame=4 round_trips=2 version=TLS 1.2 cipher=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 "
            "key_exchange=ECDHE named_group=x25519 sni=www.example.org alpn=h2 resumed=no outcome=completed inferred=1\n");
  EXPECT_EQ(
      handshakes(full_tls12().close(),
                 "offered_versions offered_ciphers offered_groups offered_alpn extensions server_extensions client_random"),
      "tls_handshakes offered_versions=[\"TLS 1.2\"] "
      "offered_ciphers=[\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\",\"TLS_RSA_WITH_AES_128_GCM_SHA256\"] "
      "offered_groups=[\"x25519\",\"secp256r1\"] "
      "offered_alpn=[\"h2\",\"http/1.1\"] extensions=[\"server_name\",\"supported_groups\",\"application_layer_protocol_negotiation\"] "
      "server_extensions=[\"application_layer_protocol_negotiation\"] "
      "client_random=6363636363636363636363636363636363636363636363636363636363636363\n");
  EXPECT_EQ(messages(full_tls12().close(), "ordinal from_client type frame bytes encrypted"),
            "tls_messages ordinal=1 from_client=1 type=client_hello frame=1 bytes=101 encrypted=0\n"
            "tls_messages ordinal=2 from_client=0 type=server_hello frame=2 bytes=85 encrypted=0\n"
            "tls_messages ordinal=3 from_client=0 type=certificate frame=2 bytes=251 encrypted=0\n"
            "tls_messages ordinal=4 from_client=0 type=server_key_exchange frame=2 bytes=40 encrypted=0\n"
            "tls_messages ordinal=5 from_client=0 type=server_hello_done frame=2 bytes=4 encrypted=0\n"
            "tls_messages ordinal=6 from_client=1 type=client_key_exchange frame=3 bytes=37 encrypted=0\n"
            "tls_messages ordinal=7 from_client=1 type=change_cipher_spec frame=3 bytes=1 encrypted=0\n"
            "tls_messages ordinal=8 from_client=1 type=finished frame=3 bytes=40 encrypted=1\n"
            "tls_messages ordinal=9 from_client=0 type=change_cipher_spec frame=4 bytes=1 encrypted=0\n"
            "tls_messages ordinal=10 from_client=0 type=finished frame=4 bytes=40 encrypted=1\n");
  EXPECT_EQ(anomalies(full_tls12().close()), "");
}

TEST(Tls, AlertsBehindTheHandshakeBelongToIt) {
  Conversation talk = full_tls12();
  talk.client(protected_record(alert, 26)).close();
  EXPECT_EQ(rows_at_every_cut(talk, {"tls_handshakes outcome alert", "tls_messages ordinal from_client type encrypted alert_level"})
                .substr(0, 42),
            "tls_handshakes outcome=completed alert=NUL");
  EXPECT_NE(messages(talk).find("ordinal=11 from_client=1 type=alert encrypted=1\n"), std::string::npos);
}

// RFC 5077 section 3.4: who offers a ticket makes up a session id, and gets it back. RFC 5246 figure 2.
TEST(Tls, AResumedHandshakeOfTls12) {
  const auto resumed = [](const std::string& ticket) {
    ClientHelloFields fields = hello_tls12();
    fields.session_id = id32;
    fields.extensions.emplace_back(35, ticket);
    ServerHelloFields answer;
    answer.session_id = id32;
    Conversation talk;
    talk.client(client_hello(fields))
        .server(server_hello(answer) + change_cipher_spec_record() + finished)
        .client(change_cipher_spec_record() + finished)
        .close();
    return handshakes(talk, "round_trips resumption_offered resumed outcome client_certificate_requested");
  };
  EXPECT_EQ(
      resumed(""),
      "tls_handshakes round_trips=1 resumption_offered=session_id resumed=session_id outcome=completed client_certificate_requested=0\n");
  EXPECT_EQ(resumed("t"),
            "tls_handshakes round_trips=1 resumption_offered=ticket resumed=ticket outcome=completed client_certificate_requested=0\n");
}

// Section 3.4 of RFC 5077 again: a client may send no session id with its ticket.
TEST(Tls, ATicketWithoutSessionIdIsTakenWhereTheServersFlightIsShort) {
  ClientHelloFields fields = hello_tls12();
  fields.extensions.emplace_back(35, "ticket");
  Conversation talk;
  talk.client(client_hello(fields)).server(server_hello({}) + handshake_record(4, std::string(4, '\0') + vec16("new")));
  EXPECT_EQ(handshakes(talk, "resumed"), "tls_handshakes resumed=NULL\n") << "nothing told yet";
  talk.server(change_cipher_spec_record() + finished).client(change_cipher_spec_record() + finished).close();
  EXPECT_EQ(handshakes(talk, "resumed outcome"), "tls_handshakes resumed=ticket outcome=completed\n");
}

TEST(Tls, AResumptionThatIsOfferedAndNotTaken) {
  ClientHelloFields fields = hello_tls12();
  fields.session_id = id32;
  ServerHelloFields answer;
  answer.session_id = std::string(32, 'o');
  Conversation talk;
  talk.client(client_hello(fields))
      .server(server_hello(answer) + tls_record(handshake, certificate + server_key_exchange + server_hello_done));
  EXPECT_EQ(handshakes(talk, "resumption_offered resumed outcome"),
            "tls_handshakes resumption_offered=session_id resumed=no outcome=incomplete\n");
}

TEST(Tls, AHandshakeOfTls13) {
  Conversation talk;
  talk.client(client_hello(hello_tls13()))
      .server(server_hello(answer_tls13()) + change_cipher_spec_record() + protected_record(application_data, 1000))
      .client(change_cipher_spec_record() + finished_tls13 + data)
      .server(data)
      .close();
  EXPECT_EQ(
      handshakes(talk,
                 "last_frame round_trips offered_versions version cipher key_exchange named_group resumption_offered resumed early_data "
                 "hello_retry outcome inferred client_certificate_requested"),
      "tls_handshakes last_frame=3 round_trips=1 offered_versions=[\"GREASE\",\"TLS 1.3\",\"TLS 1.2\"] version=TLS 1.3 "
      "cipher=TLS_AES_128_GCM_SHA256 "
      "key_exchange=ECDHE named_group=x25519 resumption_offered=no resumed=no early_data=no hello_retry=0 outcome=completed inferred=1 "
      "client_certificate_requested=NULL\n");
  EXPECT_EQ(messages(talk),
            "tls_messages ordinal=1 from_client=1 type=client_hello encrypted=0\n"
            "tls_messages ordinal=2 from_client=0 type=server_hello encrypted=0\n"
            "tls_messages ordinal=3 from_client=0 type=change_cipher_spec encrypted=0\n"
            "tls_messages ordinal=4 from_client=0 type=NULL encrypted=1\n"
            "tls_messages ordinal=5 from_client=1 type=change_cipher_spec encrypted=0\n"
            "tls_messages ordinal=6 from_client=1 type=finished encrypted=1\n");
}

TEST(Tls, ClientCertificatesOfTls13MakeTheLastFlightLonger) {
  Conversation talk;
  talk.client(client_hello(hello_tls13())).server(server_hello(answer_tls13()) + protected_record(application_data, 1000));
  talk.client(protected_record(application_data, 900) + protected_record(application_data, 280))
      .client(finished_tls13)
      .client(data)
      .server(data)
      .close();
  EXPECT_EQ(handshakes(talk, "last_frame outcome"), "tls_handshakes last_frame=4 outcome=completed\n");
}

// In TLS 1.3 the client has the last word: what the server says to it decides. Of two bytes encrypted it can only be an alert,
// which is a refusal where the client was asked for a certificate, and else may be a close.
TEST(Tls, AServerMayRefuseAClientsCertificateBehindTheHandshake) {
  const std::string hidden_alert = protected_record(application_data, 2 + 1 + 16);
  for (const bool asked : {true, false}) {
    Conversation talk;
    talk.client(client_hello(hello_tls13())).server(server_hello(answer_tls13()) + protected_record(application_data, 1000));
    talk.client((asked ? protected_record(application_data, 25) : "") + finished_tls13 + data).server(hidden_alert).close();
    EXPECT_EQ(handshakes(talk, "last_frame outcome inferred alert_by"),
              asked ? "tls_handshakes last_frame=4 outcome=failed inferred=1 alert_by=server\n"
                    : "tls_handshakes last_frame=3 outcome=completed inferred=1 alert_by=NULL\n");
  }
  Conversation silent;
  silent.client(client_hello(hello_tls13())).server(server_hello(answer_tls13()) + protected_record(application_data, 1000));
  silent.client(finished_tls13).close();
  EXPECT_EQ(handshakes(silent, "last_frame outcome"), "tls_handshakes last_frame=3 outcome=completed\n");
}

TEST(Tls, AHelloRetryRequestMakesOneHandshakeOfTwoHellos) {
  ServerHelloFields retry;
  retry.random = hello_retry_random();
  retry.session_id = id32;
  retry.suite = 0x1301;
  retry.extensions = {{43, u16(0x0304)}, {51, u16(23)}};
  ServerHelloFields answer = answer_tls13();
  answer.extensions[1].second = u16(23) + vec16(std::string(65, 'k'));
  ClientHelloFields again = hello_tls13();
  again.extensions.emplace_back(44, vec16("cookie"));
  Conversation talk;
  talk.client(client_hello(hello_tls13()))
      .server(server_hello(retry) + change_cipher_spec_record())
      .client(change_cipher_spec_record() + client_hello(again))
      .server(server_hello(answer) + protected_record(application_data, 1000))
      .client(finished_tls13)
      .close();
  EXPECT_EQ(handshakes(talk, "round_trips hello_retry named_group outcome"),
            "tls_handshakes round_trips=2 hello_retry=1 named_group=secp256r1 outcome=completed\n");
  EXPECT_EQ(messages(talk, "type").substr(0, 69), "tls_messages type=client_hello\ntls_messages type=hello_retry_request\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Tls, APskIsAResumption) {
  ClientHelloFields fields = hello_tls13();
  fields.extensions.emplace_back(42, "");
  fields.extensions.emplace_back(41, vec16(vec16("identity") + std::string(4, '\0')) + vec16(vec8(std::string(32, 'b'))));
  ServerHelloFields answer = answer_tls13();
  const std::string rejected = server_hello(answer);
  answer.extensions.emplace_back(41, u16(0));
  const std::string end_of_early_data = protected_record(application_data, 4 + 1 + 16);
  Conversation taken, refused;
  taken.client(client_hello(fields) + change_cipher_spec_record() + data)
      .server(server_hello(answer) + protected_record(application_data, 100))
      .client(end_of_early_data + finished_tls13)
      .close();
  EXPECT_EQ(handshakes(taken, "resumption_offered resumed early_data key_exchange outcome last_frame"),
            "tls_handshakes resumption_offered=psk resumed=psk early_data=offered key_exchange=ECDHE outcome=completed last_frame=3\n");
  refused.client(client_hello(fields) + data).server(rejected + protected_record(application_data, 1000)).client(finished_tls13).close();
  EXPECT_EQ(handshakes(refused, "resumption_offered resumed early_data"),
            "tls_handshakes resumption_offered=psk resumed=no early_data=rejected\n");
}

TEST(Tls, AnAlertEndsIt) {
  Conversation refused, by_client, encrypted;
  refused.client(client_hello(hello_tls12())).server(alert_record(2, 40)).close();
  EXPECT_EQ(handshakes(refused, "version outcome inferred alert alert_by last_frame"),
            "tls_handshakes version=NULL outcome=failed inferred=0 alert=handshake_failure alert_by=server last_frame=2\n");
  EXPECT_NE(messages(refused, "type alert_level alert").find("type=alert alert_level=fatal alert=handshake_failure"), std::string::npos);
  by_client.client(client_hello(hello_tls12()))
      .server(server_hello({}) + tls_record(handshake, certificate + server_hello_done))
      .client(alert_record(2, 48))
      .close();
  EXPECT_EQ(handshakes(by_client, "version outcome alert alert_by"),
            "tls_handshakes version=TLS 1.2 outcome=failed alert=unknown_ca alert_by=client\n");
  encrypted.client(client_hello(hello_tls13()))
      .server(server_hello(answer_tls13()) + protected_record(application_data, 1000))
      .client(alert_tls13)
      .close();
  EXPECT_EQ(handshakes(encrypted, "version outcome inferred alert alert_by"),
            "tls_handshakes version=TLS 1.3 outcome=failed inferred=1 alert=NULL alert_by=client\n");
}

// Where somebody speaks anything else to a server of TLS, or nothing.
TEST(Tls, AFatalAlertAheadOfAllElseIsAHandshakeThatFailed) {
  Conversation alone, warned;
  alone.server(alert_record(2, 10)).close();
  EXPECT_EQ(rows_at_every_cut(alone, {"tls_handshakes version outcome alert alert_by first_frame", "tls_messages from_client type alert"}),
            "tls_handshakes version=NULL outcome=failed alert=unexpected_message alert_by=server first_frame=1\n"
            "tls_messages from_client=0 type=alert alert=unexpected_message\n");
  warned.server(alert_record(1, 0)).close();
  EXPECT_EQ(handshakes(warned, "outcome"), "") << "nobody wanted anything";
}

// RFC 6066 section 3: a server may say so, and go on.
TEST(Tls, AWarningDoesNotEndIt) {
  Conversation talk;
  talk.client(client_hello(hello_tls12()))
      .server(alert_record(1, 112) + server_hello({}) + tls_record(handshake, certificate + server_key_exchange + server_hello_done))
      .client(client_key_exchange + change_cipher_spec_record() + finished)
      .server(change_cipher_spec_record() + finished)
      .close();
  EXPECT_EQ(handshakes(talk, "outcome alert"), "tls_handshakes outcome=completed alert=NULL\n");
}

TEST(Tls, AMessageInAnyNumberOfRecords) {
  const std::string hello = tls_message(1, client_hello_body(hello_tls12()));
  Conversation talk;
  for (const char byte : hello) talk.client(tls_record(handshake, std::string(1, byte)));
  talk.server(alert_record(2, 80)).close();
  Conversation midstream = talk;
  EXPECT_EQ(handshakes(midstream.midstream(), "sni outcome"), "tls_handshakes sni=www.example.org outcome=failed\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"tls_handshakes first_frame sni outcome alert", "tls_messages type frame last_frame"}),
            "tls_handshakes first_frame=1 sni=www.example.org outcome=failed alert=internal_error\n"
            "tls_messages type=client_hello frame=1 last_frame=" +
                std::to_string(hello.size()) +
                "\n"
                "tls_messages type=alert frame=" +
                std::to_string(hello.size() + 1) + " last_frame=" + std::to_string(hello.size() + 1) + "\n");
}

// RFC 5246 section 6.2.1 lets an alert in; section 5.1 of RFC 8446 nothing.
TEST(Tls, AlertsMayStandInsideAMessageOtherRecordsNot) {
  const std::string hello = tls_message(1, client_hello_body(hello_tls12()));
  Conversation alerted, broken;
  alerted.client(tls_record(handshake, hello.substr(0, 10)) + alert_record(1, 112) + tls_record(handshake, hello.substr(10))).close();
  EXPECT_EQ(handshakes(alerted, "sni"), "tls_handshakes sni=www.example.org\n");
  broken.client(tls_record(handshake, hello.substr(0, 10)) + change_cipher_spec_record() + client_hello(hello_tls12())).close();
  EXPECT_EQ(anomalies(broken), "anomalies side=client offset=20 code=tls.message.interleaved\n");
  EXPECT_EQ(handshakes(broken, "sni"), "tls_handshakes sni=www.example.org\n");
}

TEST(Tls, AClientHelloInTheFormOfSsl2) {
  const std::string specs = std::string("\x01\x00\x80", 3) + std::string("\x00\x00\x35", 3) + std::string("\x00\x00\x04", 3);
  const std::string body = u8(1) + u16(0x0301) + u16(9) + u16(0) + u16(16) + specs + std::string(16, 'c');
  const std::string hello = u16(0x8000 | static_cast<unsigned>(body.size())) + body;
  ServerHelloFields answer;
  answer.version = 0x0301;
  answer.suite = 0x0035;
  Conversation talk;
  talk.client(hello).server(server_hello(answer) + tls_record(handshake, certificate + server_hello_done)).close();
  EXPECT_EQ(handshakes(talk, "offered_versions offered_ciphers version cipher key_exchange resumed ja3 ja4"),
            "tls_handshakes offered_versions=[\"TLS 1.0\"] offered_ciphers=[\"TLS_RSA_WITH_AES_256_CBC_SHA\",\"TLS_RSA_WITH_RC4_128_MD5\"] "
            "version=TLS 1.0 cipher=TLS_RSA_WITH_AES_256_CBC_SHA key_exchange=RSA resumed=no ja3=NULL ja4=NULL\n");
  const std::string server_body =
      u8(4) + u8(0) + u8(1) + u16(2) + u16(static_cast<unsigned>(der.size())) + u16(3) + u16(2) + der + specs.substr(0, 3) + "id";
  Conversation ssl2;
  ssl2.client(hello)
      .server(u16(0x8000 | static_cast<unsigned>(server_body.size())) + server_body)
      .client("\x80\x05rest!")
      .server("\x80\x04more")
      .close();
  EXPECT_EQ(handshakes(ssl2, "version resumed outcome"), "tls_handshakes version=SSL 2.0 resumed=no outcome=NULL\n");
  EXPECT_EQ(anomalies(ssl2), "");
}

TEST(Tls, TheFirstClientHelloCounts) {
  Conversation talk;
  talk.client(client_hello(hello_tls12())).client(client_hello(hello_tls13())).server(server_hello({})).close();
  EXPECT_EQ(handshakes(talk, "sni version"), "tls_handshakes sni=www.example.org version=TLS 1.2\n");
  EXPECT_EQ(anomalies(talk),
            "anomalies side=client offset=" + std::to_string(client_hello(hello_tls12()).size() + client_hello(hello_tls13()).size() - 1) +
                " code=tls.client_hello.repeated\n");
}

TEST(Tls, WhoSendsTheClientHelloIsTheClient) {
  Conversation talk;
  talk.server(client_hello(hello_tls12())).client(alert_record(2, 40)).close();
  EXPECT_EQ(handshakes(talk, "sni alert_by"), "tls_handshakes sni=www.example.org alert_by=server\n");
  EXPECT_EQ(messages(talk, "from_client type"), "tls_messages from_client=1 type=client_hello\ntls_messages from_client=0 type=alert\n");
}

TEST(Tls, WhatWasNotSeenIsNull) {
  Conversation server_alone;
  server_alone.midstream().server(server_hello({}) + tls_record(handshake, certificate + server_key_exchange + server_hello_done)).close();
  EXPECT_EQ(handshakes(server_alone, "version cipher sni resumption_offered resumed early_data ja3 round_trips midstream"),
            "tls_handshakes version=TLS 1.2 cipher=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 sni=NULL resumption_offered=NULL resumed=no "
            "early_data=NULL "
            "ja3=NULL round_trips=NULL midstream=1\n");
  Conversation client_alone;
  client_alone.facts.one_way = true;
  client_alone.client(client_hello(hello_tls12())).client(client_key_exchange + change_cipher_spec_record() + finished).close();
  EXPECT_EQ(handshakes(client_alone, "version cipher resumed hello_retry outcome sni"),
            "tls_handshakes version=NULL cipher=NULL resumed=NULL hello_retry=NULL outcome=NULL sni=www.example.org\n");
  Conversation data_alone;
  data_alone.midstream().client(data).server(data).close();
  EXPECT_EQ(handshakes(data_alone, "id"), "") << "no handshake was seen";
}

// Alerts, and messages of a renegotiation: encrypted, however they look. With the sequence number before it, as GCM has it.
TEST(Tls, WhatIsEncryptedBeforeTls13IsNotReadWhereTheHandshakeWasNotSeen) {
  const std::string nonce("\0\0\0\0\0\0\0\1", 8);
  const std::string alert26 = tls_record(alert, nonce + std::string(18, 'a'));
  const std::string handshake40 = tls_record(handshake, nonce + "\2" + std::string(31, 'h'));
  Conversation midstream, holed;
  midstream.midstream().client(data).server(data).server(handshake40).client(handshake40).server(alert26).client(alert26).close();
  EXPECT_EQ(rows_at_every_cut(midstream, {"tls_handshakes id", "tls_turns ordinal request_records response_records", "anomalies code"}),
            "tls_turns ordinal=1 request_records=1 response_records=1\n");
  holed.client(client_hello(hello_tls12())).server(server_hello({}) + tls_record(handshake, certificate + server_key_exchange));
  holed.gap(Side::server, 100).client(client_key_exchange + change_cipher_spec_record() + finished);
  holed.server(alert26).client(alert26).close();
  EXPECT_EQ(rows_at_every_cut(holed, {"tls_handshakes outcome alert_by", "anomalies code"}),
            "tls_handshakes outcome=incomplete alert_by=NULL\n")
      << "what was lost may be its end";
}

TEST(Tls, AHoleHidesMessagesAndNotTheOutcome) {
  const std::string flight = tls_record(handshake, certificate + server_key_exchange + server_hello_done);
  ClientHelloFields fields = hello_tls12();
  fields.extensions.emplace_back(35, "ticket");
  Conversation talk;
  talk.client(client_hello(fields))
      .server(server_hello({}) + flight.substr(0, 20))
      .gap(Side::server, flight.size() - 20)
      .client(client_key_exchange + change_cipher_spec_record() + finished)
      .gap(Side::server, change_cipher_spec_record().size() + finished.size())
      .client(data)
      .server(data)
      .close();
  EXPECT_EQ(handshakes(talk, "version named_group resumed outcome"),
            "tls_handshakes version=TLS 1.2 named_group=NULL resumed=NULL outcome=completed\n");
}

TEST(Tls, AHoleInsideARecordIsCrossed) {
  Conversation talk = full_tls12();
  talk.server(data.substr(0, 50)).gap(Side::server, 30).server(data.substr(80) + protected_record(alert, 26)).close();
  EXPECT_EQ(anomalies(talk), "");
  EXPECT_NE(messages(talk).find("ordinal=11 from_client=0 type=alert encrypted=1\n"), std::string::npos);
}

TEST(Tls, BehindAHoleRecordsAreFoundAgainAtTheStartOfAPacket) {
  Conversation talk;
  talk.client(client_hello(hello_tls12()))
      .gap(Side::server, 1000)
      .server("rest of a record")
      .server(tls_record(handshake, server_hello_done))
      .close();
  EXPECT_EQ(messages(talk, "type frame"), "tls_messages type=client_hello frame=1\ntls_messages type=server_hello_done frame=4\n");
  EXPECT_EQ(anomalies(talk), "anomalies side=server offset=1016 code=channel.passed_over\n");
}

TEST(Tls, WhatIsNoRecordIsTold) {
  Conversation wrong_type, too_long, empty;
  wrong_type.client(client_hello(hello_tls12()) + "not a record").close();
  const std::string offset = std::to_string(client_hello(hello_tls12()).size());
  EXPECT_EQ(anomalies(wrong_type).substr(0, 58 + offset.size()),
            "anomalies side=client offset=" + offset + " code=tls.record.type\nanomali");
  too_long.client(client_hello(hello_tls12()) + u8(23) + u16(0x0303) + u16(16384 + 2048 + 1)).close();
  EXPECT_EQ(anomalies(too_long).substr(0, 53 + offset.size()), "anomalies side=client offset=" + offset + " code=tls.record.length\n");
  empty.client(client_hello(hello_tls12()) + tls_record(handshake, "")).close();
  EXPECT_EQ(anomalies(empty), "anomalies side=client offset=" + offset + " code=tls.record.empty\n");
}

TEST(Tls, WhatBreaksOffIsTold) {
  const std::string hello = client_hello(hello_tls12());
  Conversation record, message, capture_over;
  record.client(hello + data.substr(0, 60)).close();
  EXPECT_EQ(anomalies(record), "anomalies side=client offset=" + std::to_string(hello.size() + 60) + " code=tls.record.short\n");
  message.client(hello).server(tls_record(handshake, certificate.substr(0, 9))).close();
  EXPECT_EQ(anomalies(message), "anomalies side=server offset=14 code=tls.message.short\n");
  capture_over.client(hello + data.substr(0, 60));
  EXPECT_EQ(anomalies(capture_over), "");
}

TEST(Tls, AMessageBeyondItsLimitIsNotKept) {
  Conversation talk;
  const std::string big = tls_message(11, std::string(300'000, 'x'));
  talk.client(client_hello(hello_tls12())).server(server_hello({}));
  for (std::size_t i = 0; i < big.size(); i += 16384) talk.server(tls_record(handshake, big.substr(i, 16384)));
  talk.server(handshake_record(14, "")).close();
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(rows_as_text(rows, {"tls_handshakes limited resumed", "anomalies code detail"}),
            "tls_handshakes limited=1 resumed=no\nanomalies code=tls.limit detail=a message of 300000 bytes\n");
  EXPECT_NE(
      rows_as_text(rows, {"tls_messages type bytes"}).find("type=certificate bytes=300004\ntls_messages type=server_hello_done bytes=4"),
      std::string::npos);
}

TEST(Tls, MessagesOfAHandshakeAreLimited) {
  Conversation talk;
  talk.client(client_hello(hello_tls12()));
  for (int i = 0; i < 1100; ++i) talk.server(alert_record(1, 112));
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(rows.rows<TlsMessageRow>().size(), 1000u);
  EXPECT_EQ(rows_as_text(rows, {"tls_handshakes limited", "anomalies code detail"}),
            "tls_handshakes limited=1\nanomalies code=tls.limit detail=messages of one handshake\n");
}

TEST(Tls, MessagesInOnePacketAreLimitedWhereTheyStand) {
  Conversation talk;
  const std::string hello = server_hello({});
  std::string flood = hello + tls_record(handshake, "");
  for (int i = 0; i < 1100; ++i) flood += alert_record(1, 112);
  talk.client(client_hello(hello_tls12())).server(flood).close();
  const std::size_t alert = alert_record(1, 112).size(), before = hello.size() + tls_record(handshake, "").size();
  const std::string limit = "anomalies offset=" + std::to_string(before + 998 * alert + 5) + " code=tls.limit\n";
  for (const std::size_t cut : {std::size_t{0}, before + 998 * alert + 5 + 2, before + 999 * alert + 3}) {
    RowBatch rows;
    read(talk, {cut + talk.entries()[0].bytes.size()}, rows);
    EXPECT_NE(rows_as_text(rows, {"anomalies offset code"}).find(limit), std::string::npos) << cut;
  }
}

// RFC 8446 section 5.1: 2^14 bytes at most; it is told, and read all the same.
TEST(Tls, ARecordInTheClearThatIsTooLongIsRead) {
  Conversation talk;
  talk.client(client_hello(hello_tls12())).server(server_hello({}) + handshake_record(11, std::string(16384, '\0'))).close();
  EXPECT_EQ(anomalies(talk), "anomalies side=server offset=" + std::to_string(server_hello({}).size()) + " code=tls.record.overflow\n" +
                                 "anomalies side=server offset=" + std::to_string(server_hello({}).size() + 5 + 16387) +
                                 " code=tls.certificate.malformed\n");
}

TEST(Tls, FloodsOfOddRecordsMakeNoFloodOfRows) {
  Conversation talk;
  talk.client(client_hello(hello_tls12()));
  std::string empty, unknown;
  for (int i = 0; i < 5000; ++i) empty += tls_record(handshake, "");
  for (int i = 0; i < 5000; ++i) unknown += handshake_record(99, "");
  talk.server(server_hello({}) + empty + tls_record(alert, std::string(16000, '\x07')) + unknown).close();
  RowBatch rows;
  read(talk, {}, rows);
  std::map<std::string_view, int> told;
  for (const AnomalyRow& each : rows.rows<AnomalyRow>()) ++told[each.code];
  EXPECT_EQ(told["tls.record.empty"], 100);
  EXPECT_EQ(told["tls.alert.malformed"], 100);
  EXPECT_EQ(told["tls.message.type"], 100);
}

// As many as a hello has room for: the first of each are told, and that these are not all.
TEST(Tls, AHelloOfAbsurdListsIsToldInPart) {
  ClientHelloFields absurd;
  absurd.suites.clear();
  for (unsigned suite = 0; suite < 32000; ++suite) absurd.suites.push_back(suite);
  absurd.extensions = {server_name(std::string(60000, 'a'))};
  const auto in_records = [&] {
    std::string records;
    const std::string message = tls_message(1, client_hello_body(absurd));
    for (std::size_t at = 0; at < message.size(); at += 16384) records += tls_record(handshake, message.substr(at, 16384));
    return records;
  };
  const std::string suites = in_records();
  absurd.suites.resize(1);
  absurd.extensions = {server_name("a.test"), {13, std::string(1, '\xff')}, {10, ""}};
  for (unsigned type = 0; type < 15000; ++type) absurd.extensions.emplace_back(1000 + type % 3, "");
  Conversation talk;
  talk.client(suites).server(alert_record(2, 40)).client(in_records()).server(alert_record(2, 40)).close();
  RowBatch rows;
  read(talk, {}, rows);
  ASSERT_EQ(rows.rows<TlsHandshakeRow>().size(), 2u);
  EXPECT_EQ(rows_as_text(rows, {"tls_handshakes outcome alert limited", "anomalies code"}),
            "tls_handshakes outcome=failed alert=handshake_failure limited=1\n"
            "tls_handshakes outcome=failed alert=handshake_failure limited=1\n");
  const auto entries = [](std::string_view list) { return std::count(list.begin(), list.end(), ',') + 1; };
  EXPECT_EQ(entries(rows.rows<TlsHandshakeRow>()[0].offered_ciphers), std::ptrdiff_t{limits::tls_list.value});
  EXPECT_EQ(entries(rows.rows<TlsHandshakeRow>()[1].extensions), std::ptrdiff_t{limits::tls_list.value});
}

TEST(Tls, BehindConnectItIsReadToo) {
  Conversation talk;
  talk.client("CONNECT www.example.org:443 HTTP/1.1\r\nHost: www.example.org:443\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\n\r\n")
      .client(client_hello(hello_tls12()))
      .server(alert_record(2, 40))
      .close();
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges method upgraded_to", "tls_handshakes sni alert"}),
            "http_exchanges method=CONNECT upgraded_to=tunnel\ntls_handshakes sni=www.example.org alert=handshake_failure\n");
  RowBatch rows;
  EXPECT_EQ(read(talk, {}, rows), "http1/tls");
}

}  // namespace
}  // namespace longwire::test
