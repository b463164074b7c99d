// Conversations with a SOCKS proxy, and what is spoken through it, read whole and in pieces: the rows must be the same. The first
// byte says how it begins, then come the steps of tests/script_reader.h:
//
//   begin    bit 0: midstream
//   unit     a message: kind, and what it takes. The kinds, modulo 8:
//              0 greeting: count, methods       3 request of 5: command, host and port   6 reply of 4: code
//              1 choice: method                 4 reply of 5: code, host and port        7 a request of HTTP, or its response:
//              2 password, or its status: code  5 request of 4: command, host and port     code
//            where a host is a kind (1 address, 3 name, 4 IPv6 address; of version 4 with a name: 4a) and for a name its length
#include "dissectors/socks.h"
#include "tests/script_reader.h"
#include "tests/tls_bytes.h"

namespace {

using namespace longwire;
using namespace longwire::test;

std::string some_bytes(Cursor& in, std::size_t most) {
  return std::string(as_text(in.take(std::min(most, in.left()))));
}
std::string byte(std::uint8_t value) {
  return std::string(1, static_cast<char>(value));
}

std::string destination5(Cursor& in) {
  const std::uint8_t kind = in.u8();
  const std::string host = kind == 3 ? vec8(some_bytes(in, in.u8())) : some_bytes(in, kind == 1 ? 4 : 16);
  return byte(kind) + host + u16(in.u16());
}

std::string request4(Cursor& in) {
  const std::string command = byte(in.u8());
  const bool named = in.u8() == 3;
  const std::string name = some_bytes(in, in.u8());
  const std::string port = u16(in.u16());
  return "\4" + command + port + (named ? std::string("\0\0\0\1u\0", 6) + name : "\xc0\x01\x02\x03" + name) + '\0';
}

std::string message(Cursor& in) {
  const std::uint8_t kind = in.u8() % 8, code = kind == 0 || kind == 5 ? std::uint8_t{0} : in.u8();
  switch (kind) {
    case 0:
      return "\5" + vec8(some_bytes(in, in.u8()));
    case 1:
      return "\5" + byte(code);
    case 2:
      return "\1" + (code < 2 ? byte(code) : vec8("user") + vec8("secret"));
    case 3:
    case 4:
      return "\5" + byte(code) + '\0' + destination5(in);
    case 5:
      return request4(in);
    case 6:
      return '\0' + byte(code) + std::string(6, '\1');
    default:
      return code % 2 == 0 ? "GET / HTTP/1.1\r\nHost: a\r\n\r\n" : "HTTP/1.1 204 No Content\r\n\r\n";
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ScriptReader reader({data, size}, message);
  if ((reader.begin() & 1) != 0) reader.midstream();
  same_rows_both_ways_or_abort(reader.read(), make_socks);
  return 0;
}
