// Pings of one side that wait for their pong (RFC 6455 section 5.5.2). Made with its first ping.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.h"

namespace longwire {

class WebSocketPings {
 public:
  struct Sent {
    std::int64_t id = 0;  // of its row
    Time at = 0;          // of its last byte
  };

  bool empty() const { return waiting_.empty(); }
  // False where limits::websocket_pings waited already: the oldest is forgotten.
  bool send(std::string_view payload, const Sent& ping);
  // The ping that a pong with this payload answers: the latest with the same one. Those before it are answered, too, or will
  // never be (section 5.5.3).
  std::optional<Sent> answer(std::string_view payload);

  // Bytes beside the object's own.
  std::uint64_t held_memory() const;

 private:
  struct Waiting {
    std::string payload;
    Sent ping;
  };
  std::vector<Waiting> waiting_;  // oldest first
};

}  // namespace longwire
