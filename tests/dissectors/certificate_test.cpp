// What a certificate's row says of it, OCSP responses, and the verdict on a chain at a time.
#include "dissectors/certificate.h"

#include <gtest/gtest.h>

#include <fstream>

#include "capture/error.h"
#include "capture/limits.h"
#include "dissectors/certificate_memory.h"
#include "dissectors/certificate_name.h"
#include "dissectors/certificate_status.h"
#include "tests/conversation.h"
#include "tests/example_database.h"
#include "tests/made_certificate.h"
#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

constexpr Time second = 1'000'000'000;
constexpr Time at = 1'700'000'000 * second;  // within the usual validity of made_certificate.h

std::string row_of(const std::string& der, const std::string& columns) {
  RowBatch rows;
  tell_certificate(as_bytes(der), sha256(as_bytes(der)), rows);
  return rows_as_text(rows, {"certificates " + columns});
}

TEST(Certificate, ItsRow) {
  const MadeCertificate root = make_certificate({.common_name = "root", .ca = true});
  const MadeCertificate leaf = make_certificate({.common_name = "caf\xc3\xa9.test",
                                                 .names = "DNS:a.test,DNS:*.b.test,IP:192.0.2.1,IP:2001:db8::1,email:x@a.test,URI:urn:a",
                                                 .issuer = &root,
                                                 .serial = 0x01abcd});
  EXPECT_EQ(row_of(leaf.der, "subject issuer serial not_before_ns not_after_ns"),
            "certificates subject=CN=caf\xc3\xa9.test, O=\"Test, Inc.\" issuer=CN=root, O=\"Test, Inc.\" serial=01abcd "
            "not_before_ns=1698796800000000000 not_after_ns=1730419200000000000\n");
  EXPECT_EQ(
      row_of(leaf.der, "names key_type key_bits signature_algorithm is_ca self_signed"),
      "certificates names=[\"a.test\",\"*.b.test\",\"192.0.2.1\",\"2001:db8::1\",\"x@a.test\",\"urn:a\"] key_type=ED25519 key_bits=256 "
      "signature_algorithm=ED25519 is_ca=0 self_signed=0\n");
  EXPECT_EQ(row_of(root.der, "names is_ca self_signed"), "certificates names=NULL is_ca=1 self_signed=1\n");
}

// FIPS 180-2 appendix B.1: SHA-256 of "abc" begins ba7816bf 8f01cfea.
TEST(Certificate, ItsIdIsTheBeginningOfItsSha256) {
  EXPECT_EQ(certificate_id(sha256(as_bytes("abc"))), 0xba7816bf8f01cfea >> 1);
  EXPECT_EQ(row_of("abc", "id sha256"), "certificates id=" + std::to_string(0xba7816bf8f01cfea >> 1) +
                                            " sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n");
}

TEST(Certificate, WhatIsNoneHasARowAllTheSame) {
  const MadeCertificate made = make_certificate({.common_name = "a"});
  EXPECT_EQ(row_of("no certificate", "subject names not_after_ns is_ca der"),
            "certificates subject=NULL names=NULL not_after_ns=NULL is_ca=NULL der=no certificate\n");
  RowBatch rows;
  const auto readable = [&](const std::string& der) { return tell_certificate(as_bytes(der), {}, rows).readable; };
  EXPECT_TRUE(readable(made.der));
  EXPECT_FALSE(readable(made.der + "x"));
  for (std::size_t size = 0; size < made.der.size(); size += 7) EXPECT_FALSE(readable(made.der.substr(0, size))) << size;
}

// RFC 5280 section 4.1.2.5: 9999-12-31 stands for no end at all.
TEST(Certificate, TimesBeyond64BitsStayAtTheLastOne) {
  const MadeCertificate made = make_certificate({.common_name = "a", .not_before = -1'000'000'000, .not_after = 253'402'300'799});
  EXPECT_EQ(row_of(made.der, "not_before_ns not_after_ns"),
            "certificates not_before_ns=-1000000000000000000 not_after_ns=9223372036854775807\n");
}

