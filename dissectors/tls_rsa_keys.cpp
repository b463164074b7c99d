#include "dissectors/tls_rsa_keys.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "capture/error.h"

namespace longwire {
namespace {

// Instead of a question at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

EVP_PKEY* read_key(const std::string& path) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "rb"), &BIO_free);
  if (file == nullptr) throw UsageError(fmt::format("cannot read the RSA key {}: {}", path, std::strerror(errno)));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(file.get(), nullptr, no_passphrase, nullptr);
  if (key == nullptr && BIO_reset(file.get()) == 0) key = d2i_PrivateKey_bio(file.get(), nullptr);
  ERR_clear_error();
  return key;
}

// RFC 8017 section 7.2.2: 0x00 0x02 nonzero bytes 0x00 message.
std::optional<TlsSecret> without_padding(Bytes block) {
  Cursor padded(block);
  if (padded.u16() != 0x0002) return std::nullopt;
  padded.until(0);
  const Bytes message = padded.rest();
  return padded.ok() && message.size() == master_secret_bytes ? std::optional(TlsSecret(message)) : std::nullopt;
}

std::optional<TlsSecret> decrypt(EVP_PKEY* key, Bytes encrypted) {
  std::vector<std::uint8_t> block(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  if (encrypted.size() > block.size()) return std::nullopt;
  // OpenSSL's own handling of the padding answers with random bytes where it is wrong, which a server needs and we do not.
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new(key, nullptr), &EVP_PKEY_CTX_free);
  std::vector<std::uint8_t> number(block.size());
  std::copy(encrypted.begin(), encrypted.end(), number.end() - static_cast<std::ptrdiff_t>(encrypted.size()));
  std::size_t size = block.size();
  const bool done = context != nullptr && EVP_PKEY_decrypt_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1 &&
                    EVP_PKEY_decrypt(context.get(), block.data(), &size, number.data(), number.size()) == 1;
  ERR_clear_error();
  return done ? without_padding(Bytes(block).first(size)) : std::nullopt;
}

}  // namespace

void TlsRsaKeys::FreeKey::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

TlsRsaKeys::TlsRsaKeys() = default;
TlsRsaKeys::~TlsRsaKeys() = default;
TlsRsaKeys::TlsRsaKeys(TlsRsaKeys&&) noexcept = default;

void TlsRsaKeys::add(const std::string& path) {
  std::unique_ptr<EVP_PKEY, FreeKey> key(read_key(path));
  if (key == nullptr) throw UsageError(fmt::format("no private key in {}: PEM or DER without a passphrase is read", path));
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) throw UsageError(fmt::format("the private key in {} is not of RSA", path));
  keys_.push_back(std::move(key));
}

std::optional<TlsSecret> TlsRsaKeys::pre_master(Bytes encrypted) const {
  for (const auto& key : keys_) {
    if (auto secret = decrypt(key.get(), encrypted)) return secret;
  }
  return std::nullopt;
}

}  // namespace longwire
