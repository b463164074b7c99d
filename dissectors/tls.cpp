#include "dissectors/tls.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "capture/limits.h"
#include "dissectors/tls_names.h"

namespace longwire {
namespace {

constexpr std::uint8_t warning = 1, fatal = 2;                                     // RFC 8446 section 6
constexpr std::uint8_t close_notify = 0, user_canceled = 90, no_certificate = 41;  // section 6.1; RFC 6101 section 5.4.2
constexpr std::size_t alert_bytes = 2;

// Whether a handshake goes on after this alert. From TLS 1.3 on only the description counts (RFC 8446 section 6).
bool ends_handshake(std::uint8_t level, std::uint8_t description, std::uint16_t version) {
  if (level == fatal || description == close_notify || description == user_canceled) return true;
  return is_tls13(version) && description != no_certificate;
}

}  // namespace

std::unique_ptr<Dissector> make_tls() {
  return std::make_unique<Tls>();
}

Match Tls::restart(Side, Bytes in) const {
  TlsRecord record{};
  const Match match = read_record_header(in, record);
  return match == Match::yes && record.length == 0 ? Match::no : match;
}

// ---- records ----

Progress Tls::data(Side side, Bytes in, Context& context) {
  take_skipped(call(side, context));
  std::size_t done = 0;
  for (;;) {
    const bool told = decryption_ != nullptr && handshake_ != nullptr;  // what the other side's records may wait for
    Progress step = read_next(call(side, context), in.subspan(done));
    const bool stop = step.used == 0 || step.skip > 0 || step.lost || told;
    done += step.used;
    step.used = done;
    if (stop) return step;
  }
}

Progress Tls::read_next(const Call& call, Bytes in) {
  Half& here = half(call.side);
  if (here.passing.left > 0) return {.skip = here.passing.left};  // behind a hole in it
  if (in.empty()) return {};                                      // so that it may sleep
  if (rest_.not_ours) return {.used = in.size(), .skip = Progress::for_good};
  if (in.size() < TlsRecord::header_bytes) return {.need = TlsRecord::header_bytes};
  if (!here.begun && call.side == Side::client && starts_ssl2_hello(in) != Match::no) return read_ssl2_hello(call, in);
  if (rest_.ssl2 && !here.begun && handshake_ != nullptr && starts_ssl2_server_hello(in)) return read_ssl2_answer(call, in);
  TlsRecord record{};
  if (read_record_header(in, record) != Match::yes) return lose_framing(call, in, record);
  here.begun = true;
  const std::size_t length = TlsRecord::header_bytes + record.length;
  const std::uint64_t offset = call.context.offset(in);
  if (decryption_ != nullptr) decryption_->arrive(call.from, offset);
  if (is_protected(call, record)) {
    if (auto progress = decrypt(call, in, length)) return std::move(*progress);
    return pass(call, in, record);
  }
  if (in.size() < length) return {.need = length};
  const Bytes whole = in.first(length);
  if (record.length == 0) anomaly(call, "tls.record.empty", whole);
  if (record.length > TlsRecord::most_content) anomaly(call, "tls.record.overflow", whole.first(TlsRecord::header_bytes));
  read_fragment(call, record.type, {whole.subspan(TlsRecord::header_bytes), whole, TlsRecord::header_bytes});
  hear_server(call, record.type);
  if (decryption_ != nullptr) decryption_->leave(call.from, offset + length);
  return {.used = length};
}

Progress Tls::read_ssl2_hello(const Call& call, Bytes in) {
  constexpr std::size_t certain = 11;
  if (in.size() < certain) return {.need = certain};
  const std::size_t length = ssl2_message_length(in);
  if (in.size() < length) return {.need = length};
  const Bytes message = in.first(length);
  half(call.side).begun = rest_.ssl2 = true;
  const Span span{call.context.first_stamp(message), call.context.last_stamp(message), length};
  open(call, span.first);
  const ClientHello hello = longwire::read_ssl2_hello(message);
  handshake_->take_client_hello(hello);
  if (decryption_ != nullptr) decryption_->take_ssl2_hello(hello, message.subspan(2));
  tell(call, message_row(call, to_text(TlsMessageType::client_hello), span, false), span.last, message);
  return {.used = length};
}

// SSL 2.0 itself goes on behind a hello in its form; nothing more of it is read.
Progress Tls::read_ssl2_answer(const Call& call, Bytes in) {
  const std::size_t length = ssl2_message_length(in);
  if (in.size() < length) return {.need = length};
  const Bytes message = in.first(length);
  rest_.not_ours = true;
  const Span span{call.context.first_stamp(message), call.context.last_stamp(message), length};
  const std::string_view wrong = handshake_->take_ssl2_server_hello(read_ssl2_server_hello(message), span.first, call.context);
  if (!wrong.empty()) anomaly(call, wrong, message.first(1));
  tell(call, message_row(call, to_text(TlsMessageType::server_hello), span, false), span.last, message);
  return {.used = length};
}

Progress Tls::lose_framing(const Call& call, Bytes in, const TlsRecord& record) {
  Half& here = half(call.side);
  const bool too_long = record.version >> 8 == 3 && record.length > TlsRecord::most_bytes;
  anomaly(call, too_long ? "tls.record.length" : "tls.record.type", in.first(TlsRecord::header_bytes),
          as_text(in.first(TlsRecord::header_bytes)));
  here.messages.drop();
  here.holed = true;
  Progress progress;
  progress.lost = true;
  return progress;
}

// A handshake may have gone before that was not seen, or not all of it.
bool Tls::unseen(const Call& call) {
  return half(call.side).holed || (handshake_ == nullptr && call.context.connection.midstream);
}

// Before TLS 1.3 everything behind ChangeCipherSpec; from then on what says that it is application data.
bool Tls::is_protected(const Call& call, const TlsRecord& record) {
  if (record.type == TlsContent::application_data || record.type == TlsContent::heartbeat) return true;
  if (!half(call.side).changed) return record.type == TlsContent::alert && record.length != alert_bytes && unseen(call);
  if (record.type == TlsContent::change_cipher_spec) return record.length > 1;  // of a renegotiation
  return record.type == TlsContent::handshake || record.length != alert_bytes;
}

// Nothing where the record, of `length` bytes with its header, is to be passed over.
std::optional<Progress> Tls::decrypt(const Call& call, Bytes in, std::size_t length) {
  if (decryption_ == nullptr) return std::nullopt;
  const TlsDecryption::Look look = decryption_->look(call.from, in.first(TlsRecord::header_bytes), call.context);
  if (look == TlsDecryption::Look::wait) return Progress{.need = Progress::hold};
  const bool closed = look == TlsDecryption::Look::closed;
  if (!closed && in.size() < length) return Progress{.need = length};
  const auto opened = closed ? std::nullopt : decryption_->open(call.from, in.first(length), call.context);
  if (!opened) decryption_->pass(call.from, length);
  decryption_->leave(call.from, call.context.offset(in) + length);
  if (opened) {
    read_opened(call, in.first(length), *opened);
    hear_server(call, opened->plaintext.type);
    return Progress{.used = length};
  }
  if (application_ != nullptr && decryption_->closed(call.from)) application_->end(call.side, End::open, call.context);
  if (decryption_->useless() && handshake_ == nullptr) decryption_ = nullptr;
  return std::nullopt;
}

void Tls::read_opened(const Call& call, Bytes record, const TlsDecryption::Opened& opened) {
  const auto& [type, bytes, carried_at] = opened.plaintext;
  const TlsFragment fragment{bytes, record, TlsRecord::header_bytes + carried_at, true};
  if (handshake_ != nullptr) handshake_->take_key_source(*decryption_->source());
  if (application_ != nullptr && opened.missing > 0) application_->gap(call.side, opened.missing, call.context);
  if (bytes.size() > TlsRecord::most_content) anomaly(call, "tls.record.overflow", record.first(TlsRecord::header_bytes));
  if (type != TlsContent::application_data) return read_fragment(call, type, fragment);
  if (half(call.side).messages.inside()) break_message(call, record.first(TlsRecord::header_bytes));
  if (application_ == nullptr) application_ = std::make_unique<TlsApplication>();
  if (handshake_ != nullptr) application_->agree(handshake_->protocol());
  application_->data(call.side, fragment, call.context);
}

Progress Tls::pass(const Call& call, Bytes in, const TlsRecord& record) {
  const Bytes header = in.first(TlsRecord::header_bytes);
  Half& here = half(call.side);
  if (here.messages.inside()) break_message(call, header);
  here.passing = {record, record.length, call.context.first_stamp(header), false};
  if (record.length == 0) finish_passing(call, call.context.last_stamp(header), header);
  return {.used = TlsRecord::header_bytes, .skip = record.length};
}

// What the channel has dropped of a record that is passed over.
void Tls::take_skipped(const Call& call) {
  const std::uint64_t skipped = call.context.skipped();
  Protected& passing = half(call.side).passing;
  if (skipped == 0 || passing.left == 0) return;
  passing.left -= static_cast<std::uint32_t>(std::min<std::uint64_t>(skipped, passing.left));
  if (passing.left == 0) finish_passing(call, call.context.skipped_stamp(), {});
}

// `at`: its header, where that is all of it; else the call begins behind it.
void Tls::finish_passing(const Call& call, const Stamp& last, Bytes at) {
  const Protected passed = half(call.side).passing;
  const TlsRecord& record = passed.record;
  const bool inside = passed.damaged ? handshake_ == nullptr && record.type == TlsContent::application_data
                                     : take_protected(call, record, {passed.first, last, record.length}, at);
  if (inside) rest_.turns.take(call.from, {record.length, passed.first, last, at}, call.context);
  if (unanswered_ != nullptr && call.from == Side::server && !passed.damaged) unanswered_->infer_answer(record, last);
  hear_server(call, record.type);
}

AfterGap Tls::gap(Side side, Bytes in, std::uint64_t missing, Context& context) {
  const Call now = call(side, context);
  Half& here = half(side);
  take_skipped(now);
  here.messages.drop();
  here.holed = true;
  if (handshake_ != nullptr && now.from == Side::server) handshake_->miss_of_server();
  if (now.from == Side::server) conclude(context);
  Protected& passing = here.passing;
  TlsRecord record{};
  if (passing.left == 0 && !rest_.not_ours && read_record_header(in, record) == Match::yes) {
    const std::size_t seen = in.size() - TlsRecord::header_bytes;
    passing = {record, record.length - static_cast<std::uint32_t>(seen), context.first_stamp(in), true};
  }
  if (missing > passing.left) {
    passing.left = 0;
    return AfterGap::lost;
  }
  passing.left -= static_cast<std::uint32_t>(missing);
  if (passing.left == 0) finish_passing(now, context.now(), {});
  return AfterGap::resumed;
}

void Tls::end(Side side, Bytes in, End how, Context& context) {
  const Call now = call(side, context);
  Half& here = half(side);
  take_skipped(now);
  if (how == End::fin || how == End::rst) {
    if (!in.empty() || here.passing.left > 0) anomaly(now, "tls.record.short", {});
    if (here.messages.inside()) anomaly(now, "tls.message.short", {});
  }
  here.ended = true;
  if (application_ != nullptr) application_->end(side, how, context);
  if (!half(other(side)).ended) return;
  if (handshake_ != nullptr) close(context);
  conclude(context);
  rest_.turns.finish(context);
}

// ---- what can be read ----

void Tls::read_fragment(const Call& call, TlsContent type, const TlsFragment& fragment) {
  if (fragment.bytes.empty()) return;
  switch (type) {
    case TlsContent::handshake:
      return read_messages(call, fragment);
    case TlsContent::change_cipher_spec:
      return read_change_cipher_spec(call, fragment);
    case TlsContent::alert:
      return read_alerts(call, fragment);
    case TlsContent::application_data:
    case TlsContent::heartbeat:
      break;
  }
}

void Tls::read_messages(const Call& call, const TlsFragment& fragment) {
  Half& here = half(call.side);
  const bool uncertain = here.holed || (rest_.last_id == 0 && !here.messages.inside() && unseen(call));
  here.holed = uncertain && !TlsMessages::fills(fragment.bytes) && (here.holed || !TlsMessages::begin_with_hello(fragment.bytes));
  if (here.holed) return;
  TlsMessage message{};
  for (Bytes rest = fragment.bytes; here.messages.next(rest, fragment, call.context, message);) {
    const Bytes part = fragment.bytes.first(fragment.bytes.size() - rest.size());
    take_message(call, message, fragment.decrypted, fragment.carrier(part.last(1)));
  }
}

// RFC 8446 section 5.1: nothing may stand between the records of one message.
void Tls::break_message(const Call& call, Bytes at) {
  anomaly(call, "tls.message.interleaved", at);
  half(call.side).messages.drop();
  half(call.side).holed = true;
}

void Tls::read_change_cipher_spec(const Call& call, const TlsFragment& fragment) {
  Half& here = half(call.side);
  const Bytes at = fragment.carrier(fragment.bytes);
  const bool hellos_before = handshake_ == nullptr && unseen(call);
  if (here.messages.inside()) break_message(call, at);
  if (fragment.bytes.size() != 1 || fragment.bytes[0] != 1) anomaly(call, "tls.change_cipher_spec.malformed", at, as_text(fragment.bytes));
  const bool counts = handshake_ != nullptr && !handshake_->may_be_tls13();  // RFC 8446 appendix D.4
  here.changed = here.changed || counts || hellos_before;
  if (counts && call.from == Side::server) handshake_->take_server_change_cipher_spec();
  if (counts && decryption_ != nullptr) decryption_->take_change_cipher_spec(call.from);
  const Span span{call.context.first_stamp(at), call.context.last_stamp(at), fragment.bytes.size()};
  tell(call, message_row(call, "change_cipher_spec", span, false), span.last, at);
}

void Tls::read_alerts(const Call& call, const TlsFragment& fragment) {
  for (Bytes rest = fragment.bytes; !rest.empty(); rest = rest.subspan(std::min(rest.size(), alert_bytes))) {
    const Bytes part = rest.first(std::min(rest.size(), alert_bytes)), at = fragment.carrier(part);
    if (part.size() < alert_bytes) return anomaly(call, "tls.alert.malformed", at, as_text(part));
    const std::uint8_t level = part[0], description = part[1];
    if (level != warning && level != fatal) anomaly(call, "tls.alert.malformed", at, as_text(part));
    const Span span{call.context.first_stamp(at), call.context.last_stamp(at), alert_bytes};
    if (handshake_ == nullptr && rest_.last_id == 0 && level == fatal) open(call, span.first);  // one that never began
    TlsMessageRow row = message_row(call, "alert", span, false);
    if (level == warning || level == fatal) row.alert_level = level == fatal ? "fatal" : "warning";
    row.alert = call.context.text(alert_name(description));
    tell(call, row, span.last, at);
    if (application_ != nullptr && description == close_notify) application_->end(call.side, End::fin, call.context);
    if (unanswered_ != nullptr && call.from == Side::server && description != close_notify && description != user_canceled) {
      unanswered_->take_ending_alert(call.from, description);
      unanswered_->follow(call.from, span.last);
    }
    if (handshake_ == nullptr || !ends_handshake(level, description, handshake_->version())) continue;
    handshake_->take_ending_alert(call.from, description);
    settle(call);
  }
}

bool Tls::begins_handshake(TlsMessageType type, bool decrypted) const {
  const bool hello = type == TlsMessageType::client_hello;
  if (handshake_ == nullptr) return decrypted ? hello : type != TlsMessageType::hello_request;  // else it comes after the last one
  if (!hello || !handshake_->client_hello_seen()) return false;
  return handshake_->server_hello_seen();
}

// `part`: where an anomaly of the message points at.
void Tls::take_message(const Call& before, const TlsMessage& message, bool decrypted, Bytes part) {
  if (begins_handshake(message.type, decrypted)) {
    if (handshake_ != nullptr) close(before.context);
    know_sides(before.side, message.type);
    open(before, message.first);
  }
  const Call now = call(before.side, before.context);
  if (decryption_ != nullptr && message.whole()) decryption_->take(now.from, message, now.context);
  Text type = to_text(message.type);
  if (type.empty()) {
    type = now.context.text(std::to_string(static_cast<unsigned>(message.type)));
    anomaly(now, "tls.message.type", part, type);
  }
  if (handshake_ != nullptr && !message.whole()) {
    handshake_->limit();
    anomaly(now, "tls.limit", part, fmt::format("a message of {} bytes", message.length));
  } else if (handshake_ != nullptr) {
    const std::string_view wrong = take_body(now, message, type);
    if (!wrong.empty()) anomaly(now, wrong, part);
  } else if (rest_.last_id != 0 && message.whole() && message.type == TlsMessageType::certificate) {
    take_late_certificate(now, message, part);
  }
  const Span span{message.first, message.last, TlsMessage::header_bytes + message.length};
  TlsMessageRow row = message_row(now, type, span, false);
  Cursor body(message.body);
  const std::uint32_t lifetime = body.u32();  // RFC 5077 section 3.3, RFC 8446 section 4.6.1
  if (message.type == TlsMessageType::new_session_ticket && body.ok()) row.ticket_lifetime_s = lifetime;
  tell(now, row, message.last, part);
  settle(now);
}

// RFC 8446 section 4.6.2: a client that is asked for its certificate behind the handshake.
void Tls::take_late_certificate(const Call& call, const TlsMessage& message, Bytes part) {
  TlsCertificates sent;
  const std::string_view wrong = sent.take(message.body, {Side::client, true, {}, message.first}, call.context);
  if (!wrong.empty()) anomaly(call, wrong, part);
  sent.add_rows(call.context, rest_.last_id);
}

// Who is client and server to TLS, the first hello tells: not always who opened the connection.
void Tls::know_sides(Side side, TlsMessageType type) {
  const bool of_client = type == TlsMessageType::client_hello;
  const bool of_server = type == TlsMessageType::server_hello || type == TlsMessageType::hello_retry_request;
  if (of_client || of_server) rest_.swapped = (side == Side::client) != of_client;
}

// The code of the anomaly where the body is malformed.
std::string_view Tls::take_body(const Call& call, const TlsMessage& message, Text& type) {
  const bool of_server = call.from == Side::server;
  switch (message.type) {
    case TlsMessageType::client_hello:
      return of_server ? "tls.message.sender" : handshake_->take_client_hello(read_client_hello(message.body));
    case TlsMessageType::server_hello: {
      if (!of_server) return "tls.message.sender";
      const ServerHello hello = read_server_hello(message.body);
      if (hello.retry) type = to_text(TlsMessageType::hello_retry_request);
      return handshake_->take_server_hello(hello);
    }
    case TlsMessageType::hello_retry_request:
      return of_server ? handshake_->take_server_hello(read_draft_retry(message.body)) : "tls.message.sender";
    case TlsMessageType::server_key_exchange:
      return of_server ? handshake_->take_server_key_exchange(message.body) : "tls.message.sender";
    case TlsMessageType::certificate:
    case TlsMessageType::compressed_certificate:
      return handshake_->take_certificate(message, call.from, call.context);
    case TlsMessageType::certificate_status:
      return handshake_->take_certificate_status(message.body, call.from);
    case TlsMessageType::certificate_request:
      return of_server ? handshake_->take_certificate_request(message.body) : "tls.message.sender";
    case TlsMessageType::server_hello_done:
      if (of_server) handshake_->take_server_hello_done();
      break;
    case TlsMessageType::encrypted_extensions:
      return handshake_->take_encrypted_extensions(read_encrypted_extensions(message.body), call.from);
    case TlsMessageType::next_protocol:
      if (!of_server) handshake_->take_next_protocol(message.body);
      break;
    case TlsMessageType::finished:
      handshake_->take_finished(call.from);
      break;
    default:
      break;
  }
  return {};
}

// ---- what is encrypted ----

// True where it carries what is spoken inside.
bool Tls::take_protected(const Call& call, const TlsRecord& record, const Span& span, Bytes at) {
  const TlsInference inferred = handshake_ != nullptr ? handshake_->infer(call.from, record) : infer_behind_handshake(record);
  if (inferred.told) tell(call, message_row(call, inferred.type, span, true), span.last, at);
  settle(call);
  return inferred.inside;
}

// ---- rows ----

TlsMessageRow Tls::message_row(const Call& call, Text type, const Span& span, bool encrypted) {
  TlsMessageRow row;
  row.from_client = call.from == Side::client;
  row.type = type;
  row.time_ns = span.first.time;
  row.frame = span.first.frame;
  row.end_ns = span.last.time;
  row.last_frame = span.last.frame;
  row.bytes = span.bytes;
  row.encrypted = encrypted;
  return row;
}

// Behind a handshake the messages belong to it still; those of a handshake that was not seen to nothing.
void Tls::tell(const Call& call, TlsMessageRow row, const Stamp& last, Bytes at) {
  if (handshake_ != nullptr) handshake_->follow(call.from, last);
  if (handshake_ == nullptr && rest_.last_id == 0) return;
  if (rest_.messages > limits::tls_messages) return;
  if (++rest_.messages > limits::tls_messages) {
    if (handshake_ != nullptr) handshake_->limit();
    return anomaly(call, "tls.limit", at, "messages of one handshake");
  }
  row.handshake_id = handshake_ != nullptr ? handshake_->id() : rest_.last_id;
  row.ordinal = rest_.messages;
  call.context.rows().add(row);
}

void Tls::open(const Call& call, const Stamp& first) {
  conclude(call.context);
  handshake_ = std::make_unique<TlsHandshake>(call.context.new_id(first.number), first);
  rest_.messages = 0;
  if (call.context.options.keyring == nullptr) return;
  if (decryption_ == nullptr) decryption_ = std::make_unique<TlsDecryption>(*call.context.options.keyring);
  decryption_->begin();
}

void Tls::settle(const Call& call) {
  if (handshake_ == nullptr || !handshake_->over()) return;
  close(call.context);
  if (call.from == Side::server) conclude(call.context);
}

// The server's first record behind a handshake of TLS 1.3 tells whether it took what the client's last flight held.
void Tls::hear_server(const Call& call, TlsContent type) {
  if (call.from == Side::server && type != TlsContent::change_cipher_spec && handshake_ == nullptr) conclude(call.context);
}

void Tls::conclude(Context& context) {
  if (unanswered_ != nullptr) unanswered_->add_row(context);
  unanswered_ = nullptr;
}

void Tls::close(Context& context) {
  rest_.turns.agree(handshake_->agreement());
  rest_.last_id = handshake_->id();
  if (decryption_ != nullptr) {
    decryption_->end_handshake(context);
    if (application_ == nullptr && !decryption_->useless()) application_ = std::make_unique<TlsApplication>();
    if (application_ != nullptr) application_->agree(handshake_->protocol());
    if (decryption_->useless()) decryption_ = nullptr;
  }
  if (handshake_->awaits_answer()) {
    unanswered_ = std::move(handshake_);
  } else {
    handshake_->add_row(context);
  }
  handshake_ = nullptr;
}

}  // namespace longwire
