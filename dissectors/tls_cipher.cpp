#include "dissectors/tls_cipher.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "dissectors/tls_algorithms.h"
#include "dissectors/tls_names.h"
#include "dissectors/tls_version.h"

namespace longwire {
namespace {

constexpr std::size_t nonce_size = 12;  // of every AEAD here
constexpr std::size_t additional_most = 13;

// TLS 1.3 drafts before 25 authenticated nothing but the content.
bool bare_additional_data(std::uint16_t version) {
  constexpr std::uint16_t draft25 = 0x7f19, facebook25 = 0xfb19;
  return (version >> 8 == 0x7f && version < draft25) || (version >> 8 == 0xfb && version < facebook25);
}

// RFC 5246 section 6.2.3.1: seq_num(8) type(1) version(2) length(2); the MAC's first part, and an AEAD's additional data.
std::array<std::uint8_t, additional_most> pseudo_header(std::uint64_t sequence, Bytes header, std::size_t length) {
  std::array<std::uint8_t, additional_most> all{};
  for (std::size_t i = 0; i < 8; ++i) all[i] = static_cast<std::uint8_t>(sequence >> (56 - 8 * i));
  std::copy_n(header.begin(), 3, all.begin() + 8);
  all[11] = static_cast<std::uint8_t>(length >> 8);
  all[12] = static_cast<std::uint8_t>(length);
  return all;
}

int as_int(std::size_t n) {
  return static_cast<int>(n);
}

}  // namespace

void TlsCipher::FreeCipher::operator()(EVP_CIPHER_CTX* context) const {
  EVP_CIPHER_CTX_free(context);
}

void TlsCipher::FreeMac::operator()(EVP_MAC_CTX* context) const {
  EVP_MAC_CTX_free(context);
}

std::unique_ptr<TlsCipher> TlsCipher::make(const TlsProtection& protection, std::uint16_t version, const Keys& keys,
                                           bool encrypt_then_mac) {
  std::unique_ptr<TlsCipher> made(new TlsCipher(protection, version, encrypt_then_mac));
  return made->set_up(keys) ? std::move(made) : nullptr;
}

TlsCipher::TlsCipher(const TlsProtection& protection, std::uint16_t version, bool encrypt_then_mac)
    : protection_(protection), version_(version), encrypt_then_mac_(encrypt_then_mac && protection.mode == Mode::cbc) {}

TlsCipher::~TlsCipher() = default;

bool TlsCipher::set_up(const Keys& keys) {
  if (protection_.aead()) key_ = TlsSecret(keys.key);
  iv_ = TlsSecret(keys.iv);
  if (protection_.cipher != nullptr) {
    const EVP_CIPHER* algorithm = tls_cipher_algorithm(protection_.cipher);
    cipher_.reset(algorithm == nullptr ? nullptr : EVP_CIPHER_CTX_new());
    if (cipher_ == nullptr) return false;
    if (EVP_DecryptInit_ex(cipher_.get(), algorithm, nullptr, nullptr, nullptr) != 1) return false;
    if (protection_.mode == Mode::ccm) {
      EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_AEAD_SET_IVLEN, as_int(nonce_size), nullptr);
      EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_AEAD_SET_TAG, protection_.mac_bytes, nullptr);
    }
    if (EVP_DecryptInit_ex(cipher_.get(), nullptr, nullptr, keys.key.data(), nullptr) != 1) return false;
    EVP_CIPHER_CTX_set_padding(cipher_.get(), 0);
  }
  if (protection_.mac == nullptr) return true;
  if (version_ == tls_version::ssl3) {
    mac_key_ = TlsSecret(keys.mac_key);
    return true;
  }
  mac_.reset(EVP_MAC_CTX_new(tls_hmac_algorithm()));
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(protection_.mac), 0),
                             OSSL_PARAM_construct_end()};
  return mac_ != nullptr && EVP_MAC_init(mac_.get(), keys.mac_key.data(), keys.mac_key.size(), parameters) == 1;
}

std::optional<TlsSecret> TlsCipher::aead_keys() const {
  if (!protection_.aead()) return std::nullopt;
  TlsSecret keys;
  const Bytes key = key_.bytes(), iv = iv_.bytes();
  const auto room = keys.fill(key.size() + iv.size());
  std::copy(iv.begin(), iv.end(), std::copy(key.begin(), key.end(), room.begin()));
  return keys;
}

bool TlsCipher::tls13() const {
  return is_tls13(version_);
}

bool TlsCipher::can_jump() const {
  return protection_.mode != Mode::stream && (protection_.mode != Mode::cbc || version_ >= tls_version::tls11);
}

