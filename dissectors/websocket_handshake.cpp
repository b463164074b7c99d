// Sec-WebSocket-Extensions (RFC 6455 section 9.1): extensions with commas between, each
//   token *( ";" token [ "=" ( token | quoted-string ) ] )
#include "dissectors/websocket_handshake.h"

#include <sodium.h>

#include <algorithm>
#include <boost/uuid/detail/sha1.hpp>

#include "dissectors/http1_fields.h"

namespace longwire {
namespace {

constexpr std::string_view deflate_name = "permessage-deflate";
constexpr std::size_t key_bytes = 16;  // RFC 6455 section 4.1

struct Parameter {
  std::string_view name, value;  // value.data() is null where there is none
};

// The front of a list with semicolons between, which is left behind it.
std::string_view next_part(std::string_view& list) {
  const std::size_t end = std::min(list.find(';'), list.size());
  const std::string_view part = without_whitespace_around(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return part;
}

Parameter next_parameter(std::string_view& list) {
  const std::string_view part = next_part(list);
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos) return {part, {}};
  std::string_view value = without_whitespace_around(part.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return {without_whitespace_around(part.substr(0, equals)), value};
}

// The first extension of a list by this name, with its parameters; data() is null where there is none.
std::string_view extension_named(std::string_view list, std::string_view name) {
  for (std::string_view element; !(element = next_element(list)).empty();) {
    std::string_view parameters = element;
    if (equal_ignoring_case(next_part(parameters), name)) return element;
  }
  return {};
}

bool holds(std::string_view list, std::string_view wanted) {
  for (std::string_view element; !(element = next_element(list)).empty();) {
    if (element == wanted) return true;
  }
  return false;
}

bool once(bool& told) {
  return !std::exchange(told, true);
}

// permessage-deflate in an offer or in its answer (RFC 7692 section 7.1).
struct DeflateParameters {
  bool sound = true;  // as far as it goes without the other message
  bool client_fresh = false, server_fresh = false;
  std::int64_t client_bits = 0, server_bits = 0;  // 0 = nothing said
};

// RFC 7692 section 7.1.2: 8 to 15, no leading zeros; 0 = anything else.
std::int64_t read_window_bits(std::string_view value) {
  const std::int64_t number = read_decimal(value);
  return number >= 8 && number <= 15 && value.front() != '0' ? number : 0;
}

// What can be read of it is. Nothing may be told twice.
DeflateParameters read_deflate(std::string_view extension, bool offer) {
  constexpr std::int64_t largest_bits = 15;
  next_part(extension);
  DeflateParameters read;
  const auto fresh = [&](bool& told, bool bare) { read.sound = once(told) && bare && read.sound; };
  const auto bits = [&](std::int64_t& told, std::int64_t value) {
    read.sound = told == 0 && value > 0 && read.sound;
    told = value;
  };
  while (!extension.empty()) {
    const Parameter parameter = next_parameter(extension);
    const bool bare = parameter.value.data() == nullptr;
    if (equal_ignoring_case(parameter.name, "client_no_context_takeover")) {
      fresh(read.client_fresh, bare);
    } else if (equal_ignoring_case(parameter.name, "server_no_context_takeover")) {
      fresh(read.server_fresh, bare);
    } else if (equal_ignoring_case(parameter.name, "client_max_window_bits")) {
      bits(read.client_bits, offer && bare ? largest_bits : read_window_bits(parameter.value));
    } else if (equal_ignoring_case(parameter.name, "server_max_window_bits")) {
      bits(read.server_bits, read_window_bits(parameter.value));
    } else {
      read.sound = false;
    }
  }
  return read;
}

// Whether the answer accepts this offer.
bool accepts(const DeflateParameters& answer, const DeflateParameters& offer) {
  if (!offer.sound || (offer.server_fresh && !answer.server_fresh)) return false;
  if (offer.server_bits > 0 && (answer.server_bits == 0 || answer.server_bits > offer.server_bits)) return false;
  return answer.client_bits <= offer.client_bits;
}

// permessage-deflate, where the server chose it: one of the offers, and that once.
bool answers_deflate(std::string_view extension, std::string_view offers) {
  const DeflateParameters answer = read_deflate(extension, false);
  for (std::string_view element; !(element = next_element(offers)).empty();) {
    std::string_view parameters = element;
    if (equal_ignoring_case(next_part(parameters), deflate_name) && accepts(answer, read_deflate(element, true))) return true;
  }
  return false;
}

std::string base64(const std::array<std::uint8_t, 20>& bytes) {
  std::array<char, sodium_base64_ENCODED_LEN(20, sodium_base64_VARIANT_ORIGINAL)> text;
  return sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
}

bool is_key(std::string_view text) {
  std::array<std::uint8_t, key_bytes + 2> bytes;
  std::size_t length = 0;
  return sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, nullptr,
                           sodium_base64_VARIANT_ORIGINAL) == 0 &&
         length == key_bytes;
}

// RFC 9110 section 5.3: lines of one name are one list.
void append(std::optional<std::string>& all, std::string_view value) {
  all ? all->append(", ").append(value) : all.emplace(value);
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 section 1.3
  boost::uuids::detail::sha1 hash;
  hash.process_bytes(key.data(), key.size());
  hash.process_bytes(guid.data(), guid.size());
  boost::uuids::detail::sha1::digest_type words;
  hash.get_digest(words);
  std::array<std::uint8_t, 20> digest;
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - i % 4 * 8));
  return base64(digest);
}

