// For fuzzing: a conversation out of an input, in steps, each a byte that says what, and what it takes:
//
//   00..7f   a unit of the protocol; what follows, the target says   bit 0: of the server; bit 1: in the packet before, as far as
//   80..bf   bytes as they are: length, bytes                        that is the side's own; bit 2: a cut before it
//   c0..df   a hole: its length                                      bit 0: of the server
//   e0..ff   a side ends                                             bit 0: the server
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "tests/same_rows.h"

namespace longwire::test {

class ScriptReader {
 public:
  // Takes what it needs off the input.
  using Unit = std::string (*)(Cursor& in);

  ScriptReader(Bytes input, Unit unit) : in_(input), unit_(unit) {}

  // The next byte, before the steps: how it begins.
  std::uint8_t begin() { return in_.u8(); }
  void midstream() { script_.talk.midstream(); }
  void speak(Side side, const std::string& words) {
    if (side != speaker_) say();
    speaker_ = side;
    if (!ended_[index(side)]) words_ += words;
  }

  // All steps.
  Script read() {
    while (in_.left() > 0) step(in_.u8());
    say();
    return std::move(script_);
  }

 private:
  void step(std::uint8_t what) {
    const Side side = (what & 1) != 0 ? Side::server : Side::client;
    if (what < 0xc0) {
      if ((what & 2) == 0 || side != speaker_) say();
      if ((what & 4) != 0) script_.cuts.push_back(script_.size + words_.size());
      speak(side, what < 0x80 ? unit_(in_) : std::string(as_text(in_.take(std::min<std::size_t>(in_.u8(), in_.left())))));
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

  // What was said becomes a packet.
  void say() {
    if (words_.empty()) return;
    script_.size += words_.size();
    script_.talk.say(speaker_, words_);
    words_.clear();
  }

  Cursor in_;
  const Unit unit_;
  Script script_;
  Side speaker_ = Side::client;
  std::string words_;
  bool ended_[2] = {};
};

}  // namespace longwire::test
