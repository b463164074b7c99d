#include "dissectors/websocket_midstream.h"

#include <algorithm>

#include "capture/limits.h"
#include "dissectors/websocket.h"

namespace longwire {

Match WebSocketEvidence::look(Side side, Bytes in, const Context& context) {
  const Bytes front = in.first(std::min<std::size_t>(in.size(), limits::websocket_midstream_bytes));
  const FrameRun run = frames_in_a_row(front, side == Side::client, true);
  Seen& here = seen_[index(side)];
  here = {};
  const bool certain = run.headers == FrameRun::certain;
  if (run.broken || (front.size() == limits::websocket_midstream_bytes && !certain)) return Match::no;
  here = {context.first_stamp(in), certain, run.whole > 0};
  const auto& [client, server] = seen_;
  return client.certain || (client.whole_frame && server.certain) ? Match::yes : Match::maybe;
}

std::unique_ptr<Dissector> WebSocketEvidence::reader(Context& context) const {
  const auto& [client, server] = seen_;
  const bool by_server = client.first.number == 0 || (server.first.number > 0 && server.first.number < client.first.number);
  WebSocketOpening opening;
  opening.at = by_server ? server.first : client.first;
  opening.id = context.new_id(opening.at.number);
  opening.midstream = true;
  const auto waiting = [](const Seen& side) { return side.whole_frame ? side.first.number : 0; };
  return std::make_unique<WebSocket>(std::move(opening), WebSocket::Packets{waiting(client), waiting(server)});
}

}  // namespace longwire
