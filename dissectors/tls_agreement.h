// What both sides of a handshake said that keys depend on, and the keys that follow.
//
// Owned by a TlsDecryption, from the first hello until both sides send with keys of it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dissectors/tls_cipher.h"
#include "dissectors/tls_hello.h"
#include "dissectors/tls_keyring.h"
#include "dissectors/tls_message.h"
#include "reassembly/stream.h"

namespace longwire {

class TlsAgreement {
 public:
  enum class EarlyData : std::uint8_t { none, offered, accepted, rejected };

  // A whole message, sent by `from` as TLS calls it.
  void take(Side from, const TlsMessage& message);
  // `message`: without its length.
  void take_ssl2_hello(const ClientHello& hello, Bytes message);

  bool client_hello_seen() const { return !client_random_.empty(); }
  bool server_hello_seen() const { return !server_random_.empty(); }
  bool hellos_seen() const { return client_hello_seen() && server_hello_seen(); }
  bool retried() const { return retried_; }
  std::uint16_t version() const { return version_; }
  const std::optional<TlsProtection>& protection() const { return protection_; }
  EarlyData early_data() const { return early_data_; }
  // Keys cannot be known before the client has sent its part, and it has not.
  bool wants_key_exchange() const;

  // SSL 3.0 to TLS 1.2: with the master secret its records can be opened; not where its suite is unknown here, or they are
  // compressed.
  bool readable() const { return protection_ && !compressed_; }
  // Whether there is a secret of this client random at all.
  bool known(TlsKeyring& keyring, std::uint64_t number) const;
  // SSL 3.0 to TLS 1.2: the master secret, by whatever way leads to it; sought until it is found.
  const std::optional<TlsSession>& master(TlsKeyring& keyring, std::uint64_t number);
  // Remembers it for sessions that are resumed later.
  void remember(TlsKeyring& keyring, std::uint64_t number) const;
  // What `from` sends with after its ChangeCipherSpec.
  std::unique_ptr<TlsCipher> cipher(Side from, const TlsSecret& master) const;
  // TLS 1.3.
  std::optional<TlsFoundSecret> traffic_secret(TlsSecretKind kind, TlsKeyring& keyring, std::uint64_t number) const;

  std::uint64_t memory() const;

 private:
  void take_client_hello(const ClientHello& hello);
  void take_server_hello(const ServerHello& hello);
  void take_client_key_exchange(Bytes body);
  void add_to_transcript(Side from, const TlsMessage& message);

  TlsSession master_of(Bytes pre_master, TlsKeySource source) const;
  std::optional<TlsSession> master_by_key_exchange(TlsKeyring& keyring, std::uint64_t number);
  std::optional<TlsSession> master_by_session(TlsKeyring& keyring, std::uint64_t number) const;
  TlsRandoms randoms() const { return {as_bytes(client_random_), as_bytes(server_random_)}; }

  std::string client_random_, server_random_;                                  // empty = its hello was not seen
  std::string offered_session_id_, session_id_, offered_ticket_, new_ticket_;  // tickets as names of sessions
  std::uint16_t version_ = 0;
  std::optional<TlsProtection> protection_;
  bool rsa_ = false;  // RSA is the key exchange
  bool retried_ = false, client_extends_ = false, extended_master_secret_ = false, encrypt_then_mac_ = false, compressed_ = false;
  bool truncated_hmac_ = false;
  EarlyData early_data_ = EarlyData::none;
  bool key_exchange_seen_ = false, server_hello_done_ = false, rsa_tried_ = false;
  std::string encrypted_pre_master_;
  // Messages up to ClientKeyExchange: the client's hello, the server's flight, the client's messages behind it.
  std::array<std::string, 3> transcript_;
  std::optional<TlsSession> master_;
};

// A direction's cipher of a TLS 1.3 traffic secret (RFC 8446 section 7.3); null where this OpenSSL lacks it.
std::unique_ptr<TlsCipher> traffic_cipher(const TlsProtection& protection, std::uint16_t version, const TlsSecret& secret);

}  // namespace longwire
