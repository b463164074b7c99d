// What a cipher suite protects records with, as its IANA name tells:
//
//   TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256   cipher AES_128_CBC, HMAC with SHA-256
//   TLS_AES_128_GCM_SHA256                  cipher AES_128_GCM, hash of the key schedule SHA-256
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/tls_key_schedule.h"

namespace longwire {

struct TlsProtection {
  enum class Mode : std::uint8_t { null, stream, cbc, gcm, ccm, chacha20_poly1305 };

  Mode mode = Mode::null;
  const char* cipher = nullptr;  // OpenSSL's name; null without one
  const char* mac = nullptr;     // OpenSSL's name of the HMAC's digest; null of an AEAD
  std::uint8_t key_bytes = 0;
  std::uint8_t iv_bytes = 0;     // of the key block: a CBC block (before TLS 1.1), or the fixed part of an AEAD's nonce
  std::uint8_t nonce_bytes = 0;  // sent with each record, TLS 1.2's AEADs
  std::uint8_t mac_bytes = 0;    // of the HMAC as sent, or the AEAD's tag
  std::uint8_t block_bytes = 1;
  TlsHash hash = TlsHash::sha256;  // of TLS 1.2's PRF and TLS 1.3's key schedule

  bool aead() const { return mode >= Mode::gcm; }
};

// Nothing where no cipher that is known here stands in the name: export and national ones.
std::optional<TlsProtection> protection_of(std::string_view suite);

}  // namespace longwire
