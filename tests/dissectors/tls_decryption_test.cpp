// Conversations whose keys are known: what is inside is read at every cut, and what cannot be opened is told and left alone.
#include "dissectors/tls_decryption.h"

#include <gtest/gtest.h>

#include "dissectors/secrets.h"
#include "dissectors/session.h"
#include "dissectors/tls.h"
#include "tests/conversation.h"
#include "tests/tls_bytes.h"
#include "tests/tls_rfc8448.h"
#include "tests/tls_sealer.h"

namespace longwire::test {
namespace {

constexpr const char* suite13 = "TLS_AES_128_GCM_SHA256";
constexpr unsigned suite13_code = 0x1301;

std::string hex(const std::string& bytes) {
  std::string out;
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : bytes) (out += digits[static_cast<unsigned char>(c) >> 4]) += digits[static_cast<unsigned char>(c) & 15];
  return out;
}

// What the rows are, with the keys of a key log; `rows` as in rows_at_every_cut.
std::string rows_with_keys(const Conversation& talk, const std::string& key_log, const std::vector<std::string>& rows) {
  TlsKeys keys;
  keys.add_block(key_log, 0);
  DissectOptions options;
  options.keyring = &keys;
  return rows_at_every_cut(talk, rows, nullptr, options);
}
const std::string exchanges =
    "http_exchanges ordinal scheme method path status request_first_frame request_last_frame response_first_frame "
    "response_last_frame response_body_bytes complete";
const std::string anomalies = "anomalies frame side layers offset code";

const std::string random_c(32, 'c'), random_s(32, 's');
std::string log_line(const std::string& label, const std::string& secret, const std::string& client_random = random_c) {
  return label + " " + hex(client_random) + " " + hex(secret) + "\n";
}

// Both sides of TLS 1.3 with secrets of our own.
struct Tls13 {
  const std::string early = std::string(32, 'e'), client_handshake = std::string(32, 'h'), server_handshake = std::string(32, 'H'),
                    client_application = std::string(32, 'a'), server_application = std::string(32, 'A');
  TlsSealer client_early = sealer_of_traffic_secret(suite13, early);
  TlsSealer client_hs = sealer_of_traffic_secret(suite13, client_handshake),
            server_hs = sealer_of_traffic_secret(suite13, server_handshake);
  TlsSealer client = sealer_of_traffic_secret(suite13, client_application), server = sealer_of_traffic_secret(suite13, server_application);

  std::string key_log() const {
    return log_line("CLIENT_EARLY_TRAFFIC_SECRET", early) + log_line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", client_handshake) +
           log_line("SERVER_HANDSHAKE_TRAFFIC_SECRET", server_handshake) + log_line("CLIENT_TRAFFIC_SECRET_0", client_application) +
           log_line("SERVER_TRAFFIC_SECRET_0", server_application);
  }
  static std::string client_hello(bool early_data = false) {
    ClientHelloFields fields;
    fields.suites = {suite13_code};
    fields.extensions = {supported_versions({0x0304})};
    if (early_data) fields.extensions.emplace_back(42, "");
    if (early_data) fields.extensions.emplace_back(41, vec16(vec16("identity") + "\0\0\0\0") + vec16(vec8(std::string(32, 'b'))));
    return handshake_record(1, client_hello_body(fields), 0x0301);
  }
  static std::string server_hello(bool psk = false) {
    ServerHelloFields fields;
    fields.suite = suite13_code;
    fields.extensions = {{43, u16(0x0304)}, {51, u16(29) + vec16(std::string(32, 'k'))}};
    if (psk) fields.extensions.emplace_back(41, u16(0));
    return handshake_record(2, server_hello_body(fields));
  }
  static std::string encrypted_extensions(const TlsExtensionList& list = {}) { return tls_message(8, vec16(extension_list(list))); }
  static std::string finished() { return tls_message(20, std::string(32, 'f')); }

  // The hellos and both Finished.
  Conversation greeting(const TlsExtensionList& extensions = {}) {
    Conversation talk;
    talk.client(client_hello())
        .server(server_hello() + server_hs.seal(handshake, encrypted_extensions(extensions) + finished()))
        .client(client_hs.seal(handshake, finished()));
    return talk;
  }
};

// In this order: that of a sum's parts is not told.
std::string one_after_another(std::initializer_list<std::string> records) {
  std::string all;
  for (const std::string& record : records) all += record;
  return all;
}

const std::string get = "GET /inside HTTP/1.1\r\nHost: a\r\n\r\n";
std::string answer(std::size_t body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body) + "\r\n\r\n" + std::string(body, 'b');
}

