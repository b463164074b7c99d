#include "dissectors/tls_message.h"

#include <algorithm>

#include "capture/limits.h"

namespace longwire {

std::string_view to_text(TlsMessageType type) {
  switch (type) {
    case TlsMessageType::hello_request:
      return "hello_request";
    case TlsMessageType::client_hello:
      return "client_hello";
    case TlsMessageType::server_hello:
      return "server_hello";
    case TlsMessageType::new_session_ticket:
      return "new_session_ticket";
    case TlsMessageType::end_of_early_data:
      return "end_of_early_data";
    case TlsMessageType::hello_retry_request:
      return "hello_retry_request";
    case TlsMessageType::encrypted_extensions:
      return "encrypted_extensions";
    case TlsMessageType::certificate:
      return "certificate";
    case TlsMessageType::server_key_exchange:
      return "server_key_exchange";
    case TlsMessageType::certificate_request:
      return "certificate_request";
    case TlsMessageType::server_hello_done:
      return "server_hello_done";
    case TlsMessageType::certificate_verify:
      return "certificate_verify";
    case TlsMessageType::client_key_exchange:
      return "client_key_exchange";
    case TlsMessageType::finished:
      return "finished";
    case TlsMessageType::certificate_url:
      return "certificate_url";
    case TlsMessageType::certificate_status:
      return "certificate_status";
    case TlsMessageType::supplemental_data:
      return "supplemental_data";
    case TlsMessageType::key_update:
      return "key_update";
    case TlsMessageType::compressed_certificate:
      return "compressed_certificate";
    case TlsMessageType::next_protocol:
      return "next_protocol";
  }
  return {};
}

bool TlsMessages::next(Bytes& rest, const TlsFragment& fragment, const Context& context, TlsMessage& message) {
  if (told_) drop();
  if (rest.empty()) return false;
  if (have_ == 0) first_ = context.first_stamp(fragment.carrier(rest));
  Cursor whole(rest);
  const auto type = static_cast<TlsMessageType>(whole.u8());
  const Bytes body = whole.vec24();
  if (have_ == 0 && whole.ok() && body.size() <= limits::tls_message_bytes) {
    const Bytes part = rest.first(whole.position());
    message = {type, static_cast<std::uint32_t>(body.size()), body, first_, context.last_stamp(fragment.carrier(part))};
    rest = rest.subspan(part.size());
    return true;
  }
  Stamp last;
  for (;;) {
    Cursor header(kept_);
    header.skip(1);
    const std::uint32_t length = header.u24();
    const std::size_t wanted = TlsMessage::header_bytes + length;
    if (header.ok() && have_ == wanted) {
      message = {static_cast<TlsMessageType>(kept_[0]), length, Bytes(kept_).subspan(TlsMessage::header_bytes), first_, last};
      told_ = true;
      return true;
    }
    if (rest.empty()) return false;
    const Bytes part = rest.first(std::min(rest.size(), wanted - have_));
    keep(part);
    last = context.last_stamp(fragment.carrier(part));
    rest = rest.subspan(part.size());
  }
}

void TlsMessages::keep(Bytes part) {
  const std::size_t room = TlsMessage::header_bytes + limits::tls_message_bytes - kept_.size();
  const Bytes kept = part.first(std::min(part.size(), room));
  kept_.insert(kept_.end(), kept.begin(), kept.end());
  have_ += static_cast<std::uint32_t>(part.size());
}

void TlsMessages::drop() {
  std::vector<std::uint8_t>().swap(kept_);
  have_ = 0;
  told_ = false;
}

bool TlsMessages::fills(Bytes fragment) {
  Cursor messages(fragment);
  while (messages.left() > 0) {
    const auto type = static_cast<TlsMessageType>(messages.u8());
    messages.vec24();
    if (to_text(type).empty()) return false;
  }
  return messages.ok();
}

// The version's first byte is 3, or, of drafts of TLS 1.3, 0x7f.
bool TlsMessages::begin_with_hello(Bytes fragment) {
  Cursor message(fragment);
  const auto type = static_cast<TlsMessageType>(message.u8());
  const std::uint32_t length = message.u24();
  const std::uint8_t major = message.u8();
  const bool hello = type == TlsMessageType::client_hello || type == TlsMessageType::server_hello;
  if (!message.ok()) return hello;  // nothing that is encrypted is as short
  return hello && length <= limits::tls_message_bytes && (major == 3 || major == 0x7f);
}

}  // namespace longwire
