// WebSockets, read whole and in pieces: the rows must be the same. The first byte says what was agreed, then come steps, each
// a byte that says what, and what it takes:
//
//   agreed   bit 0: permessage-deflate; bit 1: without context takeover; bit 2: an extension that is not known
//   00..7f   a frame: first byte, length, payload                  bit 0: of the server; bit 1: in the packet before, as far as
//   80..bf   bytes as they are: length, bytes                      that is the side's own; bit 2: a cut before it; bit 3: masked
//   c0..df   a hole: its length                                    by the wrong side; bit 4: the payload is deflated first
//   e0..ff   a side ends                                           bit 0: the server; bit 1: by RST
#include <algorithm>
#include <string>
#include <utility>

#include "tests/same_rows.h"
#include "tests/websocket_bytes.h"

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
  void begin(std::uint8_t agreed) {
    std::string extensions;
    if ((agreed & 1) != 0) extensions = "permessage-deflate";
    if ((agreed & 2) != 0) extensions += "; server_no_context_takeover; client_no_context_takeover";
    if ((agreed & 4) != 0) extensions = "x-other";
    if (!extensions.empty()) extensions = "Sec-WebSocket-Extensions: " + extensions + "\r\n";
    script_.talk = opened(extensions, extensions);
    for (const Entry& entry : script_.talk.entries()) script_.size += entry.bytes.size();
  }

  void step(std::uint8_t what) {
    const Side side = (what & 1) != 0 ? Side::server : Side::client;
    if (what < 0xc0) {
      if ((what & 2) == 0 || side != speaker_) say();
      if ((what & 4) != 0) script_.cuts.push_back(script_.size + words_.size());
      speak(side, what < 0x80 ? frame(side, what) : std::string(some_bytes(in_.u8())));
    } else if (!ended_[index(side)]) {
      say();
      if (what < 0xe0) {
        script_.talk.gap(side, 1 + in_.u8());
      } else {
        ended_[index(side)] = true;
        script_.talk.end(side, (what & 2) != 0 ? End::rst : End::fin);
      }
    }
  }

  std::string frame(Side side, std::uint8_t what) {
    const std::uint8_t first = in_.u8();
    std::string payload(some_bytes(in_.u8()));
    if ((what & 16) != 0) payload = deflated(payload);
    const bool masked = (side == Side::client) == ((what & 8) == 0);
    return masked ? client_frame(first, payload) : server_frame(first, payload);
  }

  std::string_view some_bytes(std::size_t most) { return as_text(in_.take(std::min(most, in_.left()))); }

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
  DissectOptions keeping;
  keeping.websocket_payload = 8;
  same_rows_or_abort(Reader({data, size}).read(), nullptr, keeping);
  return 0;
}
