// Certificates in whole handshakes: which rows they make, and what the handshake says of them.
#include "dissectors/tls_certificates.h"

#include <gtest/gtest.h>

#include <fstream>

#include "capture/limits.h"
#include "tests/conversation.h"
#include "tests/example_database.h"
#include "tests/made_certificate.h"
#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

class TlsCertificateRows : public ::testing::Test {
 protected:
  TlsCertificateRows() {
    std::ofstream(directory_.file("root.pem")) << root.pem;
    TrustOptions own;
    own.files = {directory_.file("root.pem")};
    trust = std::make_unique<CertificateTrust>(own);
    options.trust = trust.get();
  }

  // A ClientHello, a ServerHello, and these messages of the server.
  static Conversation server_flight(const std::string& messages, const std::string& sni = "a.test") {
    ClientHelloFields hello;
    if (!sni.empty()) hello.extensions = {server_name(sni)};
    Conversation talk;
    talk.client(handshake_record(1, client_hello_body(hello)));
    talk.server(handshake_record(2, server_hello_body({})) + tls_record(handshake, messages));
    return talk;
  }
  static std::string chain(const std::vector<std::string>& ders) {
    std::string list;
    for (const std::string& der : ders) list += vec24(der);
    return tls_message(11, vec24(list));
  }
  std::string rows(const Conversation& talk, const std::vector<std::string>& chosen) const {
    return rows_at_every_cut(talk, chosen, nullptr, options);
  }

  TemporaryDirectory directory_;
  const MadeCertificate root = make_certificate({.common_name = "root", .ca = true});
  const MadeCertificate middle = make_certificate({.common_name = "middle", .ca = true, .issuer = &root, .serial = 2});
  const MadeCertificate leaf = make_certificate({.common_name = "leaf", .names = "DNS:a.test", .issuer = &middle, .serial = 3});
  const std::string done = tls_message(14, "");
  std::unique_ptr<CertificateTrust> trust;
  DissectOptions options;
};

TEST_F(TlsCertificateRows, AChainAsSent) {
  EXPECT_EQ(
      rows(server_flight(chain({leaf.der, middle.der}) + done).close(),
           {"tls_handshakes chain_status chain_error_depth name_matches", "certificates subject serial", "tls_certificates side position"}),
      "tls_handshakes chain_status=ok chain_error_depth=NULL name_matches=1\n"
      "certificates subject=CN=leaf, O=\"Test, Inc.\" serial=03\n"
      "certificates subject=CN=middle, O=\"Test, Inc.\" serial=02\n"
      "tls_certificates side=server position=0\n"
      "tls_certificates side=server position=1\n");
}

TEST_F(TlsCertificateRows, WhatIsWrongWithIt) {
  const auto told = [&](const Conversation& talk) {
    return rows(talk, {"tls_handshakes chain_status chain_error_depth name_matches"}).substr(15);
  };
  EXPECT_EQ(told(server_flight(chain({leaf.der}) + done)),
            "chain_status=unable_to_get_issuer_cert_locally chain_error_depth=0 name_matches=1\n");
  EXPECT_EQ(told(server_flight(chain({leaf.der, middle.der}) + done, "b.test")), "chain_status=ok chain_error_depth=NULL name_matches=0\n");
  EXPECT_EQ(told(server_flight(chain({leaf.der, middle.der}) + done, "")), "chain_status=ok chain_error_depth=NULL name_matches=NULL\n")
      << "the client named nobody";
  EXPECT_EQ(told(server_flight(chain({}) + done)), "chain_status=NULL chain_error_depth=NULL name_matches=NULL\n");
}

TEST_F(TlsCertificateRows, WithoutTrustNothingIsVerified) {
  options.trust = nullptr;
  EXPECT_EQ(rows(server_flight(chain({leaf.der}) + done), {"tls_handshakes chain_status name_matches", "tls_certificates position"}),
            "tls_handshakes chain_status=NULL name_matches=NULL\ntls_certificates position=0\n");
}

