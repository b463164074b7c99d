// The record layer of SSL 3.0 to TLS 1.3: how records are told from anything else, and one from the next.
//
//   record (RFC 8446 section 5.1)        type(1) 0x03 minor(1) length(2) fragment(length)
//   SSL 2.0 CLIENT-HELLO (RFC 5246 E.2)  0x80|length(2) 0x01 version(2) cipher_specs_length(2) session_id_length(2)
//                                        challenge_length(2) cipher_specs session_id challenge
//   SSL 2.0 SERVER-HELLO                 0x80|length(2) 0x04 ...
#pragma once

#include <cstdint>

#include "capture/bytes.h"
#include "dissectors/dissector.h"

namespace longwire {

// RFC 8446 section 5.1; heartbeat is RFC 6520's.
enum class TlsContent : std::uint8_t { change_cipher_spec = 20, alert = 21, handshake = 22, application_data = 23, heartbeat = 24 };

struct TlsRecord {
  static constexpr std::size_t header_bytes = 5;
  static constexpr std::uint16_t most_bytes = (1 << 14) + 2048;  // RFC 5246 section 6.2.3: the longest fragment of all versions
  static constexpr std::size_t most_content = 1 << 14;           // section 6.2.1: of what is not encrypted

  TlsContent type;
  std::uint16_t version;
  std::uint16_t length;  // of the fragment
};

// What a record carries: in the clear a part of the bytes that the reader was called with, else decrypted out of them.
struct TlsFragment {
  Bytes bytes;
  Bytes record;                // all of it, header included, as the reader was called with it
  std::size_t carried_at = 0;  // where in the record the first byte lies, encrypted or not
  bool decrypted = false;

  // Where in the record a non-empty part of `bytes` lies: stamps and anomalies are of that. What was decrypted can be
  // read no sooner than the whole record has come, so its last byte is the record's.
  Bytes carrier(Bytes part) const;
};

// Whether `in` begins with a record's header, as far as its bytes tell; `record` is filled where it says yes.
Match read_record_header(Bytes in, TlsRecord& record);

// Whether `in` begins with an SSL 2.0 CLIENT-HELLO, which may offer any version. Final with 11 bytes.
Match starts_ssl2_hello(Bytes in);
// Whether `in`, of at least 3 bytes, begins with the SERVER-HELLO that answers it in SSL 2.0.
bool starts_ssl2_server_hello(Bytes in);
// The length of an SSL 2.0 message in clear, header included; `in` starts one.
std::size_t ssl2_message_length(Bytes in);

// What the first bytes of a side say: records may begin anywhere in a connection, but a first handshake message is a hello.
Match probe_tls(Side side, Bytes first);

}  // namespace longwire