void WebSocketHandshake::add_request_field(std::string_view name, std::string_view value) {
  request_seen_ = true;
  if (equal_ignoring_case(name, "sec-websocket-version")) {
    append(version_, value);
  } else if (equal_ignoring_case(name, "sec-websocket-key")) {
    append(key_, value);
  } else if (equal_ignoring_case(name, "sec-websocket-protocol") || equal_ignoring_case(name, "websocket-protocol")) {
    append(offered_subprotocols_, value);
  } else if (equal_ignoring_case(name, "sec-websocket-extensions")) {
    append(offered_extensions_, value);
  } else if (equal_ignoring_case(name, "origin") || equal_ignoring_case(name, "sec-websocket-origin")) {
    append(origin_, value);
  } else if (equal_ignoring_case(name, "sec-websocket-key1")) {
    hixie_76_ = true;
  } else if (equal_ignoring_case(name, "cookie")) {
    cookie_ = true;
  }
}

void WebSocketHandshake::add_response_field(std::string_view name, std::string_view value) {
  if (equal_ignoring_case(name, "sec-websocket-accept")) {
    append(accept_, value);
  } else if (equal_ignoring_case(name, "sec-websocket-protocol") || equal_ignoring_case(name, "websocket-protocol")) {
    append(subprotocol_, value);
  } else if (equal_ignoring_case(name, "sec-websocket-extensions")) {
    append(extensions_, value);
  } else if (equal_ignoring_case(name, "sec-websocket-location")) {
    hixie_76_ = true;
  } else if (equal_ignoring_case(name, "websocket-location")) {
    hixie_75_ = true;
  }
}

WebSocketHandshake::Framing WebSocketHandshake::framing() const {
  if (!key_ && !accept_ && (hixie_76_ || hixie_75_)) return Framing::hixie;
  const std::int64_t number = version_ ? read_decimal(*version_) : -1;
  return number >= 4 && number <= 6 ? Framing::unknown : Framing::rfc6455;  // hybi-04 to hybi-06
}

std::string_view WebSocketHandshake::version() const {
  if (framing() == Framing::hixie) return hixie_76_ ? "hixie-76" : "hixie-75";
  return view(version_);
}

Integer WebSocketHandshake::accept_valid() const {
  if (!key_ || draft()) return {};
  return accept_ == websocket_accept(*key_);
}

WebSocketHandshake::Wrong WebSocketHandshake::wrong_version(bool) const {
  if (!request_seen_ || framing() == Framing::hixie) return {};
  if (!version_) return {"websocket.handshake.version", {}};
  const std::int64_t number = read_decimal(*version_);
  if (number >= 0 && number <= 8) return {};  // of a draft
  return number == 13 ? Wrong{} : Wrong{"websocket.handshake.version", *version_};
}

WebSocketHandshake::Wrong WebSocketHandshake::wrong_key(bool keyed) const {
  if (!keyed || !request_seen_ || draft()) return {};
  return key_ && is_key(*key_) ? Wrong{} : Wrong{"websocket.handshake.key", key_.value_or("")};
}

WebSocketHandshake::Wrong WebSocketHandshake::wrong_accept(bool keyed) const {
  if (!keyed || draft() || (key_ ? accept_ == websocket_accept(*key_) : accept_.has_value())) return {};
  return {"websocket.handshake.accept", accept_.value_or("")};
}

WebSocketHandshake::Wrong WebSocketHandshake::wrong_subprotocol(bool) const {
  if (!subprotocol_ || !request_seen_) return {};
  const bool offered = offered_subprotocols_ && holds(*offered_subprotocols_, *subprotocol_);
  return offered ? Wrong{} : Wrong{"websocket.handshake.subprotocol", *subprotocol_};
}

WebSocketHandshake::Wrong WebSocketHandshake::wrong_extension(bool) const {
  const std::string_view offers = offered_extensions();
  bool deflates = false;
  for (std::string_view list = extensions(), element; !(element = next_element(list)).empty();) {
    std::string_view parameters = element;
    const std::string_view name = next_part(parameters);
    bool sound = true;
    if (equal_ignoring_case(name, deflate_name)) {
      sound = once(deflates) && read_deflate(element, false).sound && (!request_seen_ || answers_deflate(element, offers));
    } else if (request_seen_) {
      sound = extension_named(offers, name).data() != nullptr;
    }
    if (!sound) return {"websocket.handshake.extension", std::string(element)};
  }
  return {};
}

std::optional<WebSocketHandshake::Deflate> WebSocketHandshake::deflate() const {
  const std::string_view extension = extension_named(extensions(), deflate_name);
  if (extension.data() == nullptr) return std::nullopt;
  const DeflateParameters agreed = read_deflate(extension, false);
  return Deflate{!agreed.client_fresh, !agreed.server_fresh};
}

bool WebSocketHandshake::extended_otherwise() const {
  for (std::string_view list = extensions(), element; !(element = next_element(list)).empty();) {
    if (!equal_ignoring_case(next_part(element), deflate_name)) return true;
  }
  return false;
}

std::uint64_t WebSocketHandshake::held_memory() const {
  std::uint64_t bytes = 0;
  for (const Value* value :
       {&version_, &key_, &offered_subprotocols_, &offered_extensions_, &origin_, &accept_, &subprotocol_, &extensions_})
    if (*value) bytes += (*value)->capacity();
  return bytes;
}

}  // namespace longwire
