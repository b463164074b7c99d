// What there is to decrypt TLS with: what the user gave (key logs, private keys), what stands in the capture (Decryption
// Secrets Blocks), and what was found out on the way (sessions that may be resumed).
//
// One for the whole run. TlsKeyring is what a dissector may ask; TlsKeys answers for one thread, and the pipeline stands
// between where there are several.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dissectors/tls_key_log_file.h"
#include "dissectors/tls_rsa_keys.h"
#include "dissectors/tls_secrets.h"
#include "dissectors/tls_sessions.h"

namespace longwire {

// `number` is always the set-wide number of the packet that is being read: what is found depends on it, not on how far
// other threads are.
class TlsKeyring {
 public:
  virtual ~TlsKeyring() = default;
  virtual std::optional<TlsFoundSecret> find(TlsSecretKind kind, Bytes name, std::uint64_t number) = 0;
  virtual std::optional<TlsSecret> pre_master(Bytes encrypted) = 0;
  virtual std::optional<TlsSession> find_session(const std::string& name, std::uint64_t number) = 0;
  virtual void add_session(const std::string& name, const TlsSession& session, std::uint64_t number) = 0;
};

class TlsKeys final : public TlsKeyring {
 public:
  // --keylog FILE, --rsa-key FILE. Throw UsageError where they cannot be read.
  void add_key_log(const std::string& path);
  void add_rsa_key(const std::string& path) { rsa_keys_.add(path); }
  // The text of a Decryption Secrets Block that stands before packet `number`.
  void add_block(std::string_view text, std::uint64_t number);

  // Looks into the key logs again where it finds nothing.
  std::optional<TlsFoundSecret> find(TlsSecretKind kind, Bytes name, std::uint64_t number) override;
  std::optional<TlsSecret> pre_master(Bytes encrypted) override { return rsa_keys_.pre_master(encrypted); }
  std::optional<TlsSession> find_session(const std::string& name, std::uint64_t number) override { return sessions_.find(name, number); }
  void add_session(const std::string& name, const TlsSession& session, std::uint64_t number) override {
    sessions_.add(name, session, number);
  }

  // False where nothing was given, and no block has come: nothing will be found.
  bool any() const { return !key_logs_.empty() || !rsa_keys_.empty() || blocks_ > 0; }
  const std::vector<TlsKeyLogFile>& key_logs() const { return key_logs_; }
  std::uint64_t broken_lines_of_blocks() const { return broken_; }
  // Secrets beyond limits::tls_secrets.
  std::uint64_t left_out() const { return secrets_.left_out(); }

 private:
  TlsSecrets secrets_;
  std::vector<TlsKeyLogFile> key_logs_;
  TlsRsaKeys rsa_keys_;
  TlsSessions sessions_;
  std::uint64_t blocks_ = 0, broken_ = 0;
};

}  // namespace longwire
