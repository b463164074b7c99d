#include "dissectors/websocket_pings.h"

#include <algorithm>

#include "capture/limits.h"

namespace longwire {

bool WebSocketPings::send(std::string_view payload, const Sent& ping) {
  const bool room = waiting_.size() < limits::websocket_pings;
  if (!room) waiting_.erase(waiting_.begin());
  waiting_.push_back({std::string(payload), ping});
  return room;
}

std::optional<WebSocketPings::Sent> WebSocketPings::answer(std::string_view payload) {
  const auto latest = std::find_if(waiting_.rbegin(), waiting_.rend(), [&](const Waiting& each) { return each.payload == payload; });
  if (latest == waiting_.rend()) return std::nullopt;
  const Sent ping = latest->ping;
  waiting_.erase(waiting_.begin(), latest.base());
  return ping;
}

std::uint64_t WebSocketPings::held_memory() const {
  std::uint64_t bytes = waiting_.capacity() * sizeof(Waiting);
  for (const Waiting& each : waiting_) bytes += each.payload.capacity();
  return bytes;
}

}  // namespace longwire
