// Rows about X.509 certificates, and where they were sent.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct CertificateRow {
  Integer id;
  Text sha256, subject, issuer, serial;
  Integer not_before_ns, not_after_ns;
  Text names, key_type;
  Integer key_bits;
  Text signature_algorithm;
  Integer is_ca, self_signed;
  Blob der;

  static constexpr TableInfo table{"certificates", "one X.509 certificate, however often it was sent"};
  static constexpr Column<CertificateRow> columns[] = {
      column("id", &CertificateRow::id, "the first 63 bits of its SHA-256: the same in every database", primary_key),
      column("sha256", &CertificateRow::sha256, "of its DER, hexadecimal", indexed),
      column("subject", &CertificateRow::subject,
             "distinguished name, the most specific part first; NULL, as all that follows, where it cannot be parsed"),
      column("issuer", &CertificateRow::issuer, "likewise"),
      column("serial", &CertificateRow::serial, "hexadecimal, an even number of digits"),
      column("not_before_ns", &CertificateRow::not_before_ns, "valid from"),
      column("not_after_ns", &CertificateRow::not_after_ns, "valid until; 2262-04-11 stands for any later day"),
      column("names", &CertificateRow::names,
             "JSON array: DNS names, addresses, e-mail addresses and URIs of subjectAltName; NULL = it has none"),
      column("key_type", &CertificateRow::key_type, "RSA, EC, ED25519 ..."),
      column("key_bits", &CertificateRow::key_bits, "size of the key"),
      column("signature_algorithm", &CertificateRow::signature_algorithm, "as OpenSSL spells it: sha256WithRSAEncryption"),
      column("is_ca", &CertificateRow::is_ca, "1 = its basicConstraints say that it may sign others"),
      column("self_signed", &CertificateRow::self_signed, "1 = its own key signed it"),
      column("der", &CertificateRow::der, "the certificate as sent")};
};

struct TlsCertificateRow {
  Integer handshake_id;
  Text side;
  Integer position, certificate_id;
  Text ocsp_status;
  Integer ocsp_this_update_ns, ocsp_next_update_ns;

  static constexpr TableInfo table{"tls_certificates", "one certificate in the chain that a side sent"};
  static constexpr Column<TlsCertificateRow> columns[] = {
      column("handshake_id", &TlsCertificateRow::handshake_id, "the handshake", indexed_reference("tls_handshakes")),
      column("side", &TlsCertificateRow::side, "client or server, as TLS calls them: who sent it"),
      column("position", &TlsCertificateRow::position, "0, 1 ... as sent: 0 = the leaf, the sender's own"),
      column("certificate_id", &TlsCertificateRow::certificate_id, "the certificate", indexed_reference("certificates")),
      column("ocsp_status", &TlsCertificateRow::ocsp_status,
             "of the OCSP response sent with it (RFC 6960): good, revoked, unknown; other = it tells of another certificate; "
             "else why there is no answer: try_later ...; NULL = none sent"),
      column("ocsp_this_update_ns", &TlsCertificateRow::ocsp_this_update_ns, "when that was known to be so"),
      column("ocsp_next_update_ns", &TlsCertificateRow::ocsp_next_update_ns, "when newer will be known; NULL = not told")};
};

}  // namespace longwire
