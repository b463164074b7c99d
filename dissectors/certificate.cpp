#include "dissectors/certificate.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "capture/endpoint.h"
#include "capture/limits.h"
#include "dissectors/certificate_openssl.h"
#include "dissectors/json_array.h"
#include "dissectors/wire_text.h"

namespace longwire {
namespace {

std::string object_text(const ASN1_OBJECT* object) {
  if (const int nid = OBJ_obj2nid(object); nid != NID_undef) return OBJ_nid2ln(nid);
  std::array<char, 128> dotted{};  // OBJ_obj2txt ends what is longer with a null
  OBJ_obj2txt(dotted.data(), static_cast<int>(dotted.size()), object, 1);
  return dotted.data();
}

// Of OpenSSL's own strings.
Bytes bytes_of(const ASN1_STRING* string) {
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_text(Bytes address) {
  return address.size() == 4 || address.size() == 16 ? Address::from(address).to_string() : hexadecimal(address);
}

// RFC 5280 section 4.2.1.6. What has no short text (directoryName, otherName ...) is left out.
std::optional<std::string> names_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return std::nullopt;
  bool limited = false;  // the row tells the rest, as DER
  JsonArray array(limits::certificate_names, limited);
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()) && !limited; ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI) array.add(as_text(bytes_of(static_cast<const ASN1_STRING*>(value))));
    if (type == GEN_IPADD) array.add(address_text(bytes_of(static_cast<const ASN1_STRING*>(value))));
  }
  return array.finish();
}

void fill_key(CertificateRow& row, const X509* certificate, Arena& arena) {
  if (EVP_PKEY* key = X509_get0_pubkey(certificate); key != nullptr) {
    const char* type = EVP_PKEY_get0_type_name(key);
    if (type != nullptr) row.key_type = arena.copy(type);
    if (const int bits = EVP_PKEY_get_bits(key); bits > 0) row.key_bits = bits;
    return;
  }
  ASN1_OBJECT* algorithm = nullptr;
  X509_PUBKEY* key = X509_get_X509_PUBKEY(certificate);
  if (key != nullptr && X509_PUBKEY_get0_param(&algorithm, nullptr, nullptr, nullptr, key) == 1)
    row.key_type = arena.copy(object_text(algorithm));
}

void fill(CertificateRow& row, X509* certificate, const std::string& serial, Arena& arena) {
  row.subject = arena.copy(spell(X509_get_subject_name(certificate)));
  row.issuer = arena.copy(spell(X509_get_issuer_name(certificate)));
  row.serial = arena.copy(serial);
  row.not_before_ns = nanoseconds(X509_get0_notBefore(certificate));
  row.not_after_ns = nanoseconds(X509_get0_notAfter(certificate));
  if (const auto names = names_of(certificate)) row.names = arena.copy(*names);
  fill_key(row, certificate, arena);
  const X509_ALGOR* signature = X509_get0_tbs_sigalg(certificate);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, signature);
  row.signature_algorithm = arena.copy(object_text(algorithm));
  row.is_ca = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
  row.self_signed = X509_self_signed(certificate, 1) == 1;
}

}  // namespace

Sha256 sha256(Bytes bytes) {
  Sha256 digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

std::int64_t certificate_id(const Sha256& digest) {
  return static_cast<std::int64_t>(Cursor(digest).u64() >> 1);
}

CertificateFacts tell_certificate(Bytes der, const Sha256& digest, RowBatch& rows) {
  const QuietErrors quiet;
  CertificateFacts facts;
  CertificateRow row;
  row.id = certificate_id(digest);
  row.sha256 = rows.arena.copy(hexadecimal(digest));
  row.der = {rows.arena.copy(as_text(der))};
  if (const OwnX509 certificate = parse_certificate(der, facts.readable); certificate != nullptr) {
    facts.serial = spell_serial(X509_get0_serialNumber(certificate.get()));
    fill(row, certificate.get(), facts.serial, rows.arena);
  }
  rows.add(row);
  return facts;
}

}  // namespace longwire
