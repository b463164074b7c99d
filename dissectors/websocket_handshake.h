// The opening handshake of a WebSocket: what request and response say in their header fields (RFC 6455 section 4, RFC 7692
// section 7.1; for HTTP/2 RFC 8441 section 5; and the drafts before).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissectors/row.h"

namespace longwire {

class WebSocketHandshake {
 public:
  // The header fields of the two messages, one after another; values without whitespace around them.
  void add_request_field(std::string_view name, std::string_view value);
  void add_response_field(std::string_view name, std::string_view value);

  // How frames are laid out.
  enum class Framing : std::uint8_t {
    rfc6455,  // since hybi-07
    hixie,    // text between 00 and ff
    unknown,  // of the drafts in between: recognised, but not read
  };
  Framing framing() const;

  // What was wrong, calls `tell(code, detail)` for each; codes are literals:
  //   websocket.handshake.version      no Sec-WebSocket-Version, or one that was never given
  //   websocket.handshake.key          no Sec-WebSocket-Key, or not 16 bytes in base64
  //   websocket.handshake.accept       no Sec-WebSocket-Accept, or not the one that the key asks for
  //   websocket.handshake.subprotocol  chosen, but not offered, or more than one
  //   websocket.handshake.extension    chosen, but not offered, or with parameters that cannot be
  // `keyed`: Sec-WebSocket-Key is required, as in HTTP/1.1.
  template <class Tell>
  void check(bool keyed, Tell tell) const {
    for (const Rule rule : {&WebSocketHandshake::wrong_version, &WebSocketHandshake::wrong_key, &WebSocketHandshake::wrong_accept,
                            &WebSocketHandshake::wrong_subprotocol, &WebSocketHandshake::wrong_extension}) {
      const Wrong wrong = (this->*rule)(keyed);
      if (!wrong.code.empty()) tell(wrong.code, std::string_view(wrong.detail));
    }
  }

  // permessage-deflate as it was agreed: whether the messages of a side may refer to those before them.
  struct Deflate {
    bool client_takeover = true, server_takeover = true;
  };
  // Nothing where it was not.
  std::optional<Deflate> deflate() const;
  // An extension was agreed that is not known: reserved bits may mean anything.
  bool extended_otherwise() const;

  // For the row: "13", "hixie-76" ...; data() is null where the request was not seen.
  std::string_view version() const;
  Integer accept_valid() const;
  bool request_seen() const { return request_seen_; }
  bool cookie() const { return cookie_; }
  std::string_view offered_subprotocols() const { return view(offered_subprotocols_); }
  std::string_view subprotocol() const { return view(subprotocol_); }
  std::string_view offered_extensions() const { return view(offered_extensions_); }
  std::string_view extensions() const { return view(extensions_); }
  std::string_view origin() const { return view(origin_); }

  // Bytes beside the object's own.
  std::uint64_t held_memory() const;

 private:
  using Value = std::optional<std::string>;
  struct Wrong {
    std::string_view code;
    std::string detail;
  };
  using Rule = Wrong (WebSocketHandshake::*)(bool) const;

  static std::string_view view(const Value& value) { return value ? std::string_view(*value) : std::string_view{}; }
  bool draft() const { return framing() != Framing::rfc6455; }
  Wrong wrong_version(bool keyed) const;
  Wrong wrong_key(bool keyed) const;
  Wrong wrong_accept(bool keyed) const;
  Wrong wrong_subprotocol(bool keyed) const;
  Wrong wrong_extension(bool keyed) const;

  Value version_, key_, offered_subprotocols_, offered_extensions_, origin_;
  Value accept_, subprotocol_, extensions_;
  bool request_seen_ = false, cookie_ = false;
  bool hixie_76_ = false;  // Sec-WebSocket-Key1, or Sec-WebSocket-Location in the response
  bool hixie_75_ = false;  // WebSocket-Location in the response
};

// The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
std::string websocket_accept(std::string_view key);

}  // namespace longwire
