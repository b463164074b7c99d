#include "dissectors/preambles.h"

#include <algorithm>

namespace longwire {
namespace {

// RFC 8446 section 5.1 and appendix B.1; heartbeat (24) is RFC 6520's.
constexpr std::uint8_t first_content_type = 20, alert = 21, handshake = 22, application_data = 23, last_content_type = 24;
constexpr std::uint16_t record_bytes = (1 << 14) + 2048;  // RFC 5246 section 6.2.3: the longest of all versions
constexpr std::uint8_t client_hello = 1, server_hello = 2, hello_request = 0, hello_retry_request = 6;
constexpr std::uint8_t ssl2_client_hello = 1;

Match all(bool fields_right, bool complete) {
  if (!fields_right) return Match::no;
  return complete ? Match::yes : Match::maybe;
}

// RFC 5246 appendix E.2: its cipher specs are triples, its challenge has 16 to 32 bytes.
Match probe_ssl2_hello(Bytes first) {
  Cursor hello(first);
  const std::uint16_t length = hello.u16();
  const std::uint8_t type = hello.u8();
  bool right = !hello.ok() || type == ssl2_client_hello;
  const std::uint16_t version = hello.u16();
  right = right && (!hello.ok() || version == 0x0002 || (version >= 0x0300 && version <= 0x0304));
  const std::uint16_t ciphers = hello.u16();
  const std::uint16_t session_id = hello.u16();
  const std::uint16_t challenge = hello.u16();
  if (hello.ok()) {
    right = right && ciphers > 0 && ciphers % 3 == 0 && (session_id == 0 || session_id == 16) && challenge >= 16 && challenge <= 32 &&
            (length & 0x7fff) == 9 + ciphers + session_id + challenge;
  }
  return all(right, hello.ok());
}

// What a handshake record may begin with, by sender; in the middle of a connection any content type goes.
bool first_message(Side side, std::uint8_t type) {
  return side == Side::client ? type == client_hello : type == server_hello || type == hello_request || type == hello_retry_request;
}

}  // namespace

Match probe_tls(Side side, Bytes first) {
  if (first.empty()) return Match::maybe;
  if (side == Side::client && (first[0] & 0x80) != 0) return probe_ssl2_hello(first);
  Cursor record(first);
  const std::uint8_t type = record.u8();
  bool right = type >= first_content_type && type <= last_content_type;
  const std::uint8_t major = record.u8();
  right = right && (!record.ok() || major == 3);
  const std::uint8_t minor = record.u8();
  right = right && (!record.ok() || minor <= 4);
  const std::uint16_t length = record.u16();
  right = right && (!record.ok() || (length > 0 && length <= record_bytes && (type != alert || length >= 2)));
  if (type == handshake) {
    const std::uint8_t message = record.u8();
    right = right && (!record.ok() || first_message(side, message));
  } else if (type == application_data) {
    right = right && (!record.ok() || length > 16);  // any cipher's tag or padding
  }
  return all(right, record.ok());
}

Match probe_http2(Side side, Bytes first) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (side == Side::server) return Match::no;
  const std::size_t length = std::min(first.size(), preface.size());
  return all(as_text(first.first(length)) == preface.substr(0, length), length == preface.size());
}

}  // namespace longwire
