// permessage-deflate of one direction (RFC 7692): messages inflated as they come.
//
// Owned by the reader of the side. The window is always the largest one, whatever smaller one was agreed: so a peer that keeps
// to nothing is read all the same. The inflater's memory is used again by the same thread's next one; with context takeover
// it is held from message to message, else only inside one.
#pragma once

#include <cstdint>
#include <memory>

#include "capture/bytes.h"

namespace longwire {

class WebSocketDeflate {
 public:
  // What the bytes of a message came to.
  enum class Outcome : std::uint8_t {
    fine,
    damaged,  // they are not DEFLATE, or end inside a block
    limit,    // limits::websocket_message_bytes or websocket_ratio
  };

  // `takeover`: a message may refer to those before it (RFC 7692 section 7.1.1).
  explicit WebSocketDeflate(bool takeover);
  ~WebSocketDeflate();
  WebSocketDeflate(const WebSocketDeflate&) = delete;
  WebSocketDeflate& operator=(const WebSocketDeflate&) = delete;

  // A compressed message begins.
  void begin();
  // A frame of it with `length` bytes of payload begins.
  void next_frame(std::uint64_t length) { announced_bytes_ += length; }
  // Takes bytes from the front of `compressed`, and gives what they inflate to, valid until the next call of any
  // WebSocketDeflate of the thread; empty = nothing more without more bytes, or at all. Bytes are missing before the next
  // message where a message is not finished.
  Bytes step(Bytes& compressed);
  // The same for what every message leaves out at its end, called until it gives nothing: then the message is over.
  Bytes finish();

  Outcome outcome() const { return outcome_; }
  // Messages before this one were not seen, or not whole, and it may refer to them: what is inflated has the right length,
  // but not the right content.
  bool blind() const { return blind_; }
  // Bytes of compressed messages are missing here.
  void miss() { missed_ = true; }

  // As it was made.
  bool untouched() const { return stream_ == nullptr && !inside_ && !missed_ && !blind_; }
  std::uint64_t memory() const;

 private:
  class Stream;  // zlib's

  Bytes inflate(Bytes& compressed);
  bool too_much() const;

  std::unique_ptr<Stream> stream_;
  std::uint64_t announced_bytes_ = 0;  // of the message's frames so far: how bytes are cut does not change what is too much
  std::uint64_t compressed_bytes_ = 0, inflated_bytes_ = 0;  // of the message
  const bool takeover_;
  Outcome outcome_ = Outcome::fine;
  std::uint8_t tail_done_ = 0;
  bool inside_ = false, missed_ = false, blind_ = false;
};

}  // namespace longwire
