// The sender's half of TLS's record protection, for tests: what TlsCipher opens. Written from the RFCs, by OpenSSL's
// primitives, and by nothing of ours but the names of suites.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/tls_protection.h"
#include "reassembly/stream.h"

namespace longwire::test {

class TlsSealer {
 public:
  struct Keys {
    std::string key, iv, mac_key;
  };
  TlsSealer() = default;
  TlsSealer(std::string_view suite, std::uint16_t version, Keys keys, bool encrypt_then_mac = false);

  // From now on as RFC 6066 section 7 says.
  void truncate_macs() { protection_.mac_bytes = 10; }
  // A record. `padding`: zeros behind the content of TLS 1.3.
  std::string seal(unsigned type, const std::string& content, std::size_t padding = 0);

 private:
  std::string seal_aead(unsigned type, const std::string& content);
  std::string seal_cbc(unsigned type, const std::string& content);
  std::string seal_stream(unsigned type, const std::string& content);
  std::string crypt(const std::string& iv, const std::string& plaintext);
  std::string mac(unsigned type, const std::string& content) const;
  std::string pseudo_header(unsigned type, std::size_t length) const;

  TlsProtection protection_;
  std::uint16_t version_ = 0;
  Keys keys_;
  bool encrypt_then_mac_ = false;
  std::uint64_t sequence_ = 0;
  std::string streamed_;  // what a stream cipher was given so far
};

// What a side sends with: of a TLS 1.3 traffic secret, of a master secret of SSL 3.0 to TLS 1.2.
TlsSealer sealer_of_traffic_secret(std::string_view suite, const std::string& secret, std::uint16_t version = 0x0304);
struct MasterSecretOf {
  std::string master, client_random, server_random;
};
TlsSealer sealer_of_master(std::string_view suite, std::uint16_t version, const MasterSecretOf& secret, Side from,
                           bool encrypt_then_mac = false);

}  // namespace longwire::test