std::size_t TlsCipher::overhead() const {
  const bool last_byte = tls13() || protection_.mode == Mode::cbc;  // the type, or the padding's length
  return TlsRecord::header_bytes + sent_iv_bytes() + protection_.mac_bytes + (last_byte ? 1 : 0);
}

std::size_t TlsCipher::sent_iv_bytes() const {
  return protection_.mode == Mode::cbc && version_ >= tls_version::tls11 ? protection_.block_bytes : protection_.nonce_bytes;
}

std::optional<TlsCipher::Plaintext> TlsCipher::open(Bytes header, Bytes fragment, std::span<std::uint8_t> out) {
  std::optional<Bytes> content;
  if (protection_.aead()) {
    content = open_aead(header, fragment, out);
  } else if (protection_.mode == Mode::cbc) {
    content = open_cbc(header, fragment, out);
  } else {
    content = open_stream(header, fragment, out);
  }
  if (!content) return std::nullopt;
  auto type = static_cast<TlsContent>(header[0]);
  if (tls13()) {
    std::size_t size = content->size();
    while (size > 0 && (*content)[size - 1] == 0) --size;
    if (size == 0) return std::nullopt;  // RFC 8446 section 5.4: nothing but zeros is no record
    type = static_cast<TlsContent>((*content)[size - 1]);
    content = content->first(size - 1);
  }
  ++sequence_;
  return Plaintext{type, *content, sent_iv_bytes()};
}

std::optional<Bytes> TlsCipher::open_aead(Bytes header, Bytes fragment, std::span<std::uint8_t> out) {
  const std::size_t sent = protection_.nonce_bytes, tag = protection_.mac_bytes;
  if (fragment.size() < sent + tag) return std::nullopt;
  const Bytes ciphertext = fragment.subspan(sent, fragment.size() - sent - tag);
  std::array<std::uint8_t, nonce_size> nonce{};
  std::copy(iv_.bytes().begin(), iv_.bytes().end(), nonce.begin());
  std::copy_n(fragment.begin(), sent, nonce.end() - static_cast<std::ptrdiff_t>(sent));
  if (sent == 0) {
    for (std::size_t i = 0; i < 8; ++i) nonce[nonce_size - 1 - i] ^= static_cast<std::uint8_t>(sequence_ >> (8 * i));
  }
  const auto pseudo = pseudo_header(sequence_, header, ciphertext.size());
  Bytes additional = tls13() ? header : Bytes(pseudo);
  if (bare_additional_data(version_)) additional = {};
  if (!decrypt_aead(nonce, additional, ciphertext, fragment.last(tag), out)) return std::nullopt;
  return Bytes(out).first(ciphertext.size());
}

bool TlsCipher::decrypt_aead(Bytes nonce, Bytes additional, Bytes ciphertext, Bytes tag, std::span<std::uint8_t> out) {
  EVP_CIPHER_CTX* const context = cipher_.get();
  int size = 0;
  void* const expected = const_cast<std::uint8_t*>(tag.data());
  if (protection_.mode == Mode::ccm) {  // wants tag and length first, and checks while it decrypts
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, as_int(tag.size()), expected) != 1) return false;
    if (EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) != 1) return false;
    if (EVP_DecryptUpdate(context, nullptr, &size, nullptr, as_int(ciphertext.size())) != 1) return false;
    if (!additional.empty() && EVP_DecryptUpdate(context, nullptr, &size, additional.data(), as_int(additional.size())) != 1) return false;
    return EVP_DecryptUpdate(context, out.data(), &size, ciphertext.data(), as_int(ciphertext.size())) == 1;
  }
  if (EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) != 1) return false;
  if (!additional.empty() && EVP_DecryptUpdate(context, nullptr, &size, additional.data(), as_int(additional.size())) != 1) return false;
  if (!ciphertext.empty() && EVP_DecryptUpdate(context, out.data(), &size, ciphertext.data(), as_int(ciphertext.size())) != 1) return false;
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, as_int(tag.size()), expected) != 1) return false;
  return EVP_DecryptFinal_ex(context, out.data() + ciphertext.size(), &size) == 1;
}

std::optional<Bytes> TlsCipher::open_cbc(Bytes header, Bytes fragment, std::span<std::uint8_t> out) {
  const std::size_t block = protection_.block_bytes;
  const std::size_t sent = sent_iv_bytes();
  const std::size_t outer_mac = encrypt_then_mac_ ? protection_.mac_bytes : 0;
  if (fragment.size() < sent + block + outer_mac || (fragment.size() - sent - outer_mac) % block != 0) return std::nullopt;
  const Bytes covered = fragment.first(fragment.size() - outer_mac);
  if (outer_mac > 0 && !authentic(header, covered, fragment.last(outer_mac))) return std::nullopt;
  const Bytes iv = sent > 0 ? fragment.first(sent) : iv_.bytes();
  const Bytes ciphertext = covered.subspan(sent);
  int size = 0;
  if (EVP_DecryptInit_ex(cipher_.get(), nullptr, nullptr, nullptr, iv.data()) != 1) return std::nullopt;
  if (EVP_DecryptUpdate(cipher_.get(), out.data(), &size, ciphertext.data(), as_int(ciphertext.size())) != 1) return std::nullopt;
  const auto length = unpadded(Bytes(out).first(static_cast<std::size_t>(size)));
  if (!length) return std::nullopt;
  std::optional<Bytes> content = Bytes(out).first(*length);
  if (outer_mac == 0) content = check_mac(header, *content);
  if (content && sent == 0) iv_ = TlsSecret(ciphertext.last(block));
  return content;
}

