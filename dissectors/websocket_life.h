// What a WebSocket's own row tells: its handshake, what each side sent in all, and how it ended.
//
// Part of its reader, and all that is left of it while it sleeps; the row is made when both sides have ended.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dissectors/context.h"
#include "dissectors/rows/websocket.h"
#include "dissectors/websocket_handshake.h"

namespace longwire {

// How a WebSocket was opened.
struct WebSocketOpening {
  std::int64_t id = 0;           // of the exchange that was the handshake
  Integer stream_id;             // HTTP/2; NULL = the whole connection
  Stamp at;                      // the packet with the last byte of the response
  WebSocketHandshake handshake;  // with the fields of both messages
  bool midstream = false;        // no handshake was captured: the id is its own, `at` the first packet
};

class WebSocketLife {
 public:
  explicit WebSocketLife(WebSocketOpening opening);

  std::int64_t id() const { return id_; }
  const WebSocketHandshake& handshake() const { return *handshake_; }
  bool midstream() const { return midstream_; }
  bool readable() const { return handshake_->framing() == WebSocketHandshake::Framing::rfc6455; }

  // Counted of one side.
  struct Count {
    std::uint64_t messages = 0, bytes = 0, frames = 0, wire_bytes = 0;
    Integer largest;     // bytes of a message
    bool holed = false;  // not every frame was read
  };
  Count& count(Side side) { return sides_[index(side)].count; }

  // A text or binary message that has ended.
  struct Message {
    Stamp first, last;  // packets of its first and of its last byte
    Integer bytes;      // inflated; NULL = cannot be told
    std::uint64_t wire_bytes = 0;
    bool whole = false, compressed = false;
  };
  void add_message(Side side, const Message& message);

  // The side's frame begins at `first`; what was silence before ends, unless the other side was `speaking`.
  void begin_frame(Side side, const Stamp& first, bool speaking, const Context& context);
  // The last byte of the side's frame so far.
  void hear(Side side, const Stamp& last);
  // A Close frame; the side's first one counts.
  void close(Side side, std::uint16_t code, std::string_view reason, const Stamp& first);
  bool closing(Side side) const { return sides_[index(side)].close != nullptr; }
  void reach_limit() { limited_ = true; }
  // True where both sides have ended: add_row() is due.
  bool end(Side side, End how, const Stamp& at);

  void add_row(Context& context) const;

  // Bytes beside the object's own.
  std::uint64_t held_memory() const;

 private:
  struct Close {
    std::uint16_t code;
    std::string reason;
    Stamp first;
  };
  struct OneSide {
    Count count;
    Stamp last;                          // of its last byte
    Time unanswered = 0;                 // when the first frame came that TCP has acknowledged nothing new since
    std::shared_ptr<const Close> close;  // null = none came
    Stamp ended_at;
    End how = End::open;
    bool ended = false;

    bool closed() const { return ended && (how == End::fin || how == End::rst); }
  };

  const OneSide& at(Side side) const { return sides_[index(side)]; }
  void fill_handshake(WebSocketRow& row, Context& context) const;
  void fill_counts(WebSocketRow& row) const;
  void fill_messages(WebSocketRow& row) const;
  void fill_close(WebSocketRow& row, Context& context) const;
  void fill_end(WebSocketRow& row, const Context& context) const;
  std::optional<Side> first_to_close() const;
  std::optional<Side> first_to_end() const;
  std::optional<Side> closer(const Context& context) const;
  bool fell_silent(Side sender, const Context& context) const;

  std::int64_t id_;
  Integer stream_id_;
  Stamp opened_;
  std::shared_ptr<const WebSocketHandshake> handshake_;
  std::array<OneSide, 2> sides_;
  Time active_;  // when the last byte of a frame came, of either side
  Time longest_silence_ = 0;
  Time told_at_ = 0;  // when the last message ended, of either side; 0 = none came
  Integer longest_pause_;
  std::uint64_t pushes_ = 0, deflated_bytes_ = 0, inflated_bytes_ = 0;
  Side spoke_ = Side::server;       // whose the last message was; it is the client's turn to begin
  std::optional<Side> first_told_;  // of its end
  bool limited_ = false;
  bool midstream_;
};

}  // namespace longwire
