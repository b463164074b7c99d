#include "tests/tls_sealer.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "dissectors/tls_algorithms.h"
#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

constexpr std::uint16_t ssl30 = 0x0300, tls11 = 0x0302;

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void check(int done) {
  if (done != 1) throw std::runtime_error("OpenSSL");
}

std::string digest(const EVP_MD* md, const std::string& message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  check(EVP_Digest(message.data(), message.size(), bytes_of(out), &size, md, nullptr));
  return out.substr(0, size);
}

}  // namespace

TlsSealer::TlsSealer(std::string_view suite, std::uint16_t version, Keys keys, bool encrypt_then_mac)
    : protection_(protection_of(suite).value()), version_(version), keys_(std::move(keys)), encrypt_then_mac_(encrypt_then_mac) {}

std::string TlsSealer::pseudo_header(unsigned type, std::size_t length) const {
  std::string all;
  for (unsigned shift = 64; shift > 0; shift -= 8) all += u8(static_cast<unsigned>(sequence_ >> (shift - 8)) & 0xff);
  all += u8(type);
  if (version_ != ssl30) all += u16(version_);
  return all + u16(static_cast<unsigned>(length));
}

std::string TlsSealer::mac(unsigned type, const std::string& content) const {
  const EVP_MD* md = EVP_get_digestbyname(protection_.mac);
  const std::string message = pseudo_header(type, content.size()) + content;
  if (version_ == ssl30) {
    const std::size_t pads = protection_.mac_bytes == 16 ? 48 : 40;
    return digest(md, keys_.mac_key + std::string(pads, '\x5c') + digest(md, keys_.mac_key + std::string(pads, '\x36') + message));
  }
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(md, keys_.mac_key.data(), static_cast<int>(keys_.mac_key.size()), bytes_of(message), message.size(), bytes_of(out), &size);
  return out.substr(0, protection_.mac_bytes);
}

// With a cipher of blocks or of a stream, from its beginning.
std::string TlsSealer::crypt(const std::string& iv, const std::string& plaintext) {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  check(EVP_EncryptInit_ex(context, tls_cipher_algorithm(protection_.cipher), nullptr, bytes_of(keys_.key), bytes_of(iv)));
  EVP_CIPHER_CTX_set_padding(context, 0);
  std::string out(plaintext.size(), '\0');
  int size = 0;
  check(EVP_EncryptUpdate(context, bytes_of(out), &size, bytes_of(plaintext), static_cast<int>(plaintext.size())));
  EVP_CIPHER_CTX_free(context);
  return out;
}

std::string TlsSealer::seal(unsigned type, const std::string& content, std::size_t padding) {
  std::string fragment;
  unsigned outer = type;
  if (version_ >= 0x0304) {
    outer = application_data;
    fragment = seal_aead(type, content + u8(type) + std::string(padding, '\0'));
  } else if (protection_.aead()) {
    fragment = seal_aead(type, content);
  } else {
    fragment = protection_.mode == TlsProtection::Mode::cbc ? seal_cbc(type, content) : seal_stream(type, content);
  }
  ++sequence_;
  return tls_record(outer, fragment, version_ >= 0x0304 ? 0x0303 : version_);
}

std::string TlsSealer::seal_aead(unsigned type, const std::string& content) {
  std::string nonce = keys_.iv, sent;
  for (unsigned i = 0; i < 8; ++i) {
    const auto byte = static_cast<char>(sequence_ >> (56 - 8 * i));
    if (protection_.nonce_bytes > 0) {
      sent += byte;
    } else {
      nonce[4 + i] = static_cast<char>(nonce[4 + i] ^ byte);
    }
  }
  nonce += sent;
  const std::size_t tag = protection_.mac_bytes;
  const std::string additional = version_ >= 0x0304 ? u8(application_data) + u16(0x0303) + u16(static_cast<unsigned>(content.size() + tag))
                                                    : pseudo_header(type, content.size());
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  std::string out(content.size() + tag, '\0');
  int size = 0;
  check(EVP_EncryptInit_ex(context, tls_cipher_algorithm(protection_.cipher), nullptr, nullptr, nullptr));
  check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(nonce.size()), nullptr));
  if (protection_.mode == TlsProtection::Mode::ccm)
    check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag), nullptr));
  check(EVP_EncryptInit_ex(context, nullptr, nullptr, bytes_of(keys_.key), bytes_of(nonce)));
  if (protection_.mode == TlsProtection::Mode::ccm)
    check(EVP_EncryptUpdate(context, nullptr, &size, nullptr, static_cast<int>(content.size())));
  check(EVP_EncryptUpdate(context, nullptr, &size, bytes_of(additional), static_cast<int>(additional.size())));
  check(EVP_EncryptUpdate(context, bytes_of(out), &size, bytes_of(content), static_cast<int>(content.size())));
  check(EVP_EncryptFinal_ex(context, bytes_of(out) + content.size(), &size));
  check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag), bytes_of(out) + content.size()));
  EVP_CIPHER_CTX_free(context);
  return sent + out;
}

std::string TlsSealer::seal_cbc(unsigned type, const std::string& content) {
  const std::size_t block = protection_.block_bytes;
  std::string plaintext = content;
  if (!encrypt_then_mac_) plaintext += mac(type, content);
  const std::size_t padding = block - 1 - plaintext.size() % block;
  plaintext += std::string(padding + 1, static_cast<char>(padding));
  const bool sends_iv = version_ >= tls11;
  const std::string iv = sends_iv ? std::string(block, static_cast<char>('0' + sequence_ % 10)) : keys_.iv;
  const std::string ciphertext = crypt(iv, plaintext);
  if (!sends_iv) keys_.iv = ciphertext.substr(ciphertext.size() - block);
  const std::string covered = sends_iv ? iv + ciphertext : ciphertext;
  return encrypt_then_mac_ ? covered + mac(type, covered) : covered;
}

std::string TlsSealer::seal_stream(unsigned type, const std::string& content) {
  const std::string plaintext = content + mac(type, content);
  if (protection_.cipher == nullptr) return plaintext;
  streamed_ += plaintext;
  return crypt("", streamed_).substr(streamed_.size() - plaintext.size());
}

TlsSealer sealer_of_traffic_secret(std::string_view suite, const std::string& secret, std::uint16_t version) {
  const TlsProtection protection = protection_of(suite).value();
  const auto part = [&](std::string_view label, std::size_t size) {
    return std::string(as_text(expand_label(protection.hash, as_bytes(secret), label_prefix(version), label, {}, size).bytes()));
  };
  return {suite, 0x0304, {part("key", protection.key_bytes), part("iv", protection.iv_bytes), ""}};
}

TlsSealer sealer_of_master(std::string_view suite, std::uint16_t version, const MasterSecretOf& secret, Side from, bool encrypt_then_mac) {
  const TlsProtection protection = protection_of(suite).value();
  const std::size_t mac = protection.aead() ? 0 : protection.mac_bytes, key = protection.key_bytes, iv = protection.iv_bytes;
  std::vector<std::uint8_t> block(2 * (mac + key + iv));
  key_block(version, protection.hash, as_bytes(secret.master), {as_bytes(secret.client_random), as_bytes(secret.server_random)}, block);
  const std::string all(as_text(block));
  const std::size_t side = index(from);
  return {suite,
          version,
          {all.substr(2 * mac + side * key, key), all.substr(2 * (mac + key) + side * iv, iv), all.substr(side * mac, mac)},
          encrypt_then_mac};
}

}  // namespace longwire::test
