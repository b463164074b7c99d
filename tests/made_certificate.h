// X.509 certificates and OCSP responses made for a test, with OpenSSL. The key (Ed25519) follows from the common name: so the
// same fields give the same bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capture/packet.h"

struct evp_pkey_st;

namespace longwire::test {

struct MadeCertificate {
  std::string der, pem;
  std::string common_name;
  std::shared_ptr<evp_pkey_st> key;
};

struct CertificateFields {
  std::string common_name;
  std::string names{};  // as in openssl.cnf: "DNS:a.test,IP:192.0.2.1"; empty = no subjectAltName
  bool ca = false;
  const MadeCertificate* issuer = nullptr;  // null = itself
  int serial = 1;
  // Seconds since the epoch: 2023-11-01 to 2024-11-01, around the time of tests/conversation.h.
  std::int64_t not_before = 1698796800, not_after = 1730419200;
};
MadeCertificate make_certificate(const CertificateFields& fields);

enum class Ocsp : std::uint8_t { good, revoked, unknown };
struct OcspFields {
  Ocsp status = Ocsp::good;
  std::int64_t this_update = 1699900000, next_update = 1700500000;  // seconds; 0 = none
};
// DER of what the issuer says of `certificate`.
std::string make_ocsp_response(const MadeCertificate& certificate, const MadeCertificate& issuer, const OcspFields& fields = {});
// "Try later" (RFC 6960 section 4.2.2.3) and the like: nothing is said of any certificate.
std::string make_ocsp_refusal(int status);

}  // namespace longwire::test
