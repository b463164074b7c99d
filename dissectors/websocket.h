// A WebSocket behind its opening handshake (RFC 6455), over a TCP connection of its own or a stream of HTTP/2 (RFC 8441).
//
// Owned by a Channel. Each message becomes a row as its last byte comes, each control frame likewise; the WebSocket's own row
// is made when both sides have ended. Between messages it sleeps, and keeps the facts for that row; but where messages may refer
// to those before them (permessage-deflate with context takeover) it keeps the inflaters, and while a ping waits for its pong.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "dissectors/dissector.h"
#include "dissectors/repeated_anomalies.h"
#include "dissectors/websocket_deflate.h"
#include "dissectors/websocket_frame.h"
#include "dissectors/websocket_life.h"
#include "dissectors/websocket_message.h"
#include "dissectors/websocket_pings.h"

namespace longwire {

// The reader of what follows. `response` is the response's head, or a part of it, in the `in` of the call: what is wrong with
// the handshake is told there.
std::unique_ptr<Dissector> make_websocket(WebSocketOpening opening, Bytes response, Context& context);

class WebSocket final : public Dissector {
  // Anomalies that would come again and again, and have been told of a side.
  struct Told {
    bool mask = false, close = false, pings = false;
  };

 public:
  using Packets = std::array<std::uint64_t, 2>;  // of each side the number of one
  // What stays while it sleeps.
  struct Kept {
    WebSocketLife life;
    RepeatedAnomalies oddities;
    std::array<Told, 2> told{};
    std::array<bool, 2> begun{true, true};
  };
  struct AtRest {
    std::unique_ptr<Kept> kept;
    std::uint64_t held_memory() const { return sizeof *kept + kept->life.held_memory() + kept->oddities.held_memory(); }
  };
  explicit WebSocket(Kept kept);
  // Midstream: bytes of either side wait since the packets of these numbers; 0 = none do.
  WebSocket(WebSocketOpening opening, Packets waiting);
  explicit WebSocket(AtRest rest) : WebSocket(std::move(*rest.kept)) {}

  std::string_view name() const override { return "websocket"; }
  Progress data(Side side, Bytes in, Context& context) override;
  AfterGap gap(Side side, Bytes in, std::uint64_t missing, Context& context) override;
  void end(Side side, Bytes in, End how, Context& context) override;
  void report_open(Context& context) const override { life_.add_row(context); }
  std::uint64_t memory() const override;
  std::optional<SleepingReader> sleep() override;
  Match restart(Side side, Bytes in) const override;

 private:
  // What a side sends next.
  enum class Next : std::uint8_t {
    first,    // frame, midstream: it must make sense
    header,   // of a frame
    payload,  // of a frame of the message
    passed,   // payload of a frame that is not read: a control frame cut by a hole or too long, or one that belongs nowhere
    nothing,  // that can be read
  };

  struct Half {
    WebSocketMessage message;  // the one being read
    WebSocketFrame frame;      // the one being read
    Stamp first, last;         // packets of its first byte, and of the last one seen
    Stamp message_first, message_last;
    std::uint64_t left = 0;                     // bytes of its payload to come
    std::unique_ptr<WebSocketDeflate> deflate;  // null = not agreed
    std::unique_ptr<WebSocketPings> pings;      // null = it sent none
    Next next = Next::header;
    Told told;

    bool begun() const { return next != Next::first; }
    bool pending() const {
      return left > 0 || message.open() || (deflate != nullptr && !deflate->untouched()) || (pings != nullptr && !pings->empty());
    }
  };

  struct Call {  // what is being read for
    Side side;
    Context& context;
  };

  Half& half(Side side) { return halves_[index(side)]; }
  const Half& half(Side side) const { return halves_[index(side)]; }
  WebSocketLife::Count& count(const Call& call) { return life_.count(call.side); }

  void expect_deflate(bool client_takeover, bool server_takeover);
  Progress read_in_order(const Call& call, Bytes in);
  Progress read(const Call& call, Bytes in);
  Progress read_next(const Call& call, Bytes in);
  Progress read_first(const Call& call, Bytes in);
  Progress read_header(const Call& call, Bytes in);
  Progress read_payload(const Call& call, Bytes in);
  void begin_frame(const Call& call, const WebSocketFrame& frame, Bytes in);
  void check_frame(const Call& call, Bytes header);
  Next begin_payload(const Call& call, Bytes header);
  WebSocketMessage::Coding coding(const Half& here) const;
  void begin_cut_frame(const Call& call, Bytes in);
  void take_skipped(const Call& call);
  void finish_frame(const Call& call, Bytes last);
  void finish_message(const Call& call, bool whole, Bytes last);
  void finish_control(const Call& call, Bytes header, Bytes payload, bool whole);
  void read_close(const Call& call, Bytes payload, Bytes plain, WebSocketMessageRow& row);
  void hear(const Call& call, const Stamp& last, std::uint64_t bytes);
  void match_ping(const Call& call, Bytes header, Bytes plain, WebSocketMessageRow& row);
  void begin_row(const Call& call, WebSocketMessageRow& row, const Stamp& first, const Stamp& last) const;
  void lose(const Call& call, Bytes last);
  void tell(const Call& call, std::string_view code, Bytes part, std::string_view detail = {}) {
    oddities_.tell(call.context, code, part, detail);
  }

  WebSocketLife life_;
  RepeatedAnomalies oddities_;
  std::array<Half, 2> halves_;
  const bool extended_;  // an extension was agreed that is not known
  Packets waiting_{};    // packet of the first unread byte of those that waited; 0 = all are read
};

}  // namespace longwire