TEST(Certificate, NamesBeyondTheirLimitStandInTheDerAlone) {
  std::string names = "DNS:n.test";
  for (int i = 1; i < 1500; ++i) names += ",DNS:n.test";
  const std::string row = row_of(make_certificate({.common_name = "a", .names = names}).der, "names");
  EXPECT_EQ(std::count(row.begin(), row.end(), ','), static_cast<int>(limits::certificate_names) - 1);
}

TEST(Certificate, DistinguishedNames) {
  EXPECT_EQ(distinguished_name(as_bytes("none")), "6e6f6e65");
  const std::string empty("\x30\x00", 2);
  EXPECT_EQ(distinguished_name(as_bytes(empty)), "");
  // SEQUENCE { SET { SEQUENCE { commonName, UTF8String "a" LF "<" } } }
  const std::string odd(
      "\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03"
      "a\n<",
      16);
  EXPECT_EQ(distinguished_name(as_bytes(odd)), "CN=\"a\\0A<\"");
}

// ---- OCSP ----

std::string status_of(const std::string& response, std::string_view serial) {
  const auto ocsp = read_ocsp_response(as_bytes(response), serial);
  if (!ocsp) return "nothing";
  std::string text(ocsp->status);
  if (!ocsp->this_update_ns.is_null()) text += " " + std::to_string(ocsp->this_update_ns.value / second);
  if (!ocsp->next_update_ns.is_null()) text += " " + std::to_string(ocsp->next_update_ns.value / second);
  return text;
}

TEST(CertificateStatus, WhatTheResponderSays) {
  const MadeCertificate root = make_certificate({.common_name = "root", .ca = true});
  const MadeCertificate leaf = make_certificate({.common_name = "leaf", .issuer = &root, .serial = 7});
  EXPECT_EQ(status_of(make_ocsp_response(leaf, root), "07"), "good 1699900000 1700500000");
  EXPECT_EQ(status_of(make_ocsp_response(leaf, root, {.status = Ocsp::revoked, .next_update = 0}), "07"), "revoked 1699900000");
  EXPECT_EQ(status_of(make_ocsp_response(leaf, root, {.status = Ocsp::unknown}), "07"), "unknown 1699900000 1700500000");
  EXPECT_EQ(status_of(make_ocsp_response(leaf, root), "08"), "other") << "of another certificate";
  EXPECT_EQ(status_of(make_ocsp_refusal(3), "07"), "try_later");
  EXPECT_EQ(status_of(make_ocsp_refusal(6), "07"), "unauthorized");
  EXPECT_EQ(status_of("none", "07"), "nothing");
  EXPECT_EQ(status_of(make_ocsp_response(leaf, root) + "x", "07"), "nothing");
}

TEST(CertificateStatus, ListsOfResponses) {
  const auto walk = [](const std::string& body) {
    std::string seen;
    CertificateStatusList list(as_bytes(body));
    while (list.next()) seen += "[" + std::string(as_text(list.response)) + "]";
    return seen + (list.ok() ? "" : "!");
  };
  EXPECT_EQ(walk(u8(1) + vec24("one")), "[one]");
  EXPECT_EQ(walk(u8(2) + vec24(vec24("one") + vec24("") + vec24("three"))), "[one][][three]");
  EXPECT_EQ(walk(u8(3) + vec24("one")), "!") << "no such type";
  EXPECT_EQ(walk(u8(1) + vec24("one") + "x"), "[one]!");
  EXPECT_EQ(walk(u8(2) + vec24(vec24("one")) + "x"), "!");
  EXPECT_EQ(walk(u8(1) + u24(9) + "one"), "!");
  EXPECT_EQ(walk(""), "!");
}

// ---- chains ----

