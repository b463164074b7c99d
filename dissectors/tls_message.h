// Handshake messages out of one side's handshake records, over which they may be spread in any way.
//
//   message (RFC 8446 section 4)   msg_type(1) length(3) body(length)
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dissectors/context.h"
#include "dissectors/tls_record.h"

namespace longwire {

// IANA, TLS HandshakeType; next_protocol and hello_retry_request are of drafts that were deployed.
enum class TlsMessageType : std::uint8_t {
  hello_request = 0,
  client_hello = 1,
  server_hello = 2,
  new_session_ticket = 4,
  end_of_early_data = 5,
  hello_retry_request = 6,
  encrypted_extensions = 8,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  finished = 20,
  certificate_url = 21,
  certificate_status = 22,
  supplemental_data = 23,
  key_update = 24,
  compressed_certificate = 25,
  next_protocol = 67,
};
// "client_hello"; null where there is no such type.
std::string_view to_text(TlsMessageType type);

struct TlsMessage {
  static constexpr std::size_t header_bytes = 4;

  TlsMessageType type;
  std::uint32_t length;                                 // of the body
  Bytes body;                                           // valid until the next call
  Stamp first, last;                                    // packets of its first and last byte
  bool whole() const { return body.size() == length; }  // else limits::tls_message_bytes was reached
};

class TlsMessages {
 public:
  // Reads on at the front of `rest`, the end of the fragment's bytes, and takes what it has read off. True where that
  // completes a message; false where the fragment is over.
  bool next(Bytes& rest, const TlsFragment& fragment, const Context& context, TlsMessage& message);

  // Whether a message has begun and is not complete.
  bool inside() const { return have_ > 0; }
  // What has begun does not go on.
  void drop();
  std::uint64_t held_memory() const { return kept_.capacity(); }

  // True where `fragment` is nothing but whole messages of known types: so it is read behind a hole, where a message may
  // begin or not.
  static bool fills(Bytes fragment);
  // True where its first message is a hello, which may go on in further records.
  static bool begin_with_hello(Bytes fragment);

 private:
  void keep(Bytes part);

  std::vector<std::uint8_t> kept_;  // header and body so far
  std::uint32_t have_ = 0;          // bytes so far, kept or not
  bool told_ = false;               // the message in kept_ was given out
  Stamp first_;
};

}  // namespace longwire
