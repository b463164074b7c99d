#include "tests/made_certificate.h"

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace longwire::test {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make a certificate");
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

X509_NAME* make_name(const std::string& common_name) {
  X509_NAME* name = X509_NAME_new();
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  require(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Test, Inc."), -1, -1, 0) == 1);
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1);
  return name;
}

// What i2d_* writes.
template <class Object, class Write>
std::string der_of(Object* object, Write write) {
  unsigned char* bytes = nullptr;
  const int size = write(object, &bytes);
  require(size > 0);
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

std::string pem_of(X509* certificate) {
  BIO* out = BIO_new(BIO_s_mem());
  require(PEM_write_bio_X509(out, certificate) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(out);
  return pem;
}

std::shared_ptr<EVP_PKEY> key_of(const std::string& common_name) {
  unsigned char seed[32] = {};
  require(EVP_Digest(common_name.data(), common_name.size(), seed, nullptr, EVP_sha256(), nullptr) == 1);
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed, sizeof seed), EVP_PKEY_free};
}

X509* parse(const MadeCertificate& made) {
  const auto* place = reinterpret_cast<const unsigned char*>(made.der.data());
  X509* certificate = d2i_X509(nullptr, &place, static_cast<long>(made.der.size()));
  require(certificate != nullptr);
  return certificate;
}

}  // namespace

MadeCertificate make_certificate(const CertificateFields& fields) {
  MadeCertificate made;
  made.common_name = fields.common_name;
  made.key = key_of(fields.common_name);
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);  // 3
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), fields.serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), fields.not_before);
  ASN1_TIME_set(X509_getm_notAfter(certificate), fields.not_after);
  X509_NAME* subject = make_name(fields.common_name);
  X509_NAME* issuer = make_name(fields.issuer == nullptr ? fields.common_name : fields.issuer->common_name);
  X509_set_subject_name(certificate, subject);
  X509_set_issuer_name(certificate, issuer);
  X509_NAME_free(subject);
  X509_NAME_free(issuer);
  X509_set_pubkey(certificate, made.key.get());
  if (fields.ca) add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  if (!fields.names.empty()) add_extension(certificate, NID_subject_alt_name, fields.names);
  require(X509_sign(certificate, fields.issuer == nullptr ? made.key.get() : fields.issuer->key.get(), nullptr) > 0);
  made.der = der_of(certificate, i2d_X509);
  made.pem = pem_of(certificate);
  X509_free(certificate);
  return made;
}

std::string make_ocsp_response(const MadeCertificate& certificate, const MadeCertificate& issuer, const OcspFields& fields) {
  X509* subject = parse(certificate);
  X509* signer = parse(issuer);
  OCSP_CERTID* id = OCSP_cert_to_id(EVP_sha1(), subject, signer);
  OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
  ASN1_TIME* this_update = ASN1_GENERALIZEDTIME_set(nullptr, fields.this_update);
  ASN1_TIME* next_update = fields.next_update == 0 ? nullptr : ASN1_GENERALIZEDTIME_set(nullptr, fields.next_update);
  ASN1_TIME* revoked = fields.status == Ocsp::revoked ? ASN1_GENERALIZEDTIME_set(nullptr, fields.this_update) : nullptr;
  require(OCSP_basic_add1_status(basic, id, static_cast<int>(fields.status), OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked, this_update,
                                 next_update) != nullptr);
  require(OCSP_basic_sign(basic, signer, issuer.key.get(), nullptr, nullptr, 0) == 1);
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  std::string der = der_of(response, i2d_OCSP_RESPONSE);
  OCSP_RESPONSE_free(response);
  OCSP_BASICRESP_free(basic);
  OCSP_CERTID_free(id);
  for (ASN1_TIME* time : {this_update, next_update, revoked}) ASN1_TIME_free(time);
  X509_free(subject);
  X509_free(signer);
  return der;
}

std::string make_ocsp_refusal(int status) {
  OCSP_RESPONSE* response = OCSP_response_create(status, nullptr);
  std::string der = der_of(response, i2d_OCSP_RESPONSE);
  OCSP_RESPONSE_free(response);
  return der;
}

}  // namespace longwire::test
