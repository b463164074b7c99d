// How keys follow from secrets, SSL 3.0 to TLS 1.3: functions of bytes alone.
//
//   SSL 3.0 (RFC 6101 section 6.1)      MD5(secret + SHA("A" + secret + seed)) + MD5(secret + SHA("BB" + secret + seed)) ...
//   TLS 1.0, 1.1 (RFC 4346 section 5)   P_MD5(half of the secret) XOR P_SHA1(other half)
//   TLS 1.2 (RFC 5246 section 5)        P_hash, SHA-256 unless the suite says otherwise
//   TLS 1.3 (RFC 8446 section 7.1)      HKDF-Expand-Label(secret, label, context, length), of at most one hash's length
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "capture/bytes.h"

namespace longwire {

// Of the PRF, or of TLS 1.3's key schedule.
enum class TlsHash : std::uint8_t { sha256, sha384 };
constexpr std::size_t hash_bytes(TlsHash hash) {
  return hash == TlsHash::sha256 ? 32 : 48;
}

// A secret or a key, of at most 64 bytes; by value, so that a few of them take no allocation.
class TlsSecret {
 public:
  static constexpr std::size_t most_bytes = 64;
  TlsSecret() = default;
  // What is longer is cut off.
  explicit TlsSecret(Bytes bytes);

  Bytes bytes() const { return Bytes(bytes_).first(size_); }
  bool empty() const { return size_ == 0; }
  // `size` <= most_bytes zeros, to be filled.
  std::span<std::uint8_t> fill(std::size_t size);

 private:
  std::array<std::uint8_t, most_bytes> bytes_{};
  std::uint8_t size_ = 0;
};

// Which randoms a connection's keys are made of; 32 bytes each.
struct TlsRandoms {
  Bytes client, server;
};

// The PRF of `version` (0x0301 to 0x0303; 0x0300 has none) fills `out`. `hash` counts in TLS 1.2 alone.
void tls_prf(std::uint16_t version, TlsHash hash, Bytes secret, std::string_view label, Bytes seed, std::span<std::uint8_t> out);

constexpr std::size_t master_secret_bytes = 48;  // RFC 5246 section 8.1
// `pre_master` may be of any length.
TlsSecret master_secret(std::uint16_t version, TlsHash hash, Bytes pre_master, const TlsRandoms& randoms);
// RFC 7627 section 4: `transcript` are the handshake messages up to ClientKeyExchange, headers included.
TlsSecret extended_master_secret(std::uint16_t version, TlsHash hash, Bytes pre_master, Bytes transcript);
// RFC 5246 section 6.3: both sides' MAC keys, keys and IVs, in this order, client's first.
void key_block(std::uint16_t version, TlsHash hash, Bytes master, const TlsRandoms& randoms, std::span<std::uint8_t> out);

// Drafts of TLS 1.3 before 20 had another prefix than "tls13 ".
std::string_view label_prefix(std::uint16_t version);
// `size` <= hash_bytes(hash).
TlsSecret expand_label(TlsHash hash, Bytes secret, std::string_view prefix, std::string_view label, Bytes context, std::size_t size);
// RFC 8446 section 7.2: the traffic secret behind a KeyUpdate.
TlsSecret next_traffic_secret(std::uint16_t version, TlsHash hash, const TlsSecret& secret);

}  // namespace longwire