// The length without padding. RFC 6101 section 5.2.3.2: any bytes, shorter than a block; since TLS 1.0 all the same.
std::optional<std::size_t> TlsCipher::unpadded(Bytes padded) const {
  const std::size_t padding = padded.back() + std::size_t{1};
  if (padding > padded.size() || (version_ == tls_version::ssl3 && padding > protection_.block_bytes)) return std::nullopt;
  const Bytes all = padded.last(padding);
  const bool same = std::all_of(all.begin(), all.end(), [&](std::uint8_t byte) { return byte == padded.back(); });
  return version_ == tls_version::ssl3 || same ? std::optional(padded.size() - padding) : std::nullopt;
}

std::optional<Bytes> TlsCipher::open_stream(Bytes header, Bytes fragment, std::span<std::uint8_t> out) {
  if (protection_.mode == Mode::null) {
    std::copy(fragment.begin(), fragment.end(), out.begin());
  } else {
    int size = 0;
    if (EVP_DecryptUpdate(cipher_.get(), out.data(), &size, fragment.data(), as_int(fragment.size())) != 1) return std::nullopt;
  }
  return check_mac(header, Bytes(out).first(fragment.size()));
}

// The content, where the MAC behind it is right.
std::optional<Bytes> TlsCipher::check_mac(Bytes header, Bytes content_and_mac) {
  if (content_and_mac.size() < protection_.mac_bytes) return std::nullopt;
  const Bytes content = content_and_mac.first(content_and_mac.size() - protection_.mac_bytes);
  const Bytes mac = content_and_mac.last(protection_.mac_bytes);
  const bool right = version_ == tls_version::ssl3 ? authentic_ssl3(header, content, mac) : authentic(header, content, mac);
  return right ? std::optional(content) : std::nullopt;
}

bool TlsCipher::authentic(Bytes header, Bytes content, Bytes mac) {
  const auto pseudo = pseudo_header(sequence_, header, content.size());
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> computed{};
  std::size_t size = 0;
  if (EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) != 1) return false;
  if (EVP_MAC_update(mac_.get(), pseudo.data(), pseudo.size()) != 1) return false;
  if (EVP_MAC_update(mac_.get(), content.data(), content.size()) != 1) return false;
  if (EVP_MAC_final(mac_.get(), computed.data(), &size, computed.size()) != 1) return false;
  return size >= mac.size() && std::memcmp(computed.data(), mac.data(), mac.size()) == 0;
}

// RFC 6101 section 5.2.3.1: hash(secret + pad_2 + hash(secret + pad_1 + seq_num + type + length + content)).
bool TlsCipher::authentic_ssl3(Bytes header, Bytes content, Bytes mac) {
  constexpr std::uint8_t pad1 = 0x36, pad2 = 0x5c;
  const EVP_MD* const md = protection_.mac_bytes == 16 ? EVP_md5() : EVP_sha1();
  const std::size_t pad_bytes = protection_.mac_bytes == 16 ? 48 : 40;
  const auto pseudo = pseudo_header(sequence_, header, content.size());
  const Bytes secret = mac_key_.bytes();
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> computed{};
  unsigned size = 0;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto round = [&](std::uint8_t pad, auto... parts) {
    std::array<std::uint8_t, 48> pads;
    pads.fill(pad);
    EVP_DigestInit_ex(hash.get(), md, nullptr);
    EVP_DigestUpdate(hash.get(), secret.data(), secret.size());
    EVP_DigestUpdate(hash.get(), pads.data(), pad_bytes);
    (EVP_DigestUpdate(hash.get(), parts.data(), parts.size()), ...);
    EVP_DigestFinal_ex(hash.get(), computed.data(), &size);
  };
  const Bytes whole(pseudo);
  round(pad1, whole.first(9), whole.last(2), content);
  const std::array<std::uint8_t, EVP_MAX_MD_SIZE> inner = computed;
  round(pad2, Bytes(inner).first(size));
  return size == mac.size() && std::memcmp(computed.data(), mac.data(), size) == 0;
}

}  // namespace longwire