// RFC 5246 section 7.4.6. Whom a server trusts for its clients is not known here.
TEST_F(TlsCertificateRows, OfAClient) {
  const std::string name("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01R", 14);  // CN=R
  const std::string request = tls_message(13, vec8(u8(64)) + vec16(u16(0x0403)) + vec16(vec16(name)));
  Conversation talk = server_flight(chain({leaf.der, middle.der}) + request + done);
  talk.client(tls_record(handshake, chain({leaf.der}))).close();
  EXPECT_EQ(rows(talk, {"tls_handshakes chain_status client_certificate_requested client_authorities", "certificates serial",
                        "tls_certificates side position"}),
            "tls_handshakes chain_status=ok client_certificate_requested=1 client_authorities=[\"CN=R\"]\n"
            "certificates serial=03\ncertificates serial=02\n"
            "tls_certificates side=client position=0\ntls_certificates side=server position=0\ntls_certificates side=server position=1\n");
}

TEST_F(TlsCertificateRows, ARequestWhoseLengthsLie) {
  const auto told = [&](const std::string& body) {
    return rows(server_flight(tls_message(13, body) + done), {"tls_handshakes client_authorities", "anomalies code"});
  };
  EXPECT_EQ(told(vec8(u8(64)) + vec16(u16(0x0403)) + vec16("")), "tls_handshakes client_authorities=NULL\n") << "anyone may have issued it";
  EXPECT_EQ(told(vec8(u8(64)) + vec16(u16(0x0403)) + vec16(vec16("no name"))), "tls_handshakes client_authorities=[\"6e6f206e616d65\"]\n");
  const std::string malformed = "anomalies code=tls.certificate_request.malformed\n";
  EXPECT_TRUE(told(vec8(u8(64)) + vec16(u16(0x0403))).ends_with(malformed));
  EXPECT_TRUE(told(vec8(u8(64)) + vec16(u16(0x0403)) + vec16(u16(9) + "short")).ends_with(malformed));
  EXPECT_TRUE(told("").ends_with(malformed));
}

// RFC 6066 section 8; RFC 6961 section 2.2: one for each of the chain.
TEST_F(TlsCertificateRows, OcspResponsesSentWithThem) {
  const std::string of_leaf = make_ocsp_response(leaf, middle);
  const std::string of_middle = make_ocsp_response(middle, root, {.status = Ocsp::revoked, .next_update = 0});
  const std::string columns = "tls_certificates position ocsp_status ocsp_this_update_ns ocsp_next_update_ns";
  EXPECT_EQ(rows(server_flight(chain({leaf.der, middle.der}) + tls_message(22, u8(1) + vec24(of_leaf)) + done), {columns}),
            "tls_certificates position=0 ocsp_status=good ocsp_this_update_ns=1699900000000000000 ocsp_next_update_ns=1700500000000000000\n"
            "tls_certificates position=1 ocsp_status=NULL ocsp_this_update_ns=NULL ocsp_next_update_ns=NULL\n");
  EXPECT_EQ(
      rows(server_flight(chain({leaf.der, middle.der}) + tls_message(22, u8(2) + vec24(vec24("") + vec24(of_middle))) + done), {columns}),
      "tls_certificates position=0 ocsp_status=NULL ocsp_this_update_ns=NULL ocsp_next_update_ns=NULL\n"
      "tls_certificates position=1 ocsp_status=revoked ocsp_this_update_ns=1699900000000000000 ocsp_next_update_ns=NULL\n");
  EXPECT_EQ(rows(server_flight(chain({leaf.der}) + tls_message(22, u8(1) + vec24("none")) + done), {"anomalies side code"}),
            "anomalies side=server code=tls.certificate_status.malformed\n");
}

// The messages of TLS 1.3 (RFC 8446 section 4.4.2), as they come where records are decrypted.
TEST_F(TlsCertificateRows, TheFormOfTls13) {
  TlsCertificates certificates;
  RowBatch batch;
  RowSink sink{&batch};
  ConnectionIds ids;
  const ConnectionFacts facts;
  Context context(options, facts, sink, ids);
  const TlsCertificates::Reading reading{Side::server, true, "a.test", {packet_time(1), 1, 1}};
  const std::string status = extension_list({{5, u8(1) + vec24(make_ocsp_response(leaf, middle))}, {18, "transparency"}});
  const std::string body = vec8("") + vec24(vec24(leaf.der) + vec16(status) + vec24(middle.der) + vec16(""));
  EXPECT_EQ(certificates.take(as_bytes(body), reading, context), "");
  certificates.add_rows(context, 7);
  EXPECT_EQ(rows_as_text(batch, {"tls_certificates handshake_id position ocsp_status"}),
            "tls_certificates handshake_id=7 position=0 ocsp_status=good\ntls_certificates handshake_id=7 position=1 ocsp_status=NULL\n");
  ASSERT_TRUE(certificates.verdict());
  EXPECT_EQ(certificates.verdict()->status, "ok");
  EXPECT_EQ(certificates.name_matches(), true);
}

