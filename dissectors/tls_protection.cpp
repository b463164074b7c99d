#include "dissectors/tls_protection.h"

namespace longwire {
namespace {

using Mode = TlsProtection::Mode;

struct KnownCipher {
  std::string_view name;  // as in suites
  const char* cipher;
  Mode mode;
  std::uint8_t key_bytes, block_bytes, tag_bytes;
};

// Longer names before those that they begin with.
constexpr KnownCipher ciphers[] = {
    {"AES_128_GCM", "AES-128-GCM", Mode::gcm, 16, 1, 16},
    {"AES_256_GCM", "AES-256-GCM", Mode::gcm, 32, 1, 16},
    {"AES_128_CCM_8", "AES-128-CCM", Mode::ccm, 16, 1, 8},
    {"AES_256_CCM_8", "AES-256-CCM", Mode::ccm, 32, 1, 8},
    {"AES_128_CCM", "AES-128-CCM", Mode::ccm, 16, 1, 16},
    {"AES_256_CCM", "AES-256-CCM", Mode::ccm, 32, 1, 16},
    {"CHACHA20_POLY1305", "ChaCha20-Poly1305", Mode::chacha20_poly1305, 32, 1, 16},
    {"ARIA_128_GCM", "ARIA-128-GCM", Mode::gcm, 16, 1, 16},
    {"ARIA_256_GCM", "ARIA-256-GCM", Mode::gcm, 32, 1, 16},
    {"AES_128_CBC", "AES-128-CBC", Mode::cbc, 16, 16, 0},
    {"AES_256_CBC", "AES-256-CBC", Mode::cbc, 32, 16, 0},
    {"CAMELLIA_128_CBC", "CAMELLIA-128-CBC", Mode::cbc, 16, 16, 0},
    {"CAMELLIA_256_CBC", "CAMELLIA-256-CBC", Mode::cbc, 32, 16, 0},
    {"ARIA_128_CBC", "ARIA-128-CBC", Mode::cbc, 16, 16, 0},
    {"ARIA_256_CBC", "ARIA-256-CBC", Mode::cbc, 32, 16, 0},
    {"SEED_CBC", "SEED-CBC", Mode::cbc, 16, 16, 0},
    {"IDEA_CBC", "IDEA-CBC", Mode::cbc, 16, 8, 0},
    {"3DES_EDE_CBC", "DES-EDE3-CBC", Mode::cbc, 24, 8, 0},
    {"DES_CBC", "DES-CBC", Mode::cbc, 8, 8, 0},
    {"RC4_128", "RC4", Mode::stream, 16, 1, 0},
    {"NULL", nullptr, Mode::null, 0, 1, 0},
};

struct KnownDigest {
  std::string_view name;
  const char* digest;
  std::uint8_t bytes;
};
constexpr KnownDigest digests[] = {{"_SHA384", "SHA384", 48}, {"_SHA256", "SHA256", 32}, {"_SHA", "SHA1", 20}, {"_MD5", "MD5", 16}};

// RFC 5288 section 3, RFC 6655 section 3: a fixed part and one sent along; RFC 7905 section 2, RFC 8446 section 5.3: none is sent.
void set_nonce(TlsProtection& protection, bool tls13) {
  const bool sent = !tls13 && protection.mode != Mode::chacha20_poly1305;
  protection.iv_bytes = sent ? 4 : 12;
  protection.nonce_bytes = sent ? 8 : 0;
}

}  // namespace

std::optional<TlsProtection> protection_of(std::string_view suite) {
  constexpr std::string_view with = "_WITH_", tls = "TLS_";
  const std::size_t at = suite.find(with);
  const bool tls13 = at == std::string_view::npos;
  if (tls13 && !suite.starts_with(tls)) return std::nullopt;
  if (suite.find("_EXPORT") != std::string_view::npos) return std::nullopt;
  const std::string_view means = suite.substr(tls13 ? tls.size() : at + with.size());
  TlsProtection protection;
  for (const KnownCipher& known : ciphers) {
    if (!means.starts_with(known.name)) continue;
    const std::string_view behind = means.substr(known.name.size());
    protection.mode = known.mode;
    protection.cipher = known.cipher;
    protection.key_bytes = known.key_bytes;
    protection.block_bytes = known.block_bytes;
    protection.mac_bytes = known.tag_bytes;
    if (behind == "_SHA384") protection.hash = TlsHash::sha384;
    if (protection.aead()) {
      set_nonce(protection, tls13);
      return protection;
    }
    if (tls13) return std::nullopt;
    protection.iv_bytes = known.mode == Mode::cbc ? known.block_bytes : 0;
    for (const KnownDigest& digest : digests) {
      if (behind != digest.name) continue;
      protection.mac = digest.digest;
      protection.mac_bytes = digest.bytes;
      return protection;
    }
    return std::nullopt;  // TLS_NULL_WITH_NULL_NULL, and what is not known
  }
  return std::nullopt;
}

}  // namespace longwire
