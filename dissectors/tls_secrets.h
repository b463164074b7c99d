// The secrets that decrypt TLS, as key logs and Decryption Secrets Blocks give them, by what they are found by.
//
// They take about as much memory as the text they were read from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "capture/bytes.h"
#include "capture/limits.h"
#include "dissectors/tls_key_log.h"

namespace longwire {

// Where keys came from; stands in tls_handshakes.decrypted_by.
enum class TlsKeySource : std::uint8_t { key_log, secrets_block, rsa_key };
constexpr std::string_view to_text(TlsKeySource source) {
  constexpr std::string_view texts[]{"key log", "dsb", "rsa key"};
  return texts[static_cast<std::size_t>(source)];
}

struct TlsFoundSecret {
  std::string secret;
  TlsKeySource source;
};

class TlsSecrets {
 public:
  explicit TlsSecrets(std::uint64_t most = limits::tls_secrets) : most_(most) {}

  // The first of several secrets of one name counts. Where the most there may be are there, it is left out. `from_number`: the set-wide
  // number of the packet from which on it is known; 0 of a key log.
  void add(const TlsKeyLogLine& line, TlsKeySource source, std::uint64_t from_number);
  // The lines of a whole key log. How many were broken.
  std::uint64_t add_text(std::string_view text, TlsKeySource source, std::uint64_t from_number);

  // What packet `number` may be decrypted with.
  std::optional<TlsFoundSecret> find(TlsSecretKind kind, Bytes name, std::uint64_t number) const;
  bool empty() const { return secrets_.empty(); }
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct Entry {
    std::string secret;
    TlsKeySource source;
    std::uint64_t from_number;
  };
  static std::string key_of(TlsSecretKind kind, std::string_view name);

  std::unordered_map<std::string, Entry> secrets_;
  std::uint64_t most_, left_out_ = 0;
};

}  // namespace longwire
