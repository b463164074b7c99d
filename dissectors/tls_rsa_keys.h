// The private keys of servers (--rsa-key FILE): what decrypts the pre-master secret where RSA is the key exchange.
//
// Read-only after construction, shared by all threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openssl/types.h>

#include "dissectors/tls_key_schedule.h"

namespace longwire {

class TlsRsaKeys {
 public:
  TlsRsaKeys();
  ~TlsRsaKeys();
  TlsRsaKeys(TlsRsaKeys&&) noexcept;

  // PEM or DER, without a passphrase. Throws UsageError, with the file's name, where that is not what the file holds.
  void add(const std::string& path);
  bool empty() const { return keys_.empty(); }

  // EncryptedPreMasterSecret (RFC 5246 section 7.4.7.1), with the first key that it fits. Which certificate the server sent
  // does not matter: what decrypts well is right.
  std::optional<TlsSecret> pre_master(Bytes encrypted) const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const;
  };
  std::vector<std::unique_ptr<EVP_PKEY, FreeKey>> keys_;
};

}  // namespace longwire