// Section 3: every message of the handshake, the data and the alerts, and the row.
TEST(TlsDecryption, TheTraceOfRfc8448) {
  const Rfc8448Simple& trace = rfc8448_simple();
  Conversation talk;
  talk.client(trace.client_hello).server(trace.server_hello + trace.server_flight).client(trace.client_finished);
  talk.server(trace.new_session_ticket).client(trace.client_data).server(trace.server_data);
  talk.client(trace.client_close).server(trace.server_close).close();
  EXPECT_EQ(rows_with_keys(talk, rfc8448_key_log(), {"tls_handshakes version outcome inferred decrypted_by client_certificate_requested"}),
            "tls_handshakes version=TLS 1.3 outcome=completed inferred=0 decrypted_by=dsb client_certificate_requested=0\n");
  EXPECT_EQ(rows_with_keys(talk, rfc8448_key_log(), {"tls_messages ordinal from_client type frame bytes encrypted alert"}),
            "tls_messages ordinal=1 from_client=1 type=client_hello frame=1 bytes=196 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=2 from_client=0 type=server_hello frame=2 bytes=90 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=3 from_client=0 type=encrypted_extensions frame=2 bytes=40 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=4 from_client=0 type=certificate frame=2 bytes=445 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=5 from_client=0 type=certificate_verify frame=2 bytes=136 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=6 from_client=0 type=finished frame=2 bytes=36 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=7 from_client=1 type=finished frame=3 bytes=36 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=8 from_client=0 type=new_session_ticket frame=4 bytes=205 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=9 from_client=1 type=alert frame=7 bytes=2 encrypted=0 alert=close_notify\n"
            "tls_messages ordinal=10 from_client=0 type=alert frame=8 bytes=2 encrypted=0 alert=close_notify\n");
}

TEST(TlsDecryption, WhatIsInsideIsReadAsHttps) {
  Tls13 tls;
  Conversation talk = tls.greeting({alpn({"http/1.1"})});
  talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(5))).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {exchanges, "tls_handshakes alpn early_data", anomalies}),
            "http_exchanges ordinal=1 scheme=https method=GET path=/inside status=200 request_first_frame=4 request_last_frame=4 "
            "response_first_frame=5 response_last_frame=5 response_body_bytes=5 complete=1\n"
            "tls_handshakes alpn=http/1.1 early_data=no\n");
  TlsKeys keys;
  keys.add_block(tls.key_log(), 0);
  DissectOptions options;
  options.keyring = &keys;
  RowBatch rows;
  EXPECT_EQ(read(talk, {}, rows, nullptr, options), "tls/http1");
}

// The packets that carried a record: the first byte is of the first, the last one of that which completes the record.
TEST(TlsDecryption, ARecordInSeveralPackets) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  const std::string request = tls.client.seal(application_data, get), response = tls.server.seal(application_data, answer(500));
  talk.client(request.substr(0, 3))
      .client(request.substr(3, 20))
      .client(request.substr(23, request.size() - 24))
      .client(request.substr(request.size() - 1));
  for (std::size_t at = 0; at < response.size(); at += 100) talk.server(response.substr(at, 100));
  talk.close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {exchanges}),
            "http_exchanges ordinal=1 scheme=https method=GET path=/inside status=200 request_first_frame=5 request_last_frame=7 "
            "response_first_frame=8 response_last_frame=13 response_body_bytes=500 complete=1\n");
}

TEST(TlsDecryption, ManyRecordsAndPadding) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  std::string request, response;
  for (const char c : get) request += tls.client.seal(application_data, std::string(1, c), 3);
  for (const char c : answer(20))
    response += one_after_another({tls.server.seal(application_data, std::string(1, c)), tls.server.seal(application_data, "")});
  talk.client(request).server(response).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"http_exchanges path status response_body_bytes complete", anomalies}),
            "http_exchanges path=/inside status=200 response_body_bytes=20 complete=1\n");
}

TEST(TlsDecryption, AWrongKeyIsToldOnceAndNothingIsMadeUp) {
  Tls13 tls, other;
  other.client_hs = sealer_of_traffic_secret(suite13, std::string(32, 'x'));
  other.server_hs = sealer_of_traffic_secret(suite13, std::string(32, 'y'));
  Conversation talk = other.greeting();
  talk.client(other.client.seal(application_data, get)).server(other.server.seal(application_data, answer(5))).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {exchanges, "tls_handshakes outcome inferred decrypted_by", anomalies}),
            "tls_handshakes outcome=completed inferred=1 decrypted_by=NULL\n"
            "anomalies frame=2 side=server layers=tls offset=95 code=tls.decrypt.failed\n"
            "anomalies frame=3 side=client layers=tls offset=59 code=tls.decrypt.failed\n");
}

