// Conversations of HTTP/2, read whole and in pieces: the rows must be the same. The first byte says how it begins, then
// come steps, each a byte that says what, and what it takes:
//
//   begin    bit 0: midstream; bit 1: with the preface and SETTINGS of both sides; bit 2: behind Upgrade: h2c
//   00..7f   a frame: type, flags, stream, length, payload        bit 0: of the server; bit 1: in the packet before, as far as
//   80..bf   bytes as they are: length, bytes                     that is the side's own; bit 2: a cut before it
//   c0..df   a hole: its length                                   bit 0: of the server
//   e0..ff   a side ends                                          bit 0: the server
#include <string>
#include <utility>

#include "dissectors/http2.h"
#include "tests/http2_bytes.h"
#include "tests/same_rows.h"

namespace {

using namespace longwire;
using namespace longwire::test;

class Reader {
 public:
  explicit Reader(Bytes input) : in_(input) {}

  Script read() {
    begin(in_.u8());
    while (in_.left() > 0) step(in_.u8());
    say();
    return std::move(script_);
  }

 private:
  void begin(std::uint8_t how) {
    if ((how & 1) != 0) script_.talk.midstream();
    if ((how & 4) != 0) {
      speak(Side::client,
            "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAQAAAAK\r\n\r\n");
      speak(Side::server, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    }
    if ((how & 2) == 0) return;
    speak(Side::client, h2::client_start());
    speak(Side::server, h2::settings() + h2::settings_ack());
  }

  void step(std::uint8_t what) {
    const Side side = (what & 1) != 0 ? Side::server : Side::client;
    if (what < 0xc0) {
      if ((what & 2) == 0 || side != speaker_) say();
      if ((what & 4) != 0) script_.cuts.push_back(script_.size + words_.size());
      speak(side, what < 0x80 ? frame() : std::string(as_text(in_.take(std::min<std::size_t>(in_.u8(), in_.left())))));
    } else if (!ended_[index(side)]) {
      say();
      if (what < 0xe0) {
        script_.talk.gap(side, 1 + in_.u8());
      } else {
        ended_[index(side)] = true;
        script_.talk.end(side);
      }
    }
  }

  std::string frame() {
    const auto type = static_cast<Http2FrameType>(in_.u8());
    const std::uint8_t flags = in_.u8(), stream = in_.u8(), length = in_.u8();
    return h2::frame(type, flags, stream, as_text(in_.take(std::min<std::size_t>(length, in_.left()))));
  }

  void speak(Side side, const std::string& words) {
    if (side != speaker_) say();
    speaker_ = side;
    if (!ended_[index(side)]) words_ += words;
  }

  // What was said becomes a packet.
  void say() {
    if (words_.empty()) return;
    script_.size += words_.size();
    script_.talk.say(speaker_, words_);
    words_.clear();
  }

  Cursor in_;
  Script script_;
  Side speaker_ = Side::client;
  std::string words_;
  bool ended_[2] = {};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Script script = Reader({data, size}).read();
  same_rows_or_abort(script);                               // as a connection, through the detector
  same_rows_or_abort(script, [] { return make_http2(); });  // at once, so that no first byte hides what follows
  return 0;
}
