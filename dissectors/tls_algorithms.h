// OpenSSL's ciphers and HMAC, fetched once for the whole program and never changed after that.
//
// They come from the default provider, and from the legacy provider (RC4, single DES, IDEA, SEED) where this machine has
// it; in a library context of our own, so that no configuration file of the machine takes a cipher away.
#pragma once

#include <openssl/types.h>

namespace longwire {

// Loads what they come from now: a program that is about to confine itself cannot load a library later.
void load_tls_providers();

// By OpenSSL's name, as TlsProtection has it; null where this OpenSSL lacks it.
const EVP_CIPHER* tls_cipher_algorithm(const char* name);
EVP_MAC* tls_hmac_algorithm();

}  // namespace longwire
