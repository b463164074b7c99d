#include "dissectors/tls_handshake.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "capture/limits.h"
#include "dissectors/certificate_name.h"
#include "dissectors/json_array.h"
#include "dissectors/tls_fingerprint.h"
#include "dissectors/tls_names.h"
#include "dissectors/tls_version.h"
#include "dissectors/wire_text.h"

namespace longwire {
namespace {

std::string names_of(Bytes numbers, std::string (*name)(std::uint16_t), bool& limited) {
  JsonArray names(limits::tls_list, limited);
  each_number(numbers, [&](std::uint16_t number) { names.add(name(number)); });
  return names.finish();
}

std::string names_of(TlsExtensions list, bool& limited) {
  JsonArray names(limits::tls_list, limited);
  while (list.next()) names.add(extension_name(list.type));
  return names.finish();
}

// Of name<8> ...
std::string protocols_of(Bytes list, bool& limited) {
  JsonArray names(limits::tls_list, limited);
  for (Cursor each(list); each.left() > 0;) {
    const Bytes name = each.vec8();
    if (each.ok()) names.add(as_text(name));
  }
  return names.finish();
}

// Both lists in one.
std::string joined(std::string list, const std::string& more) {
  if (list == "[]") return more;
  if (more == "[]") return list;
  list.back() = ',';
  return list.append(more, 1);
}

std::string text_of(Bytes bytes) {
  std::string text;
  append_as_utf8(text, as_text(bytes));
  return text;
}

std::uint32_t bits_of(Bytes number) {
  while (!number.empty() && number.front() == 0) number = number.subspan(1);
  return number.empty() ? 0
                        : static_cast<std::uint32_t>(8 * (number.size() - 1)) + static_cast<std::uint32_t>(std::bit_width(number.front()));
}

constexpr std::size_t content_type_byte = 1;

std::size_t tag_bytes(std::string_view suite) {
  return suite.find("CCM_8") == std::string_view::npos ? 16 : 8;  // RFC 8446 appendix B.4
}

}  // namespace

std::string_view TlsHandshake::take_client_hello(const ClientHello& hello) {
  const std::string_view wrong = hello.whole ? std::string_view{} : "tls.client_hello.malformed";
  early_data_ = early_data_ || hello.early_data;
  if (std::exchange(client_hello_, true)) {  // the answer to a HelloRetryRequest changes key shares alone
    return wrong.empty() && !retry_ ? "tls.client_hello.repeated" : wrong;
  }
  offers_ticket_ = !hello.ticket.empty();
  offers_psk_ = hello.psk;
  encrypted_client_hello_ = hello.encrypted_client_hello;
  offers_tls13_ = is_tls13(hello.highest_version());
  client_session_id_ = as_text(hello.session_id);
  if (!hello.ssl2) client_random_ = hexadecimal(hello.random);
  JsonArray ciphers(limits::tls_list, limited_);
  hello.each_suite([&](std::uint16_t suite) { ciphers.add(suite_name(suite)); });
  offered_ciphers_ = ciphers.finish();
  JsonArray stated(limits::tls_list, limited_);
  stated.add(version_name(hello.version));
  offered_versions_ = hello.versions.data() == nullptr ? stated.finish() : names_of(hello.versions, version_name, limited_);
  if (hello.groups.data() != nullptr) offered_groups_ = names_of(hello.groups, group_name, limited_);
  if (hello.server_name.data() != nullptr) sni_ = text_of(hello.server_name);
  if (hello.alpn.data() != nullptr) offered_alpn_ = protocols_of(hello.alpn, limited_);
  extensions_ = names_of(TlsExtensions(hello.extensions), limited_);
  if (hello.ssl2) return wrong;
  ja3_ = ja3(hello);
  ja4_ = ja4(hello);
  return wrong;
}

std::string_view TlsHandshake::take_server_hello(const ServerHello& hello) {
  const std::string_view wrong = hello.whole ? std::string_view{} : "tls.server_hello.malformed";
  retry_ = retry_ || hello.retry;
  version_ = hello.version;
  if (hello.suite_told) {
    suite_ = hello.suite;
    cipher_ = suite_name(hello.suite);
  }
  if (hello.group_told) group_ = hello.group;
  if (hello.suite_told) ja3s_ = ja3s(hello);
  if (hello.retry) return wrong;
  server_hello_ = true;
  server_session_id_ = as_text(hello.session_id);
  psk_taken_ = hello.psk;
  certificate_types_ = hello.certificate_types;
  if (hello.protocol.data() != nullptr) alpn_ = text_of(hello.protocol);
  if (hello.npn.data() != nullptr) offered_npn_ = protocols_of(hello.npn, limited_);
  server_extensions_ = names_of(TlsExtensions(hello.extensions), limited_);
  return wrong;
}

std::string_view TlsHandshake::take_ssl2_server_hello(const Ssl2ServerHello& hello, const Stamp& at, Context& context) {
  server_hello_ = ssl2_ = true;
  version_ = hello.version;
  ssl2_hit_ = hello.session_id_hit;
  if (!hello.whole) return "tls.server_hello.malformed";
  return hello.certificate.empty() ? std::string_view{}
                                   : certificates_.take_ssl2(hello.certificate, {Side::server, false, {}, at}, context);
}

// Of DHE (RFC 5246 section 7.4.3): dh_p<16> dh_g<16> dh_Ys<16> ...; of ECDHE (RFC 8422 section 5.4): curve_type(1), and where
// that is 3: named_curve(2) ...; with PSK, psk_identity_hint<16> before it (RFC 4279 section 3, RFC 5489 section 2).
std::string_view TlsHandshake::take_server_key_exchange(Bytes body) {
  constexpr std::uint8_t named_curve = 3;
  server_key_exchange_ = true;
  if (!cipher_) return {};
  Cursor exchange(body);
  const std::string_view method = key_exchange_of(*cipher_);
  if (method.ends_with("_PSK")) exchange.skip(exchange.u16());
  if (method.starts_with("ECDH")) {
    const std::uint8_t type = exchange.u8();
    const std::uint16_t curve = exchange.u16();
    if (exchange.ok() && type == named_curve) group_ = curve;
  } else if (method.starts_with("DH")) {
    dh_bits_ = bits_of(exchange.vec16());
  }
  return exchange.ok() ? std::string_view{} : "tls.server_key_exchange.malformed";
}

// In TLS 1.3 the form of the message is another (RFC 8446 section 4.4.2), and it may be compressed (RFC 8879). What is no
// X.509, as a raw public key (RFC 7250), is passed over.
std::string_view TlsHandshake::take_certificate(const TlsMessage& message, Side from, Context& context) {
  server_certificate_ = server_certificate_ || from == Side::server;
  const auto type = from == Side::server ? certificate_types_.of_server : certificate_types_.of_client;
  if (type != TlsCertificateTypes::x509) return {};
  const std::string_view sni = sni_ ? std::string_view(*sni_) : std::string_view{};
  const TlsCertificates::Reading reading{from, is_tls13(version_), sni, message.first};
  const bool compressed = message.type == TlsMessageType::compressed_certificate;
  return compressed ? certificates_.take_compressed(message.body, reading, context) : certificates_.take(message.body, reading, context);
}

// Who may have issued the client's certificate, as distinguished names:
//   TLS 1.2 (RFC 5246 section 7.4.4)   certificate_types<8> signature_algorithms<16> authorities<16>; before it without the second
//   TLS 1.3 (RFC 8446 section 4.3.2)   request_context<8> extensions<16>, one of which may be authorities<16>
//   authorities                        name<16> ...
std::string_view TlsHandshake::take_certificate_request(Bytes body) {
  certificate_request_ = true;
  Cursor request(body);
  Bytes authorities;
  request.vec8();
  if (is_tls13(version_)) {
    TlsExtensions list(request.vec16());
    while (list.next())
      if (list.type == tls_extension::certificate_authorities) authorities = Cursor(list.data).vec16();
    if (!list.ok()) return "tls.certificate_request.malformed";
  } else {
    if (version_ >= tls_version::tls12) request.vec16();
    authorities = request.vec16();
  }
  JsonArray names(limits::tls_list, limited_);
  Cursor each(authorities);
  while (each.left() > 0) {
    const Bytes name = each.vec16();
    if (each.ok()) names.add(distinguished_name(name));
  }
  if (!authorities.empty()) authorities_ = names.finish();
  return request.ok() && request.left() == 0 && each.ok() ? std::string_view{} : "tls.certificate_request.malformed";
}

// Those of a client hold its application settings, and nothing else (draft-vvv-tls-alps-01 section 4).
std::string_view TlsHandshake::take_encrypted_extensions(const EncryptedExtensions& extensions, Side from) {
  if (from == Side::client) return application_settings_ ? std::string_view{} : "tls.message.sender";
  encrypted_extensions_ = true;
  application_settings_ = extensions.application_settings;
  early_data_taken_ = extensions.early_data;
  certificate_types_ = extensions.certificate_types;
  server_extensions_ = joined(server_extensions_.value_or("[]"), names_of(TlsExtensions(extensions.extensions), limited_));
  if (extensions.protocol.data() != nullptr) alpn_ = text_of(extensions.protocol);
  return extensions.whole ? std::string_view{} : "tls.encrypted_extensions.malformed";
}

// draft-agl-tls-nextprotoneg-04 section 3: selected_protocol<8> padding<8>.
void TlsHandshake::take_next_protocol(Bytes body) {
  Cursor chosen(body);
  const Bytes protocol = chosen.vec8();
  if (chosen.ok() && !alpn_) alpn_ = text_of(protocol);
}

// Before the ServerHello a client that offers it may send one to look like TLS 1.2 (RFC 8446 appendix D.4).
bool TlsHandshake::may_be_tls13() const {
  return version_ == 0 ? offers_tls13_ : is_tls13(version_);
}

// The client's is the last message of TLS 1.3: where the server's could not be read, it was there all the same.
void TlsHandshake::take_finished(Side from) {
  const bool other_unread = from == Side::client && is_tls13(version_) && !finished(Side::server);
  finished_[index(from)] = true;
  if (other_unread) infer_both_finished();
}

void TlsHandshake::infer_both_finished() {
  finished_ = {true, true};
  inferred_ = true;
}

TlsInference infer_behind_handshake(const TlsRecord& record) {
  switch (record.type) {
    case TlsContent::alert:
      return {true, "alert"};
    case TlsContent::change_cipher_spec:  // of a renegotiation
      return {true, "change_cipher_spec"};
    case TlsContent::handshake:
      return {true};
    case TlsContent::application_data:
      return {false, {}, true};
    case TlsContent::heartbeat:
      break;
  }
  return {};
}

// The client may begin with what is spoken inside before the server has said anything (early data), and before TLS 1.3 ahead
// of the server's Finished (RFC 7918). The server does not before both Finished.
TlsInference TlsHandshake::infer(Side from, const TlsRecord& record) {
  if (is_tls13(version_)) return infer_tls13(from, record);
  TlsInference inferred = infer_behind_handshake(record);
  if (record.type == TlsContent::alert) {
    if (server_holed_ && finished(Side::client)) return inferred;  // its end may be what was lost
    take_ending_alert(from, std::nullopt);
    inferred_ = true;
  } else if (record.type == TlsContent::handshake && !finished(from)) {
    inferred.type = to_text(TlsMessageType::finished);
    finished_[index(from)] = inferred_ = true;
  } else if (inferred.inside && !server_hello_) {
    inferred.inside = from == Side::client && early_data_;
  } else if (inferred.inside && from == Side::server) {
    finished_ = {true, true};
  }
  return inferred;
}

// The server's flight is EncryptedExtensions to Finished; the client's is Finished, with certificates before it where it was
// asked for them (RFC 8446 section 2), and with early data before that, which nothing tells from it but the size.
TlsInference TlsHandshake::infer_tls13(Side from, const TlsRecord& record) {
  constexpr std::size_t end_of_early_data_bytes = 4;
  constexpr unsigned client_flight_most = 3;  // Certificate, CertificateVerify, Finished
  if (record.type != TlsContent::application_data || !server_hello_) return {};
  const std::size_t finished_bytes = protected_finished_bytes();
  if (record.length == protected_alert_bytes()) {
    take_ending_alert(from, std::nullopt);
    inferred_ = true;
    return {true, "alert"};
  }
  if (from == Side::server) {
    const bool answers = client_flight_ > 0;
    if (answers) infer_both_finished();
    return {!answers, {}, answers};
  }
  if (record.length == finished_bytes || (early_data_ && record.length == finished_bytes + end_of_early_data_bytes)) {
    infer_both_finished();
    return {true, to_text(TlsMessageType::finished)};
  }
  if (early_data_) return {false, {}, true};
  if (++client_flight_ == client_flight_most) infer_both_finished();
  return {true};
}

bool TlsHandshake::awaits_answer() const {
  return over() && !failed_ && is_tls13(version_);
}

// Where the client was asked for a certificate, an alert ahead of all else is a refusal; without it a server without
// session tickets may merely close.
void TlsHandshake::infer_answer(const TlsRecord& record, const Stamp& last) {
  const bool asked = certificate_request_ || client_flight_ > 0;
  if (!asked || record.type != TlsContent::application_data || record.length != protected_alert_bytes()) return;
  take_ending_alert(Side::server, std::nullopt);
  inferred_ = true;
  follow(Side::server, last);
}

void TlsHandshake::take_ending_alert(Side from, std::optional<std::uint8_t> description) {
  failed_ = true;
  alert_by_ = from;
  if (description) alert_ = alert_name(*description);
}

void TlsHandshake::follow(Side from, const Stamp& last) {
  if (from == Side::server && speaker_ == Side::client) ++round_trips_;
  speaker_ = from;
  if (last.number > last_.number) last_ = last;
}

std::size_t TlsHandshake::protected_alert_bytes() const {
  return 2 + content_type_byte + tag_bytes(cipher_.value_or(""));
}

std::size_t TlsHandshake::protected_finished_bytes() const {
  const std::string_view suite = cipher_ ? std::string_view(*cipher_) : std::string_view{};
  const std::size_t hash_bytes = suite.ends_with("SHA384") ? 48 : 32;
  return 4 + hash_bytes + content_type_byte + tag_bytes(suite);
}

// In TLS 1.3 the choice of ALPN is encrypted, and by NPN always.
TlsTurns::Agreement TlsHandshake::agreement() const {
  const auto offers_h2 = [](const MaybeText& protocols) { return protocols && protocols->find("\"h2\"") != std::string::npos; };
  TlsTurns::Agreement agreement;
  if (alpn_) {
    agreement.multiplexed = alpn_ == "h2";
  } else if (client_hello_ && !(is_tls13(version_) ? offers_h2(offered_alpn_) : offers_h2(offered_npn_))) {
    agreement.multiplexed = false;
  }
  agreement.tls13 = is_tls13(version_);
  if (agreement.tls13) agreement.overhead_bytes = static_cast<std::uint8_t>(content_type_byte + tag_bytes(cipher_.value_or("")));
  if (version_ != 0) agreement.alert_bytes = agreement.tls13 ? static_cast<std::uint8_t>(protected_alert_bytes()) : 0;
  return agreement;
}

// The newest way it offers. A client that offers TLS 1.3 sends a session id that may stand for nothing (RFC 8446 appendix
// D.4): it counts where it was taken.
Text TlsHandshake::resumption_offered() const {
  if (!client_hello_) return {};
  if (offers_psk_) return "psk";
  if (offers_ticket_) return "ticket";
  const bool taken = resumed() == "session_id";
  return taken || (!offers_tls13_ && !client_session_id_.empty()) ? "session_id" : "no";
}

// Before TLS 1.3 a server says yes by sending the session id back, which the client makes up where it offers a ticket
// (RFC 5077 section 3.4), or merely by leaving out the rest of its flight.
Text TlsHandshake::resumed() const {
  if (!server_hello_) return {};
  if (ssl2_) return ssl2_hit_ ? "session_id" : "no";
  if (is_tls13(version_)) return psk_taken_ ? "psk" : "no";
  if (server_certificate_ || server_key_exchange_ || server_hello_done_) return "no";
  const bool echoed = !server_session_id_.empty() && server_session_id_ == client_session_id_;
  const bool shortened = server_changed_ && !server_holed_;
  if (client_hello_ && (echoed || (shortened && offers_ticket_))) return offers_ticket_ ? "ticket" : "session_id";
  const bool offered = offers_ticket_ || !client_session_id_.empty();
  const bool refused = !client_session_id_.empty() && !echoed;
  return client_hello_ && (!offered || refused) ? "no" : Text{};
}

// What became of it stands in EncryptedExtensions; without a PSK, or after a HelloRetryRequest, there is nothing to ask.
Text TlsHandshake::early_data() const {
  if (!client_hello_) return {};
  if (!early_data_) return "no";
  if (encrypted_extensions_) return early_data_taken_ ? "accepted" : "rejected";
  return retry_ || (server_hello_ && !psk_taken_) ? "rejected" : "offered";
}

Text TlsHandshake::outcome(const Context& context) const {
  if (failed_) return "failed";
  if (over()) return "completed";
  return context.connection.one_way || ssl2_ ? Text{} : "incomplete";
}

Integer TlsHandshake::client_certificate_requested() const {
  if (certificate_request_) return 1;
  if (is_tls13(version_)) return encrypted_extensions_ && finished(Side::server) && !server_holed_ ? Integer(0) : Integer();
  const bool flight_seen = server_hello_done_ || (resumed() != "no" && resumed().data() != nullptr);
  return server_hello_ && flight_seen ? Integer(0) : Integer();
}

TlsHandshake::MaybeText TlsHandshake::key_exchange() const {
  if (!cipher_ || !server_hello_) return {};
  const std::string_view method = key_exchange_of(*cipher_);
  if (!method.empty()) return std::string(method);
  if (!is_tls13(version_)) return {};
  if (group_ != 0) return std::string(key_exchange_of_group(group_));
  return psk_taken_ ? MaybeText("PSK") : std::nullopt;
}

void TlsHandshake::add_row(Context& context) const {
  const auto column = [&](const MaybeText& text) { return text ? context.text(*text) : Text{}; };
  TlsHandshakeRow row;
  row.id = id_;
  row.connection_id = context.connection.id;
  row.start_ns = first_.time;
  row.end_ns = last_.time;
  row.first_frame = first_.frame;
  row.last_frame = last_.frame;
  if (client_hello_) row.round_trips = round_trips_;
  row.client_random = column(client_random_);
  row.offered_versions = column(offered_versions_);
  if (server_hello_ || retry_) row.version = context.text(version_name(version_));
  row.offered_ciphers = column(offered_ciphers_);
  row.cipher = column(cipher_);
  row.key_exchange = column(key_exchange());
  row.offered_groups = column(offered_groups_);
  if (group_ != 0) row.named_group = context.text(group_name(group_));
  if (dh_bits_ != 0) row.dh_bits = dh_bits_;
  row.sni = column(sni_);
  if (client_hello_) row.encrypted_client_hello = encrypted_client_hello_;
  row.offered_alpn = column(offered_alpn_);
  row.alpn = column(alpn_);
  row.offered_npn = column(offered_npn_);
  row.extensions = column(extensions_);
  row.server_extensions = column(server_extensions_);
  row.resumption_offered = resumption_offered();
  row.resumed = resumed();
  row.early_data = early_data();
  if (server_hello_ || retry_) row.hello_retry = retry_;
  row.outcome = outcome(context);
  row.inferred = inferred_;
  row.alert = column(alert_);
  if (alert_by_) row.alert_by = to_text(*alert_by_);
  row.client_certificate_requested = client_certificate_requested();
  row.client_authorities = column(authorities_);
  row.ja3 = column(ja3_);
  row.ja3s = column(ja3s_);
  row.ja4 = column(ja4_);
  if (const auto& verdict = certificates_.verdict()) {
    row.chain_status = verdict->status;
    if (verdict->status != "ok") row.chain_error_depth = verdict->error_depth;
  }
  if (const auto matches = certificates_.name_matches()) row.name_matches = *matches;
  if (key_source_) row.decrypted_by = to_text(*key_source_);
  row.midstream = !client_hello_;
  row.limited = limited_ || certificates_.limited();
  context.rows().add(row);
  certificates_.add_rows(context, id_);
}

std::uint64_t TlsHandshake::memory() const {
  std::uint64_t bytes = sizeof *this + client_session_id_.capacity() + server_session_id_.capacity() + certificates_.memory();
  for (const MaybeText* text :
       {&client_random_, &offered_versions_, &offered_ciphers_, &offered_groups_, &sni_, &offered_alpn_, &extensions_, &ja3_, &ja4_, &alpn_,
        &offered_npn_, &server_extensions_, &ja3s_, &cipher_, &alert_, &authorities_})
    if (*text) bytes += (*text)->capacity();
  return bytes;
}

}  // namespace longwire
