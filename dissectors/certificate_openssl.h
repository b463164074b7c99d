// OpenSSL's objects of X.509, each freed with its owner. For certificate*.cpp alone: no other header includes it.
#pragma once

#include <memory>
#include <string>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "capture/bytes.h"
#include "capture/packet.h"
#include "dissectors/row.h"

namespace longwire {

template <auto free_function>
struct Freed {
  template <class Object>
  void operator()(Object* object) const {
    free_function(object);
  }
};

using OwnX509 = std::unique_ptr<X509, Freed<X509_free>>;
using OwnName = std::unique_ptr<X509_NAME, Freed<X509_NAME_free>>;
using OwnBio = std::unique_ptr<BIO, Freed<BIO_free>>;

// What failed calls leave on the thread's queue of errors goes with the scope.
struct QuietErrors {
  QuietErrors() = default;
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
  ~QuietErrors() { ERR_clear_error(); }
};

// Null where `der` is no certificate. `whole`: nothing stands behind it.
OwnX509 parse_certificate(Bytes der, bool& whole);

// A distinguished name: see certificate_name.h. Empty where OpenSSL cannot spell it.
std::string spell(const X509_NAME* name);

// Hexadecimal, as its bytes stand in DER, without the sign's.
std::string spell_serial(const ASN1_INTEGER* serial);

// Nanoseconds since the epoch, at most what 64 bits hold (2262-04-11); NULL where `time` is none.
Integer nanoseconds(const ASN1_TIME* time);

}  // namespace longwire