TEST(TlsDecryption, DamageEndsItsSide) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  std::string damaged = tls.server.seal(application_data, answer(5));
  damaged[10] = static_cast<char>(damaged[10] ^ 1);
  talk.client(tls.client.seal(application_data, get)).server(damaged).server(tls.server.seal(application_data, answer(5))).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"http_exchanges method status complete", "anomalies frame side code"}),
            "http_exchanges method=GET status=NULL complete=0\n"
            "anomalies frame=5 side=server code=tls.decrypt.failed\n");
}

TEST(TlsDecryption, KeysChangeByKeyUpdate) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  const std::string updated =
      std::string(as_text(next_traffic_secret(0x0304, TlsHash::sha256, TlsSecret(as_bytes(tls.server_application))).bytes()));
  TlsSealer later = sealer_of_traffic_secret(suite13, updated);
  talk.client(tls.client.seal(application_data, get))
      .server(one_after_another({tls.server.seal(handshake, tls_message(24, u8(0))), later.seal(application_data, answer(5))}));
  talk.client(tls.client.seal(application_data, get)).server(later.seal(application_data, answer(6))).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"http_exchanges ordinal status response_body_bytes", anomalies}),
            "http_exchanges ordinal=1 status=200 response_body_bytes=5\nhttp_exchanges ordinal=2 status=200 response_body_bytes=6\n");
}

// draft-vvv-tls-alps-01 section 4: Chrome answers Google's application settings with EncryptedExtensions of its own.
TEST(TlsDecryption, AClientSendsEncryptedExtensionsOnlyWhereApplicationSettingsWereAgreedOn) {
  const auto odd = [](const TlsExtensionList& of_server) {
    Tls13 tls;
    Conversation talk;
    talk.client(Tls13::client_hello());
    talk.server(Tls13::server_hello() + tls.server_hs.seal(handshake, Tls13::encrypted_extensions(of_server) + Tls13::finished()));
    talk.client(tls.client_hs.seal(handshake, Tls13::encrypted_extensions({{17513, "settings"}}) + Tls13::finished()));
    talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(5))).close();
    return rows_with_keys(talk, tls.key_log(), {"http_exchanges status", "tls_handshakes outcome early_data", "anomalies side code"});
  };
  const std::string read = "http_exchanges status=200\ntls_handshakes outcome=completed early_data=no\n";
  EXPECT_EQ(odd({{17513, ""}}), read);
  EXPECT_EQ(odd({{17613, ""}}), read);
  EXPECT_EQ(odd({}), read + "anomalies side=client code=tls.message.sender\n");
}

// RFC 8446 section 4.6.2: authentication behind the handshake changes no keys.
// RFC 8446 section 4.3.1: what the server has to say to the client's extensions stands in two messages.
TEST(TlsDecryption, EncryptedExtensionsAreToldBehindThoseOfTheHello) {
  const auto told = [](const TlsExtensionList& extensions) {
    Tls13 tls;
    return rows_with_keys(tls.greeting(extensions).close(), tls.key_log(), {"tls_handshakes server_extensions"});
  };
  EXPECT_EQ(told({}), "tls_handshakes server_extensions=[\"supported_versions\",\"key_share\"]\n");
  EXPECT_EQ(told({{0, ""}, {28, u16(1024)}}),
            "tls_handshakes server_extensions=[\"supported_versions\",\"key_share\",\"server_name\",\"record_size_limit\"]\n");
}

TEST(TlsDecryption, MessagesBehindTheHandshakeBelongToIt) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  talk.server(tls.server.seal(handshake, tls_message(13, vec8("context") + vec16(""))));
  talk.client(one_after_another({tls.client.seal(handshake, tls_message(11, vec8("context") + vec24("")) + Tls13::finished()),
                                 tls.client.seal(application_data, get)}));
  talk.server(tls.server.seal(application_data, answer(5))).close();
  EXPECT_EQ(
      rows_with_keys(talk, tls.key_log(), {"http_exchanges status", "tls_handshakes outcome", "tls_messages ordinal type"}),
      "http_exchanges status=200\ntls_handshakes outcome=completed\n"
      "tls_messages ordinal=1 type=client_hello\ntls_messages ordinal=2 type=server_hello\n"
      "tls_messages ordinal=3 type=encrypted_extensions\ntls_messages ordinal=4 type=finished\ntls_messages ordinal=5 type=finished\n"
      "tls_messages ordinal=6 type=certificate_request\ntls_messages ordinal=7 type=certificate\ntls_messages ordinal=8 type=finished\n");
}

// Its certificate is one of the handshake's all the same.
TEST(TlsDecryption, ACertificateBehindTheHandshakeIsKept) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  talk.server(tls.server.seal(handshake, tls_message(13, vec8("context") + vec16(""))));
  talk.client(tls.client.seal(handshake, tls_message(11, vec8("context") + vec24(vec24("certificate") + vec16(""))) + Tls13::finished()));
  talk.close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"tls_certificates side position", "anomalies side code"}),
            "tls_certificates side=client position=0\nanomalies side=client code=tls.certificate.unreadable\n");
}

