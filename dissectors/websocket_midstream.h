// Whether a connection whose opening handshake was not captured is a WebSocket: frames that make sense, one behind the other, those
// of the client masked and those of the server not, are nothing else.
//
// Part of a detector, which keeps the bytes that are looked at. It is certain after FrameRun::certain headers of the client; or
// after as many of the server and a whole frame of the client: without masks, other protocols could look like it.
#pragma once

#include <array>
#include <memory>

#include "dissectors/dissector.h"
#include "dissectors/websocket_frame.h"

namespace longwire {

class WebSocketEvidence {
 public:
  // `in` is all that is there of a side, and unused; a frame may begin with it. no: none does.
  Match look(Side side, Bytes in, const Context& context);
  // The side has said enough: only the other one can make it certain.
  bool waits(Side side) const { return seen_[index(side)].certain; }

  // After `yes`: who reads what was looked at, in the order of its packets, and goes on.
  std::unique_ptr<Dissector> reader(Context& context) const;

 private:
  struct Seen {
    Stamp first;  // of the unused bytes; its number is 0 where there are none
    bool certain = false, whole_frame = false;
  };
  std::array<Seen, 2> seen_;
};

}  // namespace longwire
