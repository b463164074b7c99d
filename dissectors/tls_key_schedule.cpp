#include "dissectors/tls_key_schedule.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "dissectors/tls_version.h"

namespace longwire {
namespace {

using Digest = std::array<std::uint8_t, EVP_MAX_MD_SIZE>;

const EVP_MD* md_of(TlsHash hash) {
  return hash == TlsHash::sha256 ? EVP_sha256() : EVP_sha384();
}

void append(std::string& out, Bytes bytes) {
  out.append(as_text(bytes));
}

Bytes hmac(const EVP_MD* md, Bytes secret, Bytes message, Digest& out) {
  constexpr std::uint8_t none = 0;  // a null key would mean "as before"
  unsigned size = 0;
  HMAC(md, secret.empty() ? &none : secret.data(), static_cast<int>(secret.size()), message.data(), message.size(), out.data(), &size);
  return Bytes(out).first(size);
}

Bytes digest(const EVP_MD* md, Bytes message, Digest& out) {
  unsigned size = 0;
  EVP_Digest(message.data(), message.size(), out.data(), &size, md, nullptr);
  return Bytes(out).first(size);
}

// RFC 5246 section 5. XORs into `out`, so that two of them make the PRF of TLS 1.0.
void p_hash(const EVP_MD* md, Bytes secret, Bytes seed, std::span<std::uint8_t> out) {
  Digest digest_a, digest_out;
  Bytes a = hmac(md, secret, seed, digest_a);
  while (!out.empty()) {
    std::string input;
    append(input, a);
    append(input, seed);
    const Bytes block = hmac(md, secret, as_bytes(input), digest_out);
    const std::size_t size = std::min(block.size(), out.size());
    for (std::size_t i = 0; i < size; ++i) out[i] ^= block[i];
    out = out.subspan(size);
    const std::string before(as_text(a));
    a = hmac(md, secret, as_bytes(before), digest_a);
  }
}

// RFC 6101 section 6.1, and 6.2.2 likewise.
void ssl3_derive(Bytes secret, Bytes seed, std::span<std::uint8_t> out) {
  Digest inner, outer;
  for (char letter = 'A'; !out.empty(); ++letter) {
    std::string input(static_cast<std::size_t>(letter - 'A') + 1, letter);
    append(input, secret);
    append(input, seed);
    std::string whole;
    append(whole, secret);
    append(whole, digest(EVP_sha1(), as_bytes(input), inner));
    const Bytes block = digest(EVP_md5(), as_bytes(whole), outer);
    const std::size_t size = std::min(block.size(), out.size());
    std::copy_n(block.begin(), size, out.begin());
    out = out.subspan(size);
  }
}

// Before TLS 1.2 the hash of handshake messages is MD5 and SHA-1, one behind the other (RFC 4346 section 7.4.9).
std::string session_hash(std::uint16_t version, TlsHash hash, Bytes transcript) {
  Digest out;
  if (version >= tls_version::tls12) return std::string(as_text(digest(md_of(hash), transcript, out)));
  std::string both(as_text(digest(EVP_md5(), transcript, out)));
  append(both, digest(EVP_sha1(), transcript, out));
  return both;
}

}  // namespace

TlsSecret::TlsSecret(Bytes bytes) {
  const Bytes kept = bytes.first(std::min(bytes.size(), most_bytes));
  std::copy(kept.begin(), kept.end(), fill(kept.size()).begin());
}

std::span<std::uint8_t> TlsSecret::fill(std::size_t size) {
  assert(size <= most_bytes);
  size_ = static_cast<std::uint8_t>(size);
  return std::span(bytes_).first(size);
}

void tls_prf(std::uint16_t version, TlsHash hash, Bytes secret, std::string_view label, Bytes seed, std::span<std::uint8_t> out) {
  std::string labelled(label);
  append(labelled, seed);
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  if (version >= tls_version::tls12) return p_hash(md_of(hash), secret, as_bytes(labelled), out);
  const std::size_t half = (secret.size() + 1) / 2;
  p_hash(EVP_md5(), secret.first(half), as_bytes(labelled), out);
  p_hash(EVP_sha1(), secret.last(half), as_bytes(labelled), out);
}

TlsSecret master_secret(std::uint16_t version, TlsHash hash, Bytes pre_master, const TlsRandoms& randoms) {
  TlsSecret master;
  std::string seed;
  append(seed, randoms.client);
  append(seed, randoms.server);
  const auto out = master.fill(master_secret_bytes);
  version == tls_version::ssl3 ? ssl3_derive(pre_master, as_bytes(seed), out)
                               : tls_prf(version, hash, pre_master, "master secret", as_bytes(seed), out);
  return master;
}

TlsSecret extended_master_secret(std::uint16_t version, TlsHash hash, Bytes pre_master, Bytes transcript) {
  TlsSecret master;
  const std::string seed = session_hash(version, hash, transcript);
  tls_prf(version, hash, pre_master, "extended master secret", as_bytes(seed), master.fill(master_secret_bytes));
  return master;
}

void key_block(std::uint16_t version, TlsHash hash, Bytes master, const TlsRandoms& randoms, std::span<std::uint8_t> out) {
  std::string seed;
  append(seed, randoms.server);
  append(seed, randoms.client);
  version == tls_version::ssl3 ? ssl3_derive(master, as_bytes(seed), out)
                               : tls_prf(version, hash, master, "key expansion", as_bytes(seed), out);
}

std::string_view label_prefix(std::uint16_t version) {
  constexpr std::uint16_t draft = 0x7f00, first_with_new_prefix = 20;
  return version >> 8 == draft >> 8 && (version & 0xff) < first_with_new_prefix ? "TLS 1.3, " : "tls13 ";
}

// HkdfLabel (RFC 8446 section 7.1): length(2) label<8> context<8>; HKDF-Expand (RFC 5869 section 2.3) of one block.
TlsSecret expand_label(TlsHash hash, Bytes secret, std::string_view prefix, std::string_view label, Bytes context, std::size_t size) {
  constexpr char first_block = 1;
  std::string info;
  info += static_cast<char>(size >> 8);
  info += static_cast<char>(size);
  info += static_cast<char>(prefix.size() + label.size());
  info.append(prefix).append(label);
  info += static_cast<char>(context.size());
  append(info, context);
  info += first_block;
  Digest out;
  const Bytes block = hmac(md_of(hash), secret, as_bytes(info), out);
  return TlsSecret(block.first(std::min(size, block.size())));
}

TlsSecret next_traffic_secret(std::uint16_t version, TlsHash hash, const TlsSecret& secret) {
  constexpr std::uint16_t draft19 = 0x7f13;
  const bool old = version >> 8 == draft19 >> 8 && version <= draft19;
  return expand_label(hash, secret.bytes(), label_prefix(version), old ? "application traffic secret" : "traffic upd", {},
                      hash_bytes(hash));
}

}  // namespace longwire
