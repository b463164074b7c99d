#include "dissectors/websocket_life.h"

#include <algorithm>
#include <utility>

#include "dissectors/wire_text.h"

namespace longwire {
namespace {

constexpr Time silence = 1'000'000'000;  // ns; RFC 6298 section 2.1: what is not acknowledged is sent again within a second

Text column(std::string_view text, Context& context) {
  if (text.data() == nullptr) return {};
  std::string utf8;
  append_as_utf8(utf8, text);
  return context.text(utf8);
}

}  // namespace

WebSocketLife::WebSocketLife(WebSocketOpening opening)
    : id_(opening.id),
      stream_id_(opening.stream_id),
      opened_(opening.at),
      handshake_(std::make_shared<const WebSocketHandshake>(std::move(opening.handshake))),
      active_(opened_.time),
      midstream_(opening.midstream) {}

void WebSocketLife::begin_frame(Side side, const Stamp& first, bool speaking, const Context& context) {
  OneSide& here = sides_[index(side)];
  ++here.count.frames;
  if (!speaking) longest_silence_ = std::max(longest_silence_, first.time - active_);
  active_ = std::max(active_, first.time);
  const Time acknowledged = context.connection.side[index(side)].acknowledged;
  if (here.unanswered == 0 || acknowledged >= here.unanswered) here.unanswered = first.time;
}

void WebSocketLife::hear(Side side, const Stamp& last) {
  sides_[index(side)].last = last;
  active_ = std::max(active_, last.time);
}

void WebSocketLife::add_message(Side side, const Message& message) {
  Count& here = sides_[index(side)].count;
  const auto bytes = static_cast<std::uint64_t>(message.bytes.is_null() ? 0 : message.bytes.value);
  if (message.whole) {
    ++here.messages;
    here.bytes += bytes;
  }
  if (!message.bytes.is_null()) here.largest = std::max(here.largest.is_null() ? 0 : here.largest.value, message.bytes.value);
  if (message.compressed && !message.bytes.is_null()) {
    deflated_bytes_ += message.wire_bytes;
    inflated_bytes_ += bytes;
  }
  if (side == Side::server && spoke_ == Side::server) ++pushes_;
  if (told_at_ > 0) longest_pause_ = std::max(longest_pause_.is_null() ? 0 : longest_pause_.value, message.first.time - told_at_);
  spoke_ = side;
  told_at_ = message.last.time;
}

void WebSocketLife::close(Side side, std::uint16_t code, std::string_view reason, const Stamp& first) {
  OneSide& here = sides_[index(side)];
  if (here.close == nullptr) here.close = std::make_shared<const Close>(Close{code, std::string(reason), first});
}

bool WebSocketLife::end(Side side, End how, const Stamp& at) {
  OneSide& here = sides_[index(side)];
  here.how = how;
  here.ended_at = at;
  here.ended = true;
  if (!first_told_) first_told_ = side;
  return sides_[index(other(side))].ended;
}

std::uint64_t WebSocketLife::held_memory() const {
  std::uint64_t bytes = sizeof *handshake_ + handshake_->held_memory();
  for (const OneSide& each : sides_)
    if (each.close != nullptr) bytes += sizeof *each.close + each.close->reason.capacity();
  return bytes;
}

void WebSocketLife::add_row(Context& context) const {
  WebSocketRow row;
  row.id = id_;
  if (!midstream_) row.exchange_id = id_;
  row.connection_id = context.connection.id;
  row.stream_id = stream_id_;
  fill_handshake(row, context);
  if (readable()) {
    fill_counts(row);
    fill_messages(row);
  }
  fill_close(row, context);
  fill_end(row, context);
  row.limited = limited_;
  context.rows().add(row);
}

void WebSocketLife::fill_handshake(WebSocketRow& row, Context& context) const {
  row.version = column(handshake_->version(), context);
  row.offered_subprotocols = column(handshake_->offered_subprotocols(), context);
  row.subprotocol = column(handshake_->subprotocol(), context);
  row.offered_extensions = column(handshake_->offered_extensions(), context);
  row.extensions = column(handshake_->extensions(), context);
  row.origin = column(handshake_->origin(), context);
  if (handshake_->request_seen()) row.cookie = handshake_->cookie();
  if (stream_id_.is_null()) row.accept_valid = handshake_->accept_valid();
}

void WebSocketLife::fill_counts(WebSocketRow& row) const {
  const Count& client = at(Side::client).count;
  const Count& server = at(Side::server).count;
  row.client_messages = client.messages;
  row.server_messages = server.messages;
  row.client_bytes = client.bytes;
  row.server_bytes = server.bytes;
  row.client_frames = client.frames;
  row.server_frames = server.frames;
  row.client_wire_bytes = client.wire_bytes;
  row.server_wire_bytes = server.wire_bytes;
  row.complete = !midstream_ && !client.holed && !server.holed;
}

void WebSocketLife::fill_messages(WebSocketRow& row) const {
  row.pushes = pushes_;
  if (inflated_bytes_ > 0) {
    row.deflated_bytes = deflated_bytes_;
    row.inflated_bytes = inflated_bytes_;
  }
  row.client_bytes_max = at(Side::client).count.largest;
  row.server_bytes_max = at(Side::server).count.largest;
  row.longest_pause_ns = longest_pause_;
}

// Whose Close frame came first.
std::optional<Side> WebSocketLife::first_to_close() const {
  const Close* client = at(Side::client).close.get();
  const Close* server = at(Side::server).close.get();
  if (client == nullptr && server == nullptr) return std::nullopt;
  const bool by_server = client == nullptr || (server != nullptr && server->first.number < client->first.number);
  return by_server ? Side::server : Side::client;
}

void WebSocketLife::fill_close(WebSocketRow& row, Context& context) const {
  const auto side = first_to_close();
  if (!side) return;
  const Close& first = *at(*side).close;
  const Close* answer = at(other(*side)).close.get();
  row.close_code = first.code;
  row.close_reason = column(first.reason, context);
  row.close_answered = answer != nullptr;
  if (answer != nullptr) row.answer_code = answer->code;
}

// The side whose FIN or RST came first; a reset ends both at once, and then it is the client.
std::optional<Side> WebSocketLife::first_to_end() const {
  const OneSide& client = at(Side::client);
  const OneSide& server = at(Side::server);
  if (!client.closed() && !server.closed()) return std::nullopt;
  const bool by_server = !client.closed() || (server.closed() && server.ended_at.number < client.ended_at.number);
  return by_server ? Side::server : Side::client;
}

// Who ended it, as far as that can be told. A reset ends both sides: of the connection, TCP knows whose it was; of an HTTP/2
// stream, its sender's side is told first.
std::optional<Side> WebSocketLife::closer(const Context& context) const {
  const OneSide& client = at(Side::client);
  const OneSide& server = at(Side::server);
  const bool at_once = client.closed() && server.closed() && client.ended_at.number == server.ended_at.number;
  const bool connection_reset = context.connection.close == ConnectionFacts::Close::rst && client.how == End::rst && server.how == End::rst;
  if (!at_once && !connection_reset) return first_to_end();
  if (!connection_reset && !stream_id_.is_null()) return first_told_;
  return context.connection.closed_first_known ? std::optional(context.connection.closed_first) : std::nullopt;
}

void WebSocketLife::fill_end(WebSocketRow& row, const Context& context) const {
  const auto first = first_to_end();
  const Stamp& spoken = at(Side::client).last.number > at(Side::server).last.number ? at(Side::client).last : at(Side::server).last;
  const bool spoke = spoken.number > 0;
  row.start_ns = opened_.time;
  row.first_frame = opened_.frame;
  if (spoke) row.last_ns = spoken.time;
  row.last_frame = spoke ? spoken.frame : opened_.frame;
  row.longest_silence_ns = longest_silence_;
  if (first) {
    const Stamp& ended_at = at(*first).ended_at;
    row.end_ns = ended_at.time;
    row.last_frame = ended_at.frame;
    row.longest_silence_ns = std::max(longest_silence_, ended_at.time - active_);
  }
  // A Close frame behind the other side's FIN comes too late: that side had gone without one.
  const auto closed = first_to_close();
  if (closed && (!first || at(*closed).close->first.number <= at(*first).ended_at.number)) {
    row.end_cause = "close";
    row.closed_by = to_text(*closed);
    return;
  }
  if (const auto by = closer(context)) row.closed_by = to_text(*by);
  if (fell_silent(Side::client, context) || fell_silent(Side::server, context)) {
    row.end_cause = "silence";
  } else if (!first) {
    row.end_cause = "open";
  } else {
    row.end_cause = at(*first).how == End::fin ? "fin" : "rst";
  }
}

// What `sender` said last was never acknowledged, and that for long; nor did the other side close.
bool WebSocketLife::fell_silent(Side sender, const Context& context) const {
  const OneSide& here = at(sender);
  const Time acknowledged = context.connection.side[index(sender)].acknowledged;
  const auto by = closer(context);
  if (context.connection.one_way || acknowledged == 0 || here.last.time <= acknowledged) return false;
  if (here.how == End::evicted || (by && *by != sender)) return false;
  const Time until = by ? here.ended_at.time : context.connection.last.time;
  return until - std::max(here.unanswered, acknowledged) >= silence;
}

}  // namespace longwire
