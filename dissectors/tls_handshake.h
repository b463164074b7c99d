// What is known of one handshake, from its first message to the row.
//
// Owned by its connection's Tls, and only until its row is made. Each fact is kept as it is seen; what follows from
// several (resumed or not, completed or not) is concluded when it is asked for, so that it does not depend on the order
// in which the capture shows the two sides.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "dissectors/context.h"
#include "dissectors/rows/tls.h"
#include "dissectors/tls_certificates.h"
#include "dissectors/tls_hello.h"
#include "dissectors/tls_message.h"
#include "dissectors/tls_record.h"
#include "dissectors/tls_secrets.h"
#include "dissectors/tls_turns.h"

namespace longwire {

// What the place and the size of a record tell that cannot be read.
struct TlsInference {
  bool told = false;  // as a message, of a type that may be null
  Text type{};
  bool inside = false;  // it carries what is spoken inside
};
// Of one behind the handshake, or where none was seen.
TlsInference infer_behind_handshake(const TlsRecord& record);

class TlsHandshake {
 public:
  TlsHandshake(std::int64_t id, const Stamp& first) : id_(id), first_(first), last_(first) {}

  std::int64_t id() const { return id_; }

  // The messages that tell something, by who sent them. `code` of the anomaly where the message is malformed, else null.
  std::string_view take_client_hello(const ClientHello& hello);
  std::string_view take_server_hello(const ServerHello& hello);
  std::string_view take_ssl2_server_hello(const Ssl2ServerHello& hello, const Stamp& at, Context& context);
  std::string_view take_server_key_exchange(Bytes body);
  std::string_view take_certificate(const TlsMessage& message, Side from, Context& context);
  std::string_view take_certificate_status(Bytes body, Side from) { return certificates_.take_status(body, from); }
  std::string_view take_certificate_request(Bytes body);
  std::string_view take_encrypted_extensions(const EncryptedExtensions& extensions, Side from);
  void take_next_protocol(Bytes body);
  void take_server_hello_done() { server_hello_done_ = true; }
  void take_server_change_cipher_spec() { server_changed_ = true; }
  void take_finished(Side from);
  // An alert that is no mere warning. Without a description where it is encrypted.
  void take_ending_alert(Side from, std::optional<std::uint8_t> description);
  // A record that cannot be read.
  TlsInference infer(Side from, const TlsRecord& record);

  // A message of `from` that ends at `last` belongs to it.
  void follow(Side from, const Stamp& last);
  // Bytes of the server were never captured.
  void miss_of_server() { server_holed_ = true; }
  void limit() { limited_ = true; }
  // A record was opened with keys from there.
  void take_key_source(TlsKeySource source) { key_source_ = source; }

  bool client_hello_seen() const { return client_hello_; }
  bool server_hello_seen() const { return server_hello_; }
  bool retried() const { return retry_; }
  // TLS 1.3 is agreed, or is not excluded yet.
  bool may_be_tls13() const;
  // What is spoken inside, as ALPN or NPN agreed; empty where neither did.
  std::string_view protocol() const { return alpn_ ? std::string_view(*alpn_) : std::string_view{}; }
  // As agreed; 0 = not seen.
  std::uint16_t version() const { return version_; }
  // What follows from it for the records behind it.
  TlsTurns::Agreement agreement() const;

  bool finished(Side from) const { return finished_[index(from)]; }
  // Nothing that may still come belongs to it.
  bool over() const { return failed_ || (finished_[0] && finished_[1]); }
  // Over, but the server may refuse what it ended with: in TLS 1.3 the client has the last word.
  bool awaits_answer() const;
  // The first record of the server behind it, which cannot be read and ends at `last`.
  void infer_answer(const TlsRecord& record, const Stamp& last);
  void add_row(Context& context) const;
  std::uint64_t memory() const;

 private:
  using MaybeText = std::optional<std::string>;

  TlsInference infer_tls13(Side from, const TlsRecord& record);
  void infer_both_finished();
  // Bytes of a protected record that holds an alert, or a Finished, and nothing else (RFC 8446 sections 4.4.4, 5.2).
  std::size_t protected_alert_bytes() const;
  std::size_t protected_finished_bytes() const;

  Text resumption_offered() const;
  Text resumed() const;
  Text early_data() const;
  Text outcome(const Context& context) const;
  Integer client_certificate_requested() const;
  MaybeText key_exchange() const;

  std::int64_t id_;
  Stamp first_, last_;
  std::uint32_t round_trips_ = 0;
  std::optional<Side> speaker_;  // of the last message

  MaybeText client_random_, offered_versions_, offered_ciphers_, offered_groups_, sni_, offered_alpn_, extensions_, ja3_, ja4_;
  MaybeText alpn_, offered_npn_, server_extensions_, ja3s_, cipher_, alert_, authorities_;
  std::string client_session_id_, server_session_id_;
  std::uint16_t version_ = 0, suite_ = 0, group_ = 0;  // as agreed; 0 = not seen
  std::uint32_t dh_bits_ = 0;
  unsigned client_flight_ = 0;  // TLS 1.3: protected records of the client, neither an alert nor a Finished alone
  TlsCertificates certificates_;
  TlsCertificateTypes certificate_types_;
  std::optional<Side> alert_by_;
  std::optional<TlsKeySource> key_source_;
  std::array<bool, 2> finished_{};  // by side
  bool client_hello_ = false, server_hello_ = false, retry_ = false;
  bool offers_ticket_ = false, offers_psk_ = false, offers_tls13_ = false, psk_taken_ = false, early_data_ = false,
       encrypted_client_hello_ = false;
  bool server_certificate_ = false, server_key_exchange_ = false, server_hello_done_ = false, certificate_request_ = false,
       server_changed_ = false, server_holed_ = false, encrypted_extensions_ = false, early_data_taken_ = false,
       application_settings_ = false, ssl2_ = false, ssl2_hit_ = false;
  bool failed_ = false, inferred_ = false, limited_ = false;
};

}  // namespace longwire
