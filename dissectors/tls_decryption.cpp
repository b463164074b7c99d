#include "dissectors/tls_decryption.h"

#include <tuple>
#include <utility>

#include "capture/limits.h"
#include "dissectors/tls_names.h"
#include "dissectors/tls_version.h"

namespace longwire {
namespace {

constexpr TlsSecretKind handshake_stage(Side from) {
  return from == Side::client ? TlsSecretKind::client_handshake : TlsSecretKind::server_handshake;
}
constexpr bool is_handshake(TlsSecretKind stage) {
  return stage == TlsSecretKind::client_handshake || stage == TlsSecretKind::server_handshake;
}
constexpr bool is_application(TlsSecretKind stage) {
  return stage == TlsSecretKind::client_application || stage == TlsSecretKind::server_application;
}
constexpr TlsSecretKind behind(TlsSecretKind stage) {
  switch (stage) {
    case TlsSecretKind::client_early:
      return TlsSecretKind::client_handshake;
    case TlsSecretKind::client_handshake:
      return TlsSecretKind::client_application;
    case TlsSecretKind::server_handshake:
      return TlsSecretKind::server_application;
    default:
      return stage;  // by a KeyUpdate
  }
}

}  // namespace

TlsDecryption::TlsDecryption(TlsKeyring& keyring) : keyring_(keyring) {}

TlsDecryption::TlsDecryption(const AtRest& rest)
    : keyring_(*rest.keyring), version_(rest.version), protection_(rest.protection), source_(rest.source) {
  for (std::size_t i = 0; i < halves_.size(); ++i) {
    const AtRest::Half& from = rest.halves[i];
    Half& here = halves_[i];
    static_cast<HalfAtRest&>(here) = from.kept;
    if (!from.equipped) continue;
    if (version_ != 0) {
      here.cipher = traffic_cipher(protection_, version_, here.secret);
    } else {
      const Bytes keys = here.secret.bytes();
      here.cipher = TlsCipher::make(protection_, tls_version::tls12,
                                    {keys.first(protection_.key_bytes), keys.subspan(protection_.key_bytes), {}}, false);
    }
    if (here.cipher != nullptr) here.cipher->jump(from.sequence);
  }
}

std::optional<TlsDecryption::AtRest> TlsDecryption::rest() const {
  if (agreement_ != nullptr) return std::nullopt;
  AtRest rest{&keyring_, {}, version_, protection_, source_};
  for (std::size_t i = 0; i < halves_.size(); ++i) {
    const Half& here = halves_[i];
    rest.halves[i].kept = here;
    if (here.cipher == nullptr || here.closed) continue;
    if (here.cipher->version() != (version_ != 0 ? version_ : tls_version::tls12)) return std::nullopt;
    rest.halves[i].equipped = true;
    rest.halves[i].sequence = here.cipher->sequence();
    if (version_ != 0) continue;
    const auto keys = here.cipher->aead_keys();
    if (!keys) return std::nullopt;
    rest.halves[i].kept.secret = *keys;
    rest.protection = here.cipher->protection();
  }
  return rest;
}

void TlsDecryption::begin() {
  agreement_ = std::make_unique<TlsAgreement>();
  for (const Side side : {Side::client, Side::server}) {
    half(side).keyed = half(side).closed;
    if (half(side).cipher == nullptr) half(side).stage = handshake_stage(side);
  }
}

void TlsDecryption::take(Side from, const TlsMessage& message, const Context& context) {
  Half& here = half(from);
  if (agreement_ != nullptr) agreement_->take(from, message);
  const bool tls13 = is_tls13(agreement_ != nullptr ? agreement_->version() : version_);
  switch (message.type) {
    case TlsMessageType::client_hello:
    case TlsMessageType::server_hello:
      here.lost_bytes = 0;
      break;
    case TlsMessageType::new_session_ticket:
      if (agreement_ != nullptr && !tls13) agreement_->remember(keyring_, context.now().number);
      break;
    case TlsMessageType::end_of_early_data:
    case TlsMessageType::finished:
      if (!tls13 || is_application(here.stage)) break;
      here.stage = behind(here.stage);
      here.cipher = nullptr;
      break;
    case TlsMessageType::key_update:
      if (!tls13 || !is_application(here.stage) || here.cipher == nullptr) break;
      here.secret = next_traffic_secret(version_, protection_.hash, here.secret);
      here.cipher = traffic_cipher(protection_, version_, here.secret);
      break;
    default:
      break;
  }
}

void TlsDecryption::take_change_cipher_spec(Side from) {
  Half& here = half(from);
  here.changed = true;
  here.cipher = nullptr;
  here.lost_bytes = 0;
}

void TlsDecryption::arrive(Side from, std::uint64_t offset) {
  Half& here = half(from);
  if (here.expected != 0 && offset > here.expected) here.lost_bytes += offset - here.expected;
  here.expected = offset;
}

// ---- keys ----

TlsDecryption::Look TlsDecryption::look(Side from, Bytes header, Context& context) {
  const Half& here = half(from);
  if (here.closed) return Look::closed;
  if (here.cipher != nullptr) return Look::open;
  if (agreement_ == nullptr) return Look::closed;
  const bool may_wait = !context.must_proceed() && !context.other_side_ended();
  if (!agreement_->hellos_seen()) {  // early data, or a capture that shows the sides in another order
    const bool worth_it = may_wait && agreement_->client_hello_seen() && !agreement_->retried();
    return worth_it && agreement_->known(keyring_, context.now().number) ? Look::wait : Look::closed;
  }
  return is_tls13(agreement_->version()) ? look_tls13(from, may_wait, header, context) : look_older(from, may_wait, header, context);
}

TlsDecryption::Look TlsDecryption::look_tls13(Side from, bool may_wait, Bytes header, Context& context) {
  Half& here = half(from);
  if (from == Side::client && here.stage == TlsSecretKind::client_handshake && !here.early) {
    if (waits_for_answer(may_wait, context)) return Look::wait;
    const TlsAgreement::EarlyData early = agreement_->early_data();
    const bool taken = early == TlsAgreement::EarlyData::accepted || early == TlsAgreement::EarlyData::offered;
    if (taken && find_traffic_keys(here, TlsSecretKind::client_early, header, context)) return Look::open;
    here.early = early != TlsAgreement::EarlyData::none;
  }
  if (!here.closed && find_traffic_keys(here, here.stage, header, context)) return Look::open;
  // What the handshake is protected with may not be known, and the rest still.
  if (!here.closed && is_handshake(here.stage) && find_traffic_keys(here, behind(here.stage), header, context)) {
    here.early = false;
    return Look::open;
  }
  here.closed = here.closed || is_application(here.stage);
  return Look::closed;
}

// Early data waits for EncryptedExtensions, which say whether the server takes it. What it does not take cannot be told from
// what follows but by trying, as servers do (RFC 8446 section 4.2.10).
bool TlsDecryption::waits_for_answer(bool may_wait, const Context& context) const {
  const bool offered = agreement_->early_data() == TlsAgreement::EarlyData::offered;
  if (!offered || !may_wait || closed(Side::server)) return false;
  return agreement_->traffic_secret(TlsSecretKind::server_handshake, keyring_, context.now().number).has_value();
}

TlsDecryption::Look TlsDecryption::look_older(Side from, bool may_wait, Bytes header, Context& context) {
  Half& here = half(from);
  if (!here.changed && here.lost_bytes == 0) return Look::closed;
  if (!agreement_->readable()) return give_up(here, agreement_->known(keyring_, context.now().number), header, context);
  const auto& session = agreement_->master(keyring_, context.now().number);
  const Half& client = half(Side::client);
  const bool to_come = from == Side::server && !client.changed && client.lost_bytes == 0 && agreement_->wants_key_exchange();
  if (!session) return may_wait && to_come ? Look::wait : Look::closed;
  here.keyed = true;
  const TlsKeySource source = session->source;
  return equip(here, agreement_->cipher(from, session->master), source, header, context);
}

bool TlsDecryption::find_traffic_keys(Half& here, TlsSecretKind stage, Bytes header, Context& context) {
  const auto found = agreement_->traffic_secret(stage, keyring_, context.now().number);
  if (!found) return false;
  here.stage = stage;
  here.secret = TlsSecret(as_bytes(found->secret));
  here.keyed = is_application(stage);
  version_ = agreement_->version();
  const auto& protection = agreement_->protection();
  if (protection) protection_ = *protection;
  return equip(here, protection ? traffic_cipher(protection_, version_, here.secret) : nullptr, found->source, header, context) ==
         Look::open;
}

// There is a secret; where there is no cipher, this program does not know it, or its OpenSSL does not.
TlsDecryption::Look TlsDecryption::equip(Half& here, std::unique_ptr<TlsCipher> cipher, TlsKeySource source, Bytes header,
                                         Context& context) {
  here.cipher = std::move(cipher);
  here.source = source;
  return here.cipher == nullptr ? give_up(here, true, header, context) : Look::open;
}

// No key would help.
TlsDecryption::Look TlsDecryption::give_up(Half& here, bool with_keys, Bytes header, Context& context) {
  here.closed = true;
  if (with_keys) context.anomaly("tls.decrypt.suite", header, "there are keys, and no cipher to use them with");
  return Look::closed;
}

void TlsDecryption::forget_agreement() {
  const auto settled = [](const Half& half) { return half.keyed || half.closed; };
  if (settled(halves_[0]) && settled(halves_[1])) agreement_ = nullptr;
}

void TlsDecryption::end_handshake(const Context& context) {
  const std::uint64_t number = context.now().number;
  for (Half& half : halves_) {
    if (half.cipher != nullptr || is_application(half.stage) || half.closed) continue;
    if (agreement_ == nullptr || !agreement_->hellos_seen()) {
      half.closed = true;
    } else if (is_tls13(agreement_->version())) {  // what it sent in the handshake was not seen, or not opened
      half.stage = behind(half.stage);
      half.closed = !agreement_->traffic_secret(half.stage, keyring_, number);
    } else {
      half.closed = !agreement_->master(keyring_, number);
    }
  }
  forget_agreement();
}

// ---- records ----

std::optional<TlsDecryption::Opened> TlsDecryption::open(Side from, Bytes record, Context& context) {
  Half& here = half(from);
  const bool behind_hole = here.lost_bytes > 0 && !here.early;
  Scratch memory = context.scratch(TlsRecord::most_bytes);
  std::uint64_t missing = 0;
  const auto plaintext =
      behind_hole ? search(here, record, memory.bytes(), missing, context) : open_next(here, record, memory.bytes(), context);
  if (plaintext) {
    here.lost_bytes = here.tries = 0;
    here.early = false;
    if (!source_) source_ = here.source;
    forget_agreement();
    return Opened{std::move(memory), *plaintext, missing};
  }
  const std::uint64_t most = here.early ? limits::tls_early_records : behind_hole ? limits::tls_resync : 0;
  if (here.tries <= most && here.cipher->can_jump()) return std::nullopt;
  here.closed = true;
  context.anomaly(behind_hole ? "tls.decrypt.lost" : "tls.decrypt.failed", record.first(TlsRecord::header_bytes));
  forget_agreement();
  return std::nullopt;
}

// The record that follows in turn. Where early data ends is not always told: drafts did it by an alert.
std::optional<TlsCipher::Plaintext> TlsDecryption::open_next(Half& here, Bytes record, std::span<std::uint8_t> out, Context& context) {
  ++here.tries;
  const Bytes header = record.first(TlsRecord::header_bytes), fragment = record.subspan(TlsRecord::header_bytes);
  const auto plaintext = here.cipher->open(header, fragment, out);
  if (plaintext || here.stage != TlsSecretKind::client_early || !change_keys(here, header, context)) return plaintext;
  return here.cipher->open(header, fragment, out);
}

// A record with an unknown number of others before it, and maybe a change of keys among them.
std::optional<TlsCipher::Plaintext> TlsDecryption::search(Half& here, Bytes record, std::span<std::uint8_t> out, std::uint64_t& missing,
                                                          Context& context) {
  if (const auto plaintext = try_numbers(here, record, out, missing)) return plaintext;
  if (version_ == 0) return std::nullopt;  // before TLS 1.3 a change of keys is told in the clear
  const auto before = std::tuple(here.stage, here.secret, here.keyed);
  auto cipher = std::move(here.cipher);
  if (change_keys(here, record.first(TlsRecord::header_bytes), context)) {
    const auto plaintext = try_numbers(here, record, out, missing);
    if (plaintext) {
      missing = here.cipher->sequence() > 1 ? here.lost_bytes : 0;
      return plaintext;
    }
  }
  std::tie(here.stage, here.secret, here.keyed) = before;
  here.cipher = std::move(cipher);
  return std::nullopt;
}

std::optional<TlsCipher::Plaintext> TlsDecryption::try_numbers(Half& here, Bytes record, std::span<std::uint8_t> out,
                                                               std::uint64_t& missing) const {
  const Bytes header = record.first(TlsRecord::header_bytes), fragment = record.subspan(TlsRecord::header_bytes);
  TlsCipher& cipher = *here.cipher;
  const std::uint64_t next = cipher.sequence();
  const std::uint64_t most = here.lost_bytes / cipher.overhead();
  for (std::uint64_t skipped = 0; skipped <= most && here.tries <= limits::tls_resync && cipher.can_jump(); ++skipped) {
    ++here.tries;
    cipher.jump(next + skipped);
    const auto plaintext = cipher.open(header, fragment, out);
    if (!plaintext) continue;
    missing = skipped == 0 ? 0 : here.lost_bytes - skipped * cipher.overhead();
    return plaintext;
  }
  cipher.jump(next);
  return std::nullopt;
}

// The keys that follow the present ones in TLS 1.3. False where they are not known.
bool TlsDecryption::change_keys(Half& here, Bytes header, Context& context) {
  if (!is_application(here.stage)) return agreement_ != nullptr && find_traffic_keys(here, behind(here.stage), header, context);
  here.secret = next_traffic_secret(version_, protection_.hash, here.secret);
  here.cipher = traffic_cipher(protection_, version_, here.secret);
  return here.cipher != nullptr;
}

std::uint64_t TlsDecryption::memory() const {
  std::uint64_t bytes = sizeof *this;
  if (agreement_ != nullptr) bytes += agreement_->memory();
  for (const Half& half : halves_) bytes += half.cipher == nullptr ? 0 : TlsCipher::memory();
  return bytes;
}

}  // namespace longwire
