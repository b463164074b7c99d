// What else than HTTP/1.1 a busy hour leaves: TLS without keys, HTTP/2, WebSockets, and connections that nobody took.
#include <fmt/format.h>

#include <string>

#include "tests/bench/synthetic_rows.h"

namespace longwire::bench {

void SyntheticRows::add_tls(RowBatch& batch, ConnectionRow& connection) {
  const std::string site(connection.server_ip.substr(connection.server_ip.rfind('.') + 1));
  connection.server_port = 443;
  connection.layers = "tls";
  connection.exchanges = 0;
  TlsHandshakeRow row;
  row.id = connection.id.value * 1000;
  row.connection_id = connection.id;
  row.start_ns = connection.established_ns;
  row.end_ns = row.start_ns.value + (20 + static_cast<std::int64_t>(up_to(20))) * millisecond;
  row.first_frame = row.last_frame = connection.first_frame;
  row.version = up_to(50) == 0 ? "TLS 1.0" : "TLS 1.3";
  row.cipher = "TLS_AES_128_GCM_SHA256";
  row.key_exchange = "ECDHE";
  row.sni = batch.arena.copy(fmt::format("www{}.example.com", site));
  row.resumption_offered = up_to(2) == 0 ? "ticket" : "no";
  row.resumed = row.resumption_offered == "ticket" && up_to(4) > 0 ? "ticket" : "no";
  row.outcome = up_to(100) == 0 ? "failed" : "completed";
  if (row.outcome == "failed") row.alert = "unknown_ca", row.alert_by = "client";
  row.chain_status = up_to(100) == 0 ? "cert_has_expired" : "ok";
  row.name_matches = 1;
  row.midstream = row.limited = 0;
  batch.add(row);
  for (std::int64_t n = 1; n <= 8; ++n) {
    TlsMessageRow message;
    message.handshake_id = row.id;
    message.ordinal = n;
    message.from_client = n % 2;
    message.type = "finished";
    message.time_ns = message.end_ns = row.start_ns.value + n * millisecond;
    message.frame = message.last_frame = connection.first_frame;
    message.bytes = 300;
    batch.add(message);
  }
  TlsCertificateRow sent;
  sent.handshake_id = row.id;
  sent.side = "server";
  sent.position = 0;
  sent.certificate_id = 1 + std::stoll(site);
  if (row.resumed == "no") batch.add(sent);
  std::int64_t start_ns = row.end_ns.value;
  for (std::uint64_t ordinal = 1; ordinal <= turns_each; ++ordinal) {
    TlsTurnRow turn;
    turn.connection_id = connection.id;
    turn.ordinal = ordinal;
    const std::int64_t idle_ns = static_cast<std::int64_t>(up_to(500)) * millisecond;
    if (ordinal > 1) turn.idle_before_ns = idle_ns;
    turn.request_start_ns = turn.request_end_ns = start_ns + idle_ns;
    turn.response_start_ns = turn.response_end_ns = turn.request_end_ns.value + 50 * millisecond;
    turn.request_records = turn.response_records = 1;
    turn.request_bytes = 500;
    turn.response_bytes = 5000;
    turn.multiplexed = 0;
    batch.add(turn);
    start_ns = turn.response_end_ns.value;
  }
}

void SyntheticRows::add_http2(RowBatch& batch, ConnectionRow& connection) {
  connection.layers = "http2";
  connection.exchanges = streams_each;
  Http2ConnectionRow row;
  row.connection_id = connection.id;
  row.protocol = "2";
  row.how = "prior-knowledge";
  row.server_settings = R"({"MAX_CONCURRENT_STREAMS":100})";
  row.streams = streams_each;
  row.max_concurrent_streams_seen = 6;
  row.client_header_wire_bytes = row.server_header_wire_bytes = 3000;
  row.client_header_plain_bytes = row.server_header_plain_bytes = 30000;
  row.client_resets = row.server_resets = row.client_stalls = row.server_stalls = 0;
  if (up_to(200) == 0) row.goaway_error = "PROTOCOL_ERROR", row.goaway_by = "client";
  batch.add(row);
  for (std::uint64_t n = 1; n <= streams_each; ++n) {
    const std::int64_t start_ns = connection.established_ns.value + static_cast<std::int64_t>(n / 6) * second;
    HttpExchangeRow made = exchange(batch, connection, n, start_ns);
    made.version = "2";
    made.stream_id = 2 * n - 1;
    made.reason = Text{};
    add_exchange(batch, made);
    Http2StreamRow stream;
    stream.connection_id = connection.id;
    stream.stream_id = made.stream_id;
    stream.exchange_id = made.id;
    stream.opened_ns = made.request_start_ns;
    stream.closed_ns = made.response_end_ns;
    stream.data_frames_client = 0;
    stream.data_frames_server = 3;
    if (up_to(100) == 0) {
      stream.reset_by = "client";
      stream.reset_error = "CANCEL";
      stream.reset_code = 8;
      stream.reset_ns = stream.closed_ns;
    }
    batch.add(stream);
    if (n % 10 != 0) continue;
    Http2StallRow stall;
    stall.connection_id = connection.id;
    stall.stream_id = stream.stream_id;
    stall.side = "server";
    stall.start_ns = made.response_start_ns;
    stall.end_ns = stall.start_ns.value + static_cast<std::int64_t>(up_to(1100)) * millisecond;
    stall.frame = made.response_first_frame;
    stall.bytes_waiting = 1000;
    stall.ended_by = "window_update";
    batch.add(stall);
    Http2PingRow ping;
    ping.connection_id = connection.id;
    ping.from_client = 1;
    ping.time_ns = made.request_start_ns;
    ping.frame = made.request_first_frame;
    ping.idle_before_ns = second;
    ping.answer_ns = ping.time_ns.value + millisecond;
    batch.add(ping);
  }
}

void SyntheticRows::add_websocket(RowBatch& batch, ConnectionRow& connection) {
  connection.layers = "http1/websocket";
  connection.exchanges = 1;
  HttpExchangeRow made = exchange(batch, connection, 1, connection.established_ns.value);
  made.status = 101;
  made.upgraded_to = "websocket";
  made.path = "/chat";
  made.request_headers =
      R"([["Host","example.com"],["Upgrade","websocket"],["Sec-WebSocket-Version","13"],["Origin","http://example.com"]])";
  add_exchange(batch, made);
  WebSocketRow row;
  row.id = row.exchange_id = made.id;
  row.connection_id = connection.id;
  row.version = "13";
  row.accept_valid = row.complete = 1;
  row.client_messages = row.server_messages = messages_each / 2;
  row.client_bytes = row.server_bytes = row.client_wire_bytes = row.server_wire_bytes = 1000;
  row.closed_by = "server";
  row.end_cause = up_to(4) == 0 ? "fin" : "close";
  if (row.end_cause == "close") row.close_code = 1000;
  row.start_ns = made.response_end_ns;
  row.end_ns = connection.end_ns;
  row.longest_silence_ns = second;
  row.first_frame = row.last_frame = connection.last_frame;
  for (std::uint64_t n = 1; n <= messages_each; ++n) {
    WebSocketMessageRow message;
    message.id = made.id.value + static_cast<std::int64_t>(n);
    message.websocket_id = row.id;
    message.from_client = n % 2;
    message.opcode = n % 10 == 1 ? "ping" : n % 10 == 2 ? "pong" : "text";
    message.fragments = message.complete = 1;
    message.wire_bytes = message.bytes = 100;
    message.start_ns = message.end_ns = row.start_ns.value + static_cast<std::int64_t>(n) * 500 * millisecond;
    message.first_frame = message.last_frame = connection.last_frame;
    if (message.opcode == "pong") message.answers_id = message.id.value - 1, message.rtt_ns = 500 * millisecond;
    row.last_ns = message.end_ns;
    batch.add(message);
  }
  batch.add(row);
}

void SyntheticRows::refuse(ConnectionRow& connection) {
  connection.established_ns = connection.handshake_rtt_ns = connection.client_acknowledged_ns = connection.server_acknowledged_ns =
      Integer{};
  connection.layers = Text{};
  connection.exchanges = connection.client_bytes = connection.server_bytes = 0;
  connection.client_packets = connection.server_packets = connection.client_syns = 1;
  connection.close_kind = "rst";
  connection.closed_first = "server";
  connection.end_ns = connection.start_ns.value + 10 * millisecond;
}

}  // namespace longwire::bench