// A server that does not take the client's certificate says so when the handshake is over for the client.
TEST(TlsDecryption, ARefusalBehindTheHandshakeIsAFailure) {
  for (const std::string& said : {std::string("\2\x74"), std::string("\1\0", 2)}) {
    Tls13 tls;
    Conversation talk = tls.greeting();
    talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(alert, said)).close();
    EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"tls_handshakes last_frame outcome alert alert_by"}),
              said[1] != 0 ? "tls_handshakes last_frame=5 outcome=failed alert=certificate_required alert_by=server\n"
                           : "tls_handshakes last_frame=3 outcome=completed alert=NULL alert_by=NULL\n");
  }
}

TEST(TlsDecryption, ContentThatIsTooLongIsToldAndRead) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(16384))).close();
  TlsKeys keys;
  keys.add_block(tls.key_log(), 0);
  DissectOptions options;
  options.keyring = &keys;
  RowBatch rows;
  read(talk, {}, rows, nullptr, options);
  EXPECT_EQ(rows_as_text(rows, {"http_exchanges response_body_bytes", "anomalies side code"}),
            "http_exchanges response_body_bytes=16384\nanomalies side=server code=tls.record.overflow\n");
}

TEST(TlsDecryption, EarlyDataThatIsAccepted) {
  Tls13 tls;
  Conversation talk;
  talk.client(Tls13::client_hello(true)).client(tls.client_early.seal(application_data, get));
  talk.server(one_after_another({Tls13::server_hello(true),
                                 tls.server_hs.seal(handshake, Tls13::encrypted_extensions({{42, ""}}) + Tls13::finished()),
                                 tls.server.seal(application_data, answer(5))}));
  talk.client(one_after_another({tls.client_early.seal(handshake, tls_message(5, "")), tls.client_hs.seal(handshake, Tls13::finished()),
                                 tls.client.seal(application_data, get)}));
  talk.server(tls.server.seal(application_data, answer(6))).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(),
                           {"http_exchanges ordinal status request_first_frame response_body_bytes",
                            "tls_handshakes early_data resumed inferred", anomalies}),
            "http_exchanges ordinal=1 status=200 request_first_frame=2 response_body_bytes=5\n"
            "http_exchanges ordinal=2 status=200 request_first_frame=4 response_body_bytes=6\n"
            "tls_handshakes early_data=accepted resumed=psk inferred=0\n");
}

// It is passed over: the client sends it again. Whether the server refuses by a full handshake, or within the resumption.
TEST(TlsDecryption, EarlyDataThatIsRejected) {
  for (const bool resumed : {false, true}) {
    Tls13 tls;
    Conversation talk;
    talk.client(Tls13::client_hello(true))
        .client(one_after_another({tls.client_early.seal(application_data, get), tls.client_early.seal(application_data, "more")}));
    talk.server(Tls13::server_hello(resumed) + tls.server_hs.seal(handshake, Tls13::encrypted_extensions() + Tls13::finished()));
    talk.client(one_after_another({tls.client_hs.seal(handshake, Tls13::finished()), tls.client.seal(application_data, get)}));
    talk.server(tls.server.seal(application_data, answer(5))).close();
    EXPECT_EQ(
        rows_with_keys(talk, tls.key_log(),
                       {"http_exchanges ordinal status request_first_frame", "tls_handshakes early_data inferred outcome", anomalies}),
        "http_exchanges ordinal=1 status=200 request_first_frame=4\ntls_handshakes early_data=rejected inferred=0 outcome=completed\n");
  }
}

TEST(TlsDecryption, AHelloRetryRequestRejectsEarlyData) {
  Tls13 tls;
  ServerHelloFields retry;
  retry.random = hello_retry_random();
  retry.suite = suite13_code;
  retry.extensions = {{43, u16(0x0304)}, {51, u16(23)}};
  Conversation talk;
  talk.client(Tls13::client_hello(true) + change_cipher_spec_record()).client(tls.client_early.seal(application_data, get));
  talk.server(handshake_record(2, server_hello_body(retry)) + change_cipher_spec_record());
  talk.client(Tls13::client_hello(false));
  talk.server(Tls13::server_hello() + tls.server_hs.seal(handshake, Tls13::encrypted_extensions() + Tls13::finished()));
  talk.client(one_after_another({tls.client_hs.seal(handshake, Tls13::finished()), tls.client.seal(application_data, get)}));
  talk.server(tls.server.seal(application_data, answer(5))).close();
  EXPECT_EQ(rows_with_keys(
                talk, tls.key_log(),
                {"http_exchanges ordinal status request_first_frame", "tls_handshakes hello_retry early_data inferred outcome", anomalies}),
            "http_exchanges ordinal=1 status=200 request_first_frame=6\n"
            "tls_handshakes hello_retry=1 early_data=rejected inferred=0 outcome=completed\n");
}