class Chains : public ::testing::Test {
 protected:
  Chains() {
    std::ofstream(directory_.file("root.pem")) << root.pem;
    trust = std::make_unique<CertificateTrust>(trusting("root.pem"));
  }
  TrustOptions trusting(std::string_view file) const {
    TrustOptions options;
    options.files = {directory_.file(file)};
    return options;
  }
  // "status depth name_matches"
  std::string verify(const std::vector<const MadeCertificate*>& chain, std::string_view name = "a.test", Time when = at) const {
    std::vector<Bytes> ders;
    for (const MadeCertificate* each : chain) ders.push_back(as_bytes(each->der));
    const ChainVerdict verdict = trust->verify(ders, name, when);
    return std::string(verdict.status) + " " + std::to_string(verdict.error_depth) + (verdict.name_matches ? " matches" : "");
  }

  TemporaryDirectory directory_;
  const MadeCertificate root = make_certificate({.common_name = "root", .ca = true, .not_after = 1'800'000'000});
  const MadeCertificate middle =
      make_certificate({.common_name = "middle", .ca = true, .issuer = &root, .serial = 2, .not_after = 1'720'000'000});
  const MadeCertificate leaf =
      make_certificate({.common_name = "leaf", .names = "DNS:a.test,DNS:*.b.test,IP:192.0.2.1", .issuer = &middle});
  std::unique_ptr<CertificateTrust> trust;
};

TEST_F(Chains, AreVerifiedAtTheTimeAskedFor) {
  EXPECT_EQ(verify({&leaf, &middle}), "ok 0 matches");
  EXPECT_EQ(verify({&leaf, &middle, &root}), "ok 0 matches");
  EXPECT_EQ(verify({&leaf, &middle}, "a.test", 1'698'796'799 * second), "cert_not_yet_valid 2 matches") << "the root first";
  EXPECT_EQ(verify({&leaf, &middle}, "a.test", 1'725'000'000 * second), "cert_has_expired 1 matches") << "the one in the middle first";
  EXPECT_EQ(verify({&leaf, &middle}, "a.test", 1'900'000'000 * second), "cert_has_expired 2 matches") << "the root, too";
}

TEST_F(Chains, WhatIsWrongWithThem) {
  const MadeCertificate other = make_certificate({.common_name = "other", .ca = true});
  const MadeCertificate alone = make_certificate({.common_name = "alone", .names = "DNS:a.test"});
  const MadeCertificate by_leaf = make_certificate({.common_name = "by leaf", .names = "DNS:a.test", .issuer = &leaf});
  const MadeCertificate by_other = make_certificate({.common_name = "by other", .issuer = &other});
  EXPECT_EQ(verify({&leaf}), "unable_to_get_issuer_cert_locally 0 matches") << "the intermediate was not sent";
  EXPECT_EQ(verify({&alone}), "depth_zero_self_signed_cert 0 matches");
  EXPECT_EQ(verify({&by_other, &other}), "self_signed_cert_in_chain 1");
  EXPECT_EQ(verify({&by_leaf, &leaf, &middle}), "invalid_ca 1 matches");
  MadeCertificate forged = leaf;
  forged.der.back() = static_cast<char>(forged.der.back() ^ 1);
  EXPECT_EQ(verify({&forged, &middle}), "cert_signature_failure 0 matches");
}

// RFC 6125 section 6.4; RFC 5280 section 7: internationalized names stand as A-labels on both sides.
TEST_F(Chains, NamesOfTheLeaf) {
  const auto matches = [&](std::string_view name) { return verify({&leaf, &middle}, name).ends_with(" matches"); };
  EXPECT_TRUE(matches("a.test"));
  EXPECT_TRUE(matches("A.TEST."));
  EXPECT_TRUE(matches("x.b.test"));
  EXPECT_FALSE(matches("b.test"));
  EXPECT_FALSE(matches("x.y.b.test")) << "a wildcard is one label";
  EXPECT_TRUE(matches("192.0.2.1"));
  EXPECT_FALSE(matches("192.0.2.2"));
  EXPECT_FALSE(matches("leaf")) << "the common name does not count where there are others";
  EXPECT_FALSE(matches(""));
  EXPECT_FALSE(matches(std::string_view("a.test\0.evil", 12)));
  const MadeCertificate idn = make_certificate({.common_name = "idn", .names = "DNS:xn--bcher-kva.test,DNS:xn--*.test"});
  EXPECT_TRUE(verify({&idn}, "xn--bcher-kva.test").ends_with(" matches"));
  EXPECT_TRUE(verify({&idn}, "b\u00fccher.test").ends_with(" matches")) << "not as RFC 6066 has it, but this name is meant";
  EXPECT_FALSE(verify({&idn}, "xn--abc.test").ends_with(" matches")) << "no wildcard inside an A-label";
}

TEST_F(Chains, AVerdictHoldsUntilACertificateBeginsOrCeasesToBeValid) {
  const std::vector<Bytes> ders{as_bytes(leaf.der), as_bytes(middle.der)};
  const ChainVerdict verdict = trust->verify(ders, "a.test", at);
  EXPECT_EQ(verdict.from, 1'698'796'800 * second);
  EXPECT_EQ(verdict.until, 1'720'000'000 * second) << "of the one in the middle";
  const std::vector<Bytes> leaf_alone{as_bytes(leaf.der)};
  EXPECT_EQ(trust->verify(leaf_alone, "a.test", at).until, 1'730'419'200 * second);
}

// A memory that forgets, or is asked in another order, says the same.
TEST_F(Chains, WhatIsRememberedIsWhatVerifyingAnewWouldSay) {
  CertificateMemory memory;
  const std::vector<Bytes> ders{as_bytes(leaf.der), as_bytes(middle.der)};
  const std::vector<Sha256> digests{sha256(ders[0]), sha256(ders[1])};
  for (const Time when : {at, at + second, 1'725'000'000 * second, at, 1'690'000'000 * second, 1'735'000'000 * second, at}) {
    const ChainVerdict anew = trust->verify(ders, "a.test", when);
    const ChainVerdict remembered = memory.verify(*trust, ders, digests, "a.test", when);
    EXPECT_EQ(remembered.status, anew.status) << when;
    EXPECT_EQ(remembered.error_depth, anew.error_depth) << when;
  }
  EXPECT_FALSE(memory.verify(*trust, ders, digests, "c.test", at).name_matches);
}

TEST_F(Chains, ACertificateIsToldOnce) {
  CertificateMemory memory;
  RowBatch rows;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(memory.tell(as_bytes(leaf.der), rows).facts.serial, "01");
  EXPECT_EQ(rows.rows<CertificateRow>().size(), 1u);
  for (unsigned i = 0; i <= limits::certificates_remembered; ++i) memory.tell(as_bytes(u24(i)), rows);
  EXPECT_FALSE(memory.tell(as_bytes(u24(0)), rows).facts.readable) << "told again, after it was forgotten: the same row";
  EXPECT_EQ(rows.rows<CertificateRow>().back().id.value, certificate_id(sha256(as_bytes(u24(0)))));
}

TEST_F(Chains, ThoseWhoAreTrustedMustBeThere) {
  EXPECT_THROW(CertificateTrust(trusting("nobody.pem")), UsageError);
  std::ofstream(directory_.file("empty.pem")).flush();
  EXPECT_THROW(CertificateTrust(trusting("empty.pem")), UsageError);
  TrustOptions folder;
  folder.folders = {directory_.file("")};
  EXPECT_THROW(CertificateTrust{folder}, UsageError) << "its files do not have the names that are looked for";
  std::ofstream(directory_.file("0123abcd.0")).flush();
  EXPECT_NO_THROW(CertificateTrust{folder});
  TrustOptions options;
  options.as_of = 5;
  const CertificateTrust later(options);
  EXPECT_EQ(later.time_of(at), 5);
  EXPECT_EQ(trust->time_of(at), at);
}

TEST(Certificate, EveryErrorOfOpenSslHasAName) {
  EXPECT_EQ(verify_error_name(0), "ok");
  EXPECT_EQ(verify_error_name(10), "cert_has_expired");
  EXPECT_EQ(verify_error_name(20), "unable_to_get_issuer_cert_locally");
  EXPECT_EQ(verify_error_name(-1), "unspecified");
}

}  // namespace
}  // namespace longwire::test
