// Conversations of TLS, read whole and in pieces: the rows must be the same. The first byte says how it begins, then come the
// steps of tests/script_reader.h:
//
//   begin    bit 0: midstream
//   unit     a record: content type, length(2), fragment; of type 0 a handshake message in a record: type, length(2), body
#include "dissectors/tls.h"
#include "tests/script_reader.h"
#include "tests/tls_bytes.h"

namespace {

using namespace longwire;
using namespace longwire::test;

std::string record(Cursor& in) {
  const std::uint8_t type = in.u8(), message = type == 0 ? in.u8() : std::uint8_t{0};
  const std::string body(as_text(in.take(std::min<std::size_t>(in.u16(), in.left()))));
  return type == 0 ? handshake_record(message, body) : tls_record(type, body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ScriptReader reader({data, size}, record);
  if ((reader.begin() & 1) != 0) reader.midstream();
  same_rows_both_ways_or_abort(reader.read(), make_tls);
  return 0;
}