// A hole in the body of a response: the records behind it are found by their number, and what is missing is known to the byte.
TEST(TlsDecryption, BehindAHoleItGoesOn) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(1000).substr(0, 200)));
  const std::string lost =
      tls.server.seal(application_data, answer(1000).substr(200, 300)) + tls.server.seal(application_data, answer(1000).substr(500, 300));
  talk.gap(Side::server, lost.size()).server(tls.server.seal(application_data, answer(1000).substr(800)));
  talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(7))).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"http_exchanges ordinal status response_body_bytes complete", "anomalies side code"}),
            "http_exchanges ordinal=1 status=200 response_body_bytes=400 complete=0\n"
            "http_exchanges ordinal=2 status=200 response_body_bytes=7 complete=1\n");
}

TEST(TlsDecryption, AHoleInsideARecordTakesThatRecord) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  const std::string holed = tls.server.seal(application_data, answer(1000).substr(0, 500));
  talk.client(tls.client.seal(application_data, get)).server(holed.substr(0, 100)).gap(Side::server, 50).server(holed.substr(150));
  talk.server(tls.server.seal(application_data, answer(1000).substr(500)));
  talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(7))).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"http_exchanges ordinal method status response_body_bytes"}).substr(0, 40),
            std::string("http_exchanges ordinal=1 method=GET status=NULL response_body_bytes=0").substr(0, 40));
}

// The server's flight and with it the change of keys are missing.
TEST(TlsDecryption, AHoleInTheHandshakeHidesNoData) {
  Tls13 tls;
  Conversation talk;
  const std::string flight = tls.server_hs.seal(handshake, Tls13::encrypted_extensions() + Tls13::finished());
  talk.client(Tls13::client_hello()).server(Tls13::server_hello()).gap(Side::server, flight.size());
  talk.client(one_after_another({tls.client_hs.seal(handshake, Tls13::finished()), tls.client.seal(application_data, get)}));
  talk.server(tls.server.seal(application_data, answer(5))).close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"http_exchanges status response_body_bytes complete", "anomalies side code"}),
            "http_exchanges status=200 response_body_bytes=5 complete=1\n");
}

// Nothing that follows opens: told, and the side is left alone.
TEST(TlsDecryption, WhereNothingIsFoundBehindAHoleItsSideIsGivenUp) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(1000).substr(0, 500)));
  talk.gap(Side::server, 4000);
  for (int i = 0; i < 16; ++i) talk.server(tls_record(application_data, std::string(500, '\xee')));
  talk.close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"http_exchanges status complete", "anomalies side code"}),
            "http_exchanges status=200 complete=0\nanomalies side=server code=tls.decrypt.lost\n");
}

// What says where a body ends that lasts to the end: the alert, and no byte behind it.
TEST(TlsDecryption, CloseNotifyEndsABodyUntilClose) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  talk.client(tls.client.seal(application_data, get));
  talk.server(one_after_another(
                  {tls.server.seal(application_data, "HTTP/1.0 200 OK\r\n\r\nbody"), tls.server.seal(alert, std::string("\1\0", 2))}))
      .close();
  EXPECT_EQ(rows_with_keys(talk, tls.key_log(), {"http_exchanges status response_body_bytes complete", anomalies}),
            "http_exchanges status=200 response_body_bytes=4 complete=1\n");
}

TEST(TlsDecryption, ABlockBehindTheHellosIsInTimeAndOneBehindTheFinishedIsNot) {
  for (const auto& [number, rows] : {std::pair<std::uint64_t, const char*>{3, "tls_handshakes inferred=1 decrypted_by=dsb\n"},
                                     {4, "tls_handshakes inferred=1 decrypted_by=NULL\n"}}) {
    Tls13 tls;
    Conversation talk = tls.greeting();
    talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(5))).close();
    TlsKeys keys;
    keys.add_block(tls.key_log(), number);
    DissectOptions options;
    options.keyring = &keys;
    EXPECT_EQ(rows_at_every_cut(talk, {"tls_handshakes inferred decrypted_by"}, nullptr, options), rows) << number;
  }
}