TEST_F(TlsCertificateRows, WhatDoesNotParseIsToldAllTheSame) {
  EXPECT_EQ(rows(server_flight(chain({"no certificate", root.der}) + done).close(),
                 {"tls_handshakes chain_status name_matches", "certificates subject", "tls_certificates position", "anomalies side code"}),
            "tls_handshakes chain_status=NULL name_matches=NULL\n"
            "certificates subject=NULL\ncertificates subject=CN=root, O=\"Test, Inc.\"\n"
            "tls_certificates position=0\ntls_certificates position=1\n"
            "anomalies side=server code=tls.certificate.unreadable\n");
  EXPECT_EQ(rows(server_flight(tls_message(11, vec24(vec24(leaf.der) + u24(9) + "short")) + done),
                 {"tls_certificates position", "anomalies code"}),
            "tls_certificates position=0\nanomalies code=tls.certificate.malformed\n");
  EXPECT_EQ(rows(server_flight(tls_message(25, "no compression") + done), {"anomalies code"}),
            "anomalies code=tls.compressed_certificate.malformed\n");
}

// A raw public key (RFC 7250 section 3) is no certificate, nor wrong: neither the server's, nor the client's.
TEST_F(TlsCertificateRows, WhatIsAgreedToBeNoCertificate) {
  const std::string raw_key = tls_message(11, vec24("SubjectPublicKeyInfo"));
  for (const unsigned agreed : {9u, 20u, 19u}) {  // for both; the server's; the client's
    ServerHelloFields hello;
    hello.extensions = {{agreed, u8(2)}};
    Conversation talk;
    talk.client(handshake_record(1, client_hello_body({})));
    talk.server(handshake_record(2, server_hello_body(hello)) + tls_record(handshake, (agreed == 19 ? chain({leaf.der}) : raw_key) + done));
    talk.client(tls_record(handshake, agreed == 20 ? chain({leaf.der}) : raw_key));
    const std::string told = agreed == 9    ? ""
                             : agreed == 20 ? "tls_certificates side=client position=0\n"
                                            : "tls_certificates side=server position=0\n";
    EXPECT_EQ(rows(talk, {"tls_certificates side position", "anomalies code"}), told);
  }
}

TEST_F(TlsCertificateRows, TenThousandCertificates) {
  const std::vector<std::string> ders(10'000, "certificate");
  const std::string message = chain(ders);
  ClientHelloFields hello;
  Conversation talk;
  talk.client(handshake_record(1, client_hello_body(hello))).server(handshake_record(2, server_hello_body({})));
  for (std::size_t at = 0; at < message.size(); at += 16384) talk.server(tls_record(handshake, message.substr(at, 16384)));
  talk.close();
  RowBatch batch;
  read(talk, {}, batch, nullptr, options);
  EXPECT_EQ(batch.rows<TlsCertificateRow>().size(), limits::certificates_in_chain);
  EXPECT_EQ(batch.rows<CertificateRow>().size(), 1u);
  EXPECT_EQ(rows_as_text(batch, {"tls_handshakes limited", "anomalies code"}), "tls_handshakes limited=1\nanomalies code=tls.limit\n");
}

TEST_F(TlsCertificateRows, OfSsl2) {
  const std::string specs("\x01\x00\x80", 3);
  const std::string hello = u8(1) + u16(2) + u16(3) + u16(0) + u16(16) + specs + std::string(16, 'c');
  const std::string answer =
      u8(4) + u8(0) + u8(1) + u16(2) + u16(static_cast<unsigned>(leaf.der.size())) + u16(3) + u16(2) + leaf.der + specs + "id";
  Conversation talk;
  talk.client(u16(0x8000 | static_cast<unsigned>(hello.size())) + hello);
  talk.server(u16(0x8000 | static_cast<unsigned>(answer.size())) + answer).close();
  EXPECT_EQ(rows(talk, {"tls_handshakes version chain_status", "certificates serial", "tls_certificates position"}),
            "tls_handshakes version=SSL 2.0 chain_status=unable_to_get_issuer_cert_locally\ncertificates serial=03\ntls_certificates "
            "position=0\n");
}

}  // namespace
}  // namespace longwire::test
