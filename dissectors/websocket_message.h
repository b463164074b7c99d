// One text or binary message being read: unmasked, inflated, counted, checked, and kept as far as that is asked for.
//
// Part of its side, and used again for the next message. Nothing is allocated but what is to be kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/rows/websocket.h"
#include "dissectors/utf8_check.h"
#include "dissectors/websocket_deflate.h"
#include "dissectors/websocket_frame.h"

namespace longwire {

class WebSocketMessage {
 public:
  // What is in the payload of its frames.
  enum class Coding : std::uint8_t {
    plain,
    deflated,
    unknown,  // reserved bits are set that nothing explains
  };

  // Between begin() and finish().
  bool open() const { return fragments_ > 0; }

  // Its first frame begins. `deflate` is asked where it is deflated; `keep` are the first bytes to be kept, of its content.
  void begin(const WebSocketFrame& frame, Coding coding, WebSocketDeflate* deflate, std::size_t keep);
  void next_frame(const WebSocketFrame& frame, WebSocketDeflate* deflate);
  // The next bytes of a frame's payload, from `position` on.
  void add(Bytes payload, const WebSocketFrame& frame, std::uint64_t position, WebSocketDeflate* deflate);
  // False where they merely need counting, and nothing can be found wrong at its end.
  bool wants_bytes() const { return coding_ == Coding::deflated || (coding_ == Coding::plain && text_) || kept_.size() < keep_; }
  void pass(std::uint64_t count) {
    wire_bytes_ += count;
    bytes_ += count;
  }
  // Bytes of its payload are missing.
  void miss(std::uint64_t count, WebSocketDeflate* deflate);

  // Nothing more of it comes; `whole`: its last byte was there. What was wrong, a literal; empty = nothing:
  //   websocket.utf8      a text that is not UTF-8
  //   websocket.deflate   compressed bytes that are not DEFLATE, or not a message's
  //   websocket.limit     limits::websocket_message_bytes or websocket_ratio
  std::string_view finish(bool whole, WebSocketDeflate* deflate);
  // Its own columns, after finish(); the texts are literals, but for payload().
  void fill(WebSocketMessageRow& row) const;
  // For the column of this name; only where `keep` was given and its content is known.
  bool has_payload() const { return keeps_ && content_known_; }
  std::string payload() const;
  void clear();

  std::uint64_t wire_bytes() const { return wire_bytes_; }
  Integer bytes() const { return size_known_ ? Integer(bytes_) : Integer(); }
  bool whole() const { return whole_; }
  bool compressed() const { return coding_ == Coding::deflated; }

  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return kept_.capacity() > std::string().capacity() ? kept_.capacity() : 0; }

 private:
  // What still comes can change nothing.
  bool idle() const { return done_looking_ || (coding_ == Coding::plain && !(text_ && utf8_.sound()) && kept_.size() == keep_); }
  void take(Bytes plain, WebSocketDeflate* deflate);
  void take_content(Bytes content);

  std::string kept_;
  std::size_t keep_ = 0;
  std::uint64_t fragments_ = 0, wire_bytes_ = 0, bytes_ = 0;
  Utf8Check utf8_;
  Coding coding_ = Coding::plain;
  bool text_ : 1 = false;
  bool masked_ : 1 = false;
  bool keeps_ : 1 = false;
  bool holed_ : 1 = false;
  bool done_looking_ : 1 = false;  // what still comes is only counted
  bool whole_ : 1 = false;
  bool size_known_ : 1 = true;
  bool content_known_ : 1 = true;
};

// The column `payload` for the first bytes of a message. `cut`: there are more, and the last character may be incomplete.
std::string websocket_payload(std::string_view bytes, bool text, bool cut);

}  // namespace longwire