TEST(TlsDecryption, OneSidesSecretsAreEnoughForThatSide) {
  Tls13 tls;
  Conversation talk = tls.greeting();
  talk.client(tls.client.seal(application_data, get)).server(tls.server.seal(application_data, answer(5))).close();
  const std::string of_client =
      log_line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", tls.client_handshake) + log_line("CLIENT_TRAFFIC_SECRET_0", tls.client_application);
  EXPECT_EQ(rows_with_keys(talk, of_client, {"http_exchanges path status", "tls_handshakes outcome inferred", anomalies}),
            "http_exchanges path=/inside status=NULL\ntls_handshakes outcome=completed inferred=1\n");
}

// ---- SSL 3.0 to TLS 1.2 ----

constexpr const char* suite12 = "TLS_RSA_WITH_AES_128_GCM_SHA256";
constexpr unsigned suite12_code = 0x009c;

struct Tls12 {
  std::string master = std::string(48, 'm');
  std::string client_random = random_c, server_random = random_s, session_id, offered_session_id, ticket;
  TlsExtensionList extensions{};  // of both hellos
  unsigned suite = suite12_code, compression = 0;

  MasterSecretOf secret() const { return {master, client_random, server_random}; }
  std::string client_hello() const {
    ClientHelloFields fields;
    fields.random = client_random;
    fields.session_id = offered_session_id;
    fields.suites = {suite12_code};
    fields.extensions = extensions;
    if (!ticket.empty()) fields.extensions.emplace_back(35, ticket);
    return tls_message(1, client_hello_body(fields));
  }
  std::string server_hello() const {
    ServerHelloFields fields;
    fields.random = server_random;
    fields.session_id = session_id;
    fields.suite = suite;
    fields.compression = compression;
    fields.extensions = extensions;
    return tls_message(2, server_hello_body(fields));
  }
  static std::string finished() { return tls_message(20, std::string(12, 'f')); }
  static std::string flight() { return tls_message(11, vec24(vec24("certificate"))) + tls_message(14, ""); }
  static std::string key_exchange(const std::string& encrypted = std::string(128, 'k')) { return tls_message(16, vec16(encrypted)); }

  TlsSealer client = sealer_of_master(suite12, 0x0303, secret(), Side::client),
            server = sealer_of_master(suite12, 0x0303, secret(), Side::server);
  void make_keys() {
    client = sealer_of_master(suite12, 0x0303, secret(), Side::client);
    server = sealer_of_master(suite12, 0x0303, secret(), Side::server);
  }

  void full_handshake(Conversation& talk, const std::string& new_ticket = "") {
    talk.client(tls_record(handshake, client_hello())).server(tls_record(handshake, server_hello() + flight()));
    talk.client(tls_record(handshake, key_exchange()) + change_cipher_spec_record() + client.seal(handshake, finished()));
    const std::string ticket_message = new_ticket.empty() ? "" : handshake_record(4, std::string(4, '\0') + vec16(new_ticket));
    talk.server(ticket_message + change_cipher_spec_record() + server.seal(handshake, finished()));
  }
  void resumed_handshake(Conversation& talk) {
    talk.client(tls_record(handshake, client_hello()));
    talk.server(tls_record(handshake, server_hello()) + change_cipher_spec_record() + server.seal(handshake, finished()));
    talk.client(change_cipher_spec_record() + client.seal(handshake, finished()));
  }
  void exchange(Conversation& talk, std::size_t body) {
    talk.client(client.seal(application_data, get)).server(server.seal(application_data, answer(body)));
  }
};

TEST(TlsDecryption, Tls12) {
  Tls12 tls;
  Conversation talk;
  tls.full_handshake(talk);
  tls.exchange(talk, 5);
  talk.client(tls.client.seal(alert, std::string("\1\0", 2))).close();
  EXPECT_EQ(rows_with_keys(talk, log_line("CLIENT_RANDOM", tls.master),
                           {"http_exchanges scheme status response_body_bytes", "tls_handshakes outcome inferred decrypted_by",
                            "tls_messages ordinal type bytes encrypted alert", anomalies}),
            "http_exchanges scheme=https status=200 response_body_bytes=5\n"
            "tls_handshakes outcome=completed inferred=0 decrypted_by=dsb\n"
            "tls_messages ordinal=1 type=client_hello bytes=45 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=2 type=server_hello bytes=42 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=3 type=certificate bytes=21 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=4 type=server_hello_done bytes=4 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=5 type=client_key_exchange bytes=134 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=6 type=change_cipher_spec bytes=1 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=7 type=finished bytes=16 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=8 type=change_cipher_spec bytes=1 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=9 type=finished bytes=16 encrypted=0 alert=NULL\n"
            "tls_messages ordinal=10 type=alert bytes=2 encrypted=0 alert=close_notify\n"
            "anomalies frame=2 side=server layers=tls offset=67 code=tls.certificate.unreadable\n");
}

