// Conversations of HTTP/2, read whole and in pieces: the rows must be the same. The first byte says how it begins, then come
// the steps of tests/script_reader.h:
//
//   begin    bit 0: midstream; bit 1: with the preface and SETTINGS of both sides; bit 2: behind Upgrade: h2c
//   unit     a frame: type, flags, stream, length, payload
#include "dissectors/http2.h"
#include "tests/http2_bytes.h"
#include "tests/script_reader.h"

namespace {

using namespace longwire;
using namespace longwire::test;

std::string frame(Cursor& in) {
  const auto type = static_cast<Http2FrameType>(in.u8());
  const std::uint8_t flags = in.u8(), stream = in.u8(), length = in.u8();
  return h2::frame(type, flags, stream, as_text(in.take(std::min<std::size_t>(length, in.left()))));
}

Script read_script(Bytes input) {
  ScriptReader reader(input, frame);
  const std::uint8_t how = reader.begin();
  if ((how & 1) != 0) reader.midstream();
  if ((how & 4) != 0) {
    reader.speak(Side::client,
                 "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAQAAAAK\r\n\r\n");
    reader.speak(Side::server, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  }
  if ((how & 2) != 0) {
    reader.speak(Side::client, h2::client_start());
    reader.speak(Side::server, h2::settings() + h2::settings_ack());
  }
  return reader.read();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Script script = read_script({data, size});
  same_rows_both_ways_or_abort(script, [] { return make_http2(); });
  return 0;
}
