#include "dissectors/tls_algorithms.h"

#include <map>
#include <string_view>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

namespace longwire {
namespace {

// Lives to the end of the program, as does what was made with it.
OSSL_LIB_CTX* providers() {
  static OSSL_LIB_CTX* const library = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    OSSL_PROVIDER_load(made, "default");
    OSSL_PROVIDER_load(made, "legacy");
    ERR_clear_error();
    return made;
  }();
  return library;
}

struct Algorithms {
  Algorithms() {
    OSSL_LIB_CTX* const library = providers();
    for (const char* name : {"AES-128-GCM", "AES-256-GCM", "AES-128-CCM", "AES-256-CCM", "ChaCha20-Poly1305", "ARIA-128-GCM",
                             "ARIA-256-GCM", "AES-128-CBC", "AES-256-CBC", "CAMELLIA-128-CBC", "CAMELLIA-256-CBC", "ARIA-128-CBC",
                             "ARIA-256-CBC", "SEED-CBC", "IDEA-CBC", "DES-EDE3-CBC", "DES-CBC", "RC4"})
      if (EVP_CIPHER* cipher = EVP_CIPHER_fetch(library, name, nullptr); cipher != nullptr) ciphers.emplace(name, cipher);
    hmac = EVP_MAC_fetch(library, "HMAC", nullptr);
    ERR_clear_error();
  }

  std::map<std::string_view, EVP_CIPHER*> ciphers;
  EVP_MAC* hmac = nullptr;
};

const Algorithms& algorithms() {
  static const Algorithms& all = *new Algorithms;  // still there when other statics are destroyed
  return all;
}

}  // namespace

void load_tls_providers() {
  providers();
}

const EVP_CIPHER* tls_cipher_algorithm(const char* name) {
  const auto found = algorithms().ciphers.find(name);
  return found == algorithms().ciphers.end() ? nullptr : found->second;
}

EVP_MAC* tls_hmac_algorithm() {
  return algorithms().hmac;
}

}  // namespace longwire