// RFC 6066 section 7: ten bytes of each HMAC, of a key that is whole; an AEAD has none to truncate.
TEST(TlsDecryption, TruncatedMacs) {
  struct Case {
    const char* suite;
    unsigned code;
    bool encrypt_then_mac;
  };
  for (const auto& [suite, code, encrypt_then_mac] :
       {Case{"TLS_RSA_WITH_AES_128_CBC_SHA", 0x002f, false}, Case{"TLS_RSA_WITH_AES_256_CBC_SHA256", 0x003d, true},
        Case{"TLS_RSA_WITH_NULL_SHA", 0x0002, false}, Case{suite12, suite12_code, false}}) {
    Tls12 tls;
    tls.suite = code;
    tls.extensions = {{4, ""}};
    if (encrypt_then_mac) tls.extensions.emplace_back(22, "");
    tls.client = sealer_of_master(suite, 0x0303, tls.secret(), Side::client, encrypt_then_mac);
    tls.server = sealer_of_master(suite, 0x0303, tls.secret(), Side::server, encrypt_then_mac);
    if (code != suite12_code) tls.client.truncate_macs();
    if (code != suite12_code) tls.server.truncate_macs();
    Conversation talk;
    tls.full_handshake(talk);
    tls.exchange(talk, 5);
    talk.close();
    EXPECT_EQ(rows_with_keys(talk, log_line("CLIENT_RANDOM", tls.master),
                             {"http_exchanges scheme path status response_body_bytes complete", "tls_handshakes inferred decrypted_by"}),
              "http_exchanges scheme=https path=/inside status=200 response_body_bytes=5 complete=1\n"
              "tls_handshakes inferred=0 decrypted_by=dsb\n")
        << suite;
  }
}

// Camellia in GCM, which OpenSSL has not; an export suite; compressed records. Said where there is a key, and only there.
TEST(TlsDecryption, KeysWithoutACipherForThemAreToldOnceASide) {
  for (const auto& [suite, compression] : {std::pair{0xc07au, 0u}, std::pair{0x0003u, 0u}, std::pair{suite12_code, 1u}}) {
    Tls12 tls;
    tls.suite = suite;
    tls.compression = compression;
    Conversation talk;
    tls.full_handshake(talk);
    tls.exchange(talk, 5);
    talk.close();
    const std::vector<std::string> rows{"tls_handshakes outcome inferred decrypted_by", "tls_turns ordinal", anomalies};
    const std::string told =
        "tls_handshakes outcome=completed inferred=1 decrypted_by=NULL\ntls_turns ordinal=1\n"
        "anomalies frame=2 side=server layers=tls offset=67 code=tls.certificate.unreadable\n";
    EXPECT_EQ(rows_with_keys(talk, log_line("CLIENT_RANDOM", tls.master, std::string(32, '?')), rows), told);
    EXPECT_EQ(rows_with_keys(talk, log_line("CLIENT_RANDOM", tls.master), rows),
              told +
                  "anomalies frame=3 side=client layers=tls offset=195 code=tls.decrypt.suite\n"
                  "anomalies frame=4 side=server layers=tls offset=78 code=tls.decrypt.suite\n");
  }
}

// RFC 5246 section 7.4.1.1: a second handshake inside the first one's keys, and its ChangeCipherSpec too.
TEST(TlsDecryption, Renegotiation) {
  Tls12 first, second;
  second.client_random = std::string(32, 'C');
  second.server_random = std::string(32, 'S');
  second.master = std::string(48, 'M');
  second.make_keys();
  Conversation talk;
  first.full_handshake(talk);
  first.exchange(talk, 5);
  talk.server(first.server.seal(handshake, tls_message(0, ""))).client(first.client.seal(handshake, second.client_hello()));
  talk.server(first.server.seal(handshake, second.server_hello() + Tls12::flight()));
  talk.client(one_after_another({first.client.seal(handshake, Tls12::key_exchange()), first.client.seal(change_cipher_spec, u8(1)),
                                 second.client.seal(handshake, Tls12::finished())}));
  talk.server(one_after_another({first.server.seal(change_cipher_spec, u8(1)), second.server.seal(handshake, Tls12::finished())}));
  second.exchange(talk, 6);
  talk.close();
  const std::string log = log_line("CLIENT_RANDOM", first.master) + log_line("CLIENT_RANDOM", second.master, second.client_random);
  EXPECT_EQ(
      rows_with_keys(talk, log, {"http_exchanges ordinal status response_body_bytes", "tls_handshakes client_random outcome inferred"}),
      "http_exchanges ordinal=1 status=200 response_body_bytes=5\nhttp_exchanges ordinal=2 status=200 response_body_bytes=6\n"
      "tls_handshakes client_random=" +
          hex(first.client_random) +
          " outcome=completed inferred=0\n"
          "tls_handshakes client_random=" +
          hex(second.client_random) + " outcome=completed inferred=0\n");
}

