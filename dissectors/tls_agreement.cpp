#include "dissectors/tls_agreement.h"

#include <utility>

#include "capture/limits.h"
#include "dissectors/tls_names.h"

namespace longwire {
namespace {

constexpr std::size_t random_bytes = 32;
constexpr std::uint8_t truncated_mac_bytes = 10;  // RFC 6066 section 7

}  // namespace

void TlsAgreement::take(Side from, const TlsMessage& message) {
  add_to_transcript(from, message);
  const bool of_server = from == Side::server;
  switch (message.type) {
    case TlsMessageType::client_hello:
      if (!of_server) take_client_hello(read_client_hello(message.body));
      break;
    case TlsMessageType::server_hello:
      if (of_server) take_server_hello(read_server_hello(message.body));
      break;
    case TlsMessageType::hello_retry_request:
      if (of_server) take_server_hello(read_draft_retry(message.body));
      break;
    case TlsMessageType::encrypted_extensions:
      if (of_server && early_data_ == EarlyData::offered)
        early_data_ = read_encrypted_extensions(message.body).early_data ? EarlyData::accepted : EarlyData::rejected;
      break;
    case TlsMessageType::client_key_exchange:
      if (!of_server) take_client_key_exchange(message.body);
      break;
    case TlsMessageType::new_session_ticket:  // RFC 5077 section 3.3: lifetime_hint(4) ticket<16>
      if (of_server && !is_tls13(version_)) {
        Cursor body(message.body);
        body.skip(4);
        const Bytes ticket = body.vec16();
        if (body.ok() && !ticket.empty()) new_ticket_ = session_name_of_ticket(ticket);
      }
      break;
    default:
      break;
  }
}

void TlsAgreement::take_ssl2_hello(const ClientHello& hello, Bytes message) {
  transcript_[0].append(as_text(message));
  take_client_hello(hello);
}

// The answer to a HelloRetryRequest has the same random (RFC 8446 section 4.1.2), and no early data.
void TlsAgreement::take_client_hello(const ClientHello& hello) {
  if (hello.random.empty() || client_hello_seen()) return;
  // RFC 5246 appendix E.2: a shorter challenge of an SSL 2.0 hello counts with zeros before it.
  client_random_ = std::string(random_bytes - std::min(hello.random.size(), random_bytes), '\0').append(as_text(hello.random));
  offered_session_id_ = as_text(hello.session_id);
  if (!hello.ticket.empty()) offered_ticket_ = session_name_of_ticket(hello.ticket);
  client_extends_ = hello.extended_master_secret;
  if (hello.early_data) early_data_ = EarlyData::offered;
}

void TlsAgreement::take_server_hello(const ServerHello& hello) {
  version_ = hello.version;
  retried_ = retried_ || hello.retry;
  if (hello.retry || !hello.psk) early_data_ = early_data_ == EarlyData::none ? EarlyData::none : EarlyData::rejected;
  if (hello.retry || hello.random.empty()) return;
  server_random_ = as_text(hello.random);
  session_id_ = as_text(hello.session_id);
  extended_master_secret_ = hello.extended_master_secret;
  encrypt_then_mac_ = hello.encrypt_then_mac;
  truncated_hmac_ = hello.truncated_hmac;
  compressed_ = hello.compression != 0;
  if (!hello.suite_told) return;
  const std::string suite = suite_name(hello.suite);
  protection_ = protection_of(suite);
  rsa_ = key_exchange_of(suite) == "RSA";
}

// RFC 5246 section 7.4.7.1: EncryptedPreMasterSecret<16>; in SSL 3.0 without a length.
void TlsAgreement::take_client_key_exchange(Bytes body) {
  key_exchange_seen_ = true;
  if (!rsa_) return;
  Cursor exchange(body);
  const Bytes encrypted = exchange.vec16();
  const bool told = exchange.ok() && exchange.left() == 0;
  encrypted_pre_master_ = as_text(told ? encrypted : body);
}

bool TlsAgreement::wants_key_exchange() const {
  return rsa_ && !key_exchange_seen_ && (session_id_.empty() || session_id_ != offered_session_id_) && offered_ticket_.empty();
}

void TlsAgreement::add_to_transcript(Side from, const TlsMessage& message) {
  const bool of_server = from == Side::server;
  if (of_server ? server_hello_done_ : key_exchange_seen_) return;
  if (message.type == TlsMessageType::hello_request || is_tls13(version_)) return;
  server_hello_done_ = message.type == TlsMessageType::server_hello_done;
  const bool first = message.type == TlsMessageType::client_hello;
  std::string& part = transcript_[first ? 0 : of_server ? 1 : 2];
  if (part.size() + message.body.size() > limits::tls_transcript_bytes) return;
  part += static_cast<char>(message.type);
  for (const unsigned shift : {16u, 8u, 0u}) part += static_cast<char>(message.length >> shift);
  part.append(as_text(message.body));
}

bool TlsAgreement::known(TlsKeyring& keyring, std::uint64_t number) const {
  constexpr TlsSecretKind kinds[] = {TlsSecretKind::client_handshake, TlsSecretKind::client_early, TlsSecretKind::master,
                                     TlsSecretKind::pre_master};
  for (const TlsSecretKind kind : kinds) {
    if (keyring.find(kind, as_bytes(client_random_), number)) return true;
  }
  return false;
}

const std::optional<TlsSession>& TlsAgreement::master(TlsKeyring& keyring, std::uint64_t number) {
  if (master_ || !readable()) return master_;
  if (const auto found = keyring.find(TlsSecretKind::master, as_bytes(client_random_), number)) {
    master_ = TlsSession{TlsSecret(as_bytes(found->secret)), found->source};
  } else {
    master_ = key_exchange_seen_ ? master_by_key_exchange(keyring, number) : master_by_session(keyring, number);
  }
  remember(keyring, number);
  return master_;
}

std::optional<TlsSession> TlsAgreement::master_by_key_exchange(TlsKeyring& keyring, std::uint64_t number) {
  if (const auto found = keyring.find(TlsSecretKind::pre_master, as_bytes(client_random_), number)) {
    return master_of(as_bytes(found->secret), found->source);
  }
  constexpr std::size_t name_bytes = 8;
  if (encrypted_pre_master_.size() < name_bytes) return std::nullopt;
  const Bytes encrypted = as_bytes(encrypted_pre_master_);
  if (const auto found = keyring.find(TlsSecretKind::pre_master_by_ciphertext, encrypted.first(name_bytes), number)) {
    return master_of(as_bytes(found->secret), found->source);
  }
  if (std::exchange(rsa_tried_, true)) return std::nullopt;
  if (const auto secret = keyring.pre_master(encrypted)) return master_of(secret->bytes(), TlsKeySource::rsa_key);
  return std::nullopt;
}

TlsSession TlsAgreement::master_of(Bytes pre_master, TlsKeySource source) const {
  if (!extended_master_secret_ || !client_extends_) {
    return {master_secret(version_, protection_->hash, pre_master, randoms()), source};
  }
  const std::string transcript = transcript_[0] + transcript_[1] + transcript_[2];
  return {extended_master_secret(version_, protection_->hash, pre_master, as_bytes(transcript)), source};
}

std::optional<TlsSession> TlsAgreement::master_by_session(TlsKeyring& keyring, std::uint64_t number) const {
  const bool by_id = !session_id_.empty() && session_id_ == offered_session_id_;
  if (by_id) {
    if (const auto found = keyring.find(TlsSecretKind::master_by_session_id, as_bytes(session_id_), number)) {
      return TlsSession{TlsSecret(as_bytes(found->secret)), found->source};
    }
    if (const auto session = keyring.find_session(session_name_of_id(as_bytes(session_id_)), number)) return session;
  }
  return offered_ticket_.empty() ? std::nullopt : keyring.find_session(offered_ticket_, number);
}

void TlsAgreement::remember(TlsKeyring& keyring, std::uint64_t number) const {
  if (!master_) return;
  if (!session_id_.empty()) keyring.add_session(session_name_of_id(as_bytes(session_id_)), *master_, number);
  if (!new_ticket_.empty()) keyring.add_session(new_ticket_, *master_, number);
}

std::unique_ptr<TlsCipher> TlsAgreement::cipher(Side from, const TlsSecret& master) const {
  TlsProtection protection = *protection_;
  const std::size_t mac = protection.aead() ? 0 : protection.mac_bytes;
  const std::size_t key = protection.key_bytes, iv = protection.iv_bytes;
  std::array<std::uint8_t, 2 * (48 + 32 + 16)> block;  // the largest parts of all suites
  key_block(version_, protection.hash, master.bytes(), randoms(), std::span(block).first(2 * (mac + key + iv)));
  const Bytes whole(block);
  const std::size_t side = index(from);
  const TlsCipher::Keys keys{whole.subspan(2 * mac + side * key, key), whole.subspan(2 * (mac + key) + side * iv, iv),
                             whole.subspan(side * mac, mac)};
  if (truncated_hmac_ && protection.mac != nullptr) protection.mac_bytes = truncated_mac_bytes;  // of MACs; their keys stay whole
  return TlsCipher::make(protection, version_, keys, encrypt_then_mac_);
}

std::optional<TlsFoundSecret> TlsAgreement::traffic_secret(TlsSecretKind kind, TlsKeyring& keyring, std::uint64_t number) const {
  return keyring.find(kind, as_bytes(client_random_), number);
}

std::uint64_t TlsAgreement::memory() const {
  std::uint64_t bytes = sizeof *this;
  for (const std::string* text : {&client_random_, &server_random_, &offered_session_id_, &session_id_, &offered_ticket_, &new_ticket_,
                                  &encrypted_pre_master_, &transcript_[0], &transcript_[1], &transcript_[2]})
    bytes += text->capacity();
  return bytes;
}

std::unique_ptr<TlsCipher> traffic_cipher(const TlsProtection& protection, std::uint16_t version, const TlsSecret& secret) {
  if (!protection.aead() || protection.nonce_bytes != 0) return nullptr;  // a suite of an older version
  const std::string_view prefix = label_prefix(version);
  const TlsSecret key = expand_label(protection.hash, secret.bytes(), prefix, "key", {}, protection.key_bytes);
  const TlsSecret iv = expand_label(protection.hash, secret.bytes(), prefix, "iv", {}, protection.iv_bytes);
  return TlsCipher::make(protection, version, {key.bytes(), iv.bytes(), {}}, false);
}

}  // namespace longwire
