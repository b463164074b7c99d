#include "dissectors/tls_record.h"

#include <algorithm>

#include "dissectors/tls_version.h"

namespace longwire {
namespace {

constexpr std::uint8_t ssl_major = 3, newest_minor = 4;
constexpr std::size_t shortest_alert = 2;
constexpr std::size_t shortest_protected = 17;  // a byte, and any cipher's tag or padding; of records that begin a capture

// Messages that begin a handshake: HelloRequest, ClientHello, ServerHello, HelloRetryRequest (of early drafts).
constexpr bool begins_handshake(std::uint8_t message) {
  return message <= 2 || message == 6;
}

Match all(bool fields_right, bool complete) {
  if (!fields_right) return Match::no;
  return complete ? Match::yes : Match::maybe;
}

}  // namespace

Bytes TlsFragment::carrier(Bytes part) const {
  const std::size_t begin = offset_of(part, bytes), end = begin + part.size();
  const std::size_t from = std::min(carried_at + begin, record.size() - 1);
  const std::size_t to = decrypted && end == bytes.size() ? record.size() : std::min(carried_at + end, record.size());
  return record.subspan(from, std::max<std::size_t>(to - from, 1));
}

Match read_record_header(Bytes in, TlsRecord& record) {
  Cursor header(in);
  const std::uint8_t type = header.u8();
  bool right = !header.ok() || (type >= std::uint8_t{20} && type <= std::uint8_t{24});
  const std::uint8_t major = header.u8();
  right = right && (!header.ok() || major == ssl_major);
  const std::uint8_t minor = header.u8();
  right = right && (!header.ok() || minor <= newest_minor);
  record = {static_cast<TlsContent>(type), static_cast<std::uint16_t>(major << 8 | minor), header.u16()};
  right = right && (!header.ok() || record.length <= TlsRecord::most_bytes);
  return all(right, header.ok());
}

// Its cipher specs are triples, its challenge has 16 to 32 bytes.
Match starts_ssl2_hello(Bytes in) {
  constexpr std::uint8_t client_hello = 1;
  constexpr std::size_t fixed_bytes = 9;
  Cursor hello(in);
  const std::uint8_t high = hello.u8();
  bool right = !hello.ok() || (high & 0x80) != 0;
  const std::uint8_t low = hello.u8();
  const std::uint8_t type = hello.u8();
  right = right && (!hello.ok() || type == client_hello);
  const std::uint16_t version = hello.u16();
  right = right && (!hello.ok() || version == tls_version::ssl2 || (version >= tls_version::ssl3 && version <= tls_version::tls13));
  const std::uint16_t specs = hello.u16(), session_id = hello.u16(), challenge = hello.u16();
  const std::size_t length = static_cast<std::size_t>(high & 0x7f) << 8 | low;
  right = right && (!hello.ok() || (specs > 0 && specs % 3 == 0 && (session_id == 0 || session_id == 16) && challenge >= 16 &&
                                    challenge <= 32 && length == fixed_bytes + specs + session_id + challenge));
  return all(right, hello.ok());
}

bool starts_ssl2_server_hello(Bytes in) {
  constexpr std::uint8_t server_hello = 4;
  return (in[0] & 0x80) != 0 && in[2] == server_hello;
}

std::size_t ssl2_message_length(Bytes in) {
  return 2 + (Cursor(in).u16() & 0x7fffu);
}

Match probe_tls(Side side, Bytes first) {
  if (side == Side::client && !first.empty() && (first[0] & 0x80) != 0) return starts_ssl2_hello(first);
  TlsRecord record{};
  const Match header = read_record_header(first, record);
  if (header != Match::yes) return header;
  if (record.length == 0 || (record.type == TlsContent::alert && record.length < shortest_alert)) return Match::no;
  if (record.type == TlsContent::application_data && record.length < shortest_protected) return Match::no;
  if (record.type != TlsContent::handshake) return Match::yes;
  if (first.size() == TlsRecord::header_bytes) return Match::maybe;
  return begins_handshake(first[TlsRecord::header_bytes]) ? Match::yes : Match::no;
}

}  // namespace longwire