// Master secrets are remembered for sessions that are resumed by id or by ticket, on a connection that begins later.
TEST(TlsDecryption, ASessionThatIsResumedNeedsNoKeyOfItsOwn) {
  Tls12 full;
  full.session_id = std::string(32, 'i');
  TlsKeys keys;
  keys.add_block(log_line("CLIENT_RANDOM", full.master), 0);
  DissectOptions options;
  options.keyring = &keys;
  Conversation before;
  full.full_handshake(before, "new ticket");
  before.close();
  RowBatch ignored;
  read(before, {}, ignored, nullptr, options);
  for (const bool by_ticket : {false, true}) {
    Tls12 resumed;
    resumed.client_random = std::string(32, 'C');
    resumed.server_random = std::string(32, 'S');
    resumed.make_keys();
    if (by_ticket) resumed.ticket = "new ticket";
    if (!by_ticket) resumed.session_id = resumed.offered_session_id = full.session_id;
    Conversation talk;
    for (int i = 0; i < 8; ++i) talk.gap(Side::client, 0);  // packets before it: the session must be older
    resumed.resumed_handshake(talk);
    resumed.exchange(talk, 5);
    talk.close();
    EXPECT_EQ(
        rows_at_every_cut(talk, {"http_exchanges status response_body_bytes", "tls_handshakes resumed decrypted_by"}, nullptr, options),
        std::string("http_exchanges status=200 response_body_bytes=5\ntls_handshakes resumed=") + (by_ticket ? "ticket" : "session_id") +
            " decrypted_by=dsb\n");
  }
}

// ---- idle ----

// Bytes that stay of the conversation's readers while it is idle, or 0 where they stay as they are.
std::uint64_t kept_while_idle(const Conversation& talk, const std::string& key_log) {
  TlsKeys keys;
  keys.add_block(key_log, 0);
  const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  DissectOptions options{.secrets = &secrets};
  options.keyring = &keys;
  ConnectionFacts facts = talk.facts;
  RowBatch rows;
  RowSink sink{&rows};
  Session session(options, facts, sink);
  std::uint64_t number = 0;
  for (const Entry& entry : talk.entries()) {
    ++number;
    session.data(entry.side, as_bytes(entry.bytes), {packet_time(number), number, number});
  }
  facts.last.number = number + 1;  // an ACK
  const auto asleep = session.sleep();
  return asleep ? asleep->held_memory() : 0;
}

TEST(TlsDecryption, WhileIdleItKeepsKeysAndNoCiphers) {
  constexpr std::uint64_t few = 800;  // bytes; two ciphers of OpenSSL's take three thousand
  Tls13 tls13;
  Conversation newer = tls13.greeting();
  newer.client(tls13.client.seal(application_data, get));
  EXPECT_EQ(kept_while_idle(newer, tls13.key_log()), 0u) << "it waits for the answer";
  newer.server(tls13.server.seal(application_data, answer(5)));
  EXPECT_LE(kept_while_idle(newer, tls13.key_log()), few);
  EXPECT_GT(kept_while_idle(newer, tls13.key_log()), 0u);
  Tls12 tls12;
  Conversation older;
  tls12.full_handshake(older);
  tls12.exchange(older, 5);
  EXPECT_LE(kept_while_idle(older, log_line("CLIENT_RANDOM", tls12.master)), few);
  EXPECT_GT(kept_while_idle(older, log_line("CLIENT_RANDOM", tls12.master)), 0u);
}

// TLS through a proxy inside TLS to the proxy.
TEST(TlsDecryption, TlsInsideTls) {
  Tls13 outer, inner;
  const std::string inner_random(32, 'C');
  Conversation talk = outer.greeting();
  talk.client(outer.client.seal(application_data, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"))
      .server(outer.server.seal(application_data, "HTTP/1.1 200 OK\r\n\r\n"));
  Conversation hidden = inner.greeting();
  hidden.client(inner.client.seal(application_data, get)).server(inner.server.seal(application_data, answer(5)));
  for (const Entry& entry : hidden.entries())
    talk.say(entry.side, (entry.side == Side::client ? outer.client : outer.server).seal(application_data, entry.bytes));
  talk.close();
  EXPECT_EQ(
      rows_with_keys(talk, outer.key_log(),
                     {"http_exchanges scheme method path status", "tls_handshakes decrypted_by inferred", anomalies}),
      "http_exchanges scheme=https method=CONNECT path=NULL status=200\nhttp_exchanges scheme=https method=GET path=/inside status=200\n"
      "tls_handshakes decrypted_by=dsb inferred=0\ntls_handshakes decrypted_by=dsb inferred=0\n");
}

}  // namespace
}  // namespace longwire::test
