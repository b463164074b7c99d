// Rows about WebSockets (RFC 6455), over HTTP/1.1 and over a stream of HTTP/2 (RFC 8441).
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct WebSocketRow {
  Integer id, connection_id, exchange_id, stream_id;
  Text version, offered_subprotocols, subprotocol, offered_extensions, extensions, origin;
  Integer cookie, accept_valid;
  Integer client_messages, server_messages, client_bytes, server_bytes;
  Integer client_frames, server_frames, client_wire_bytes, server_wire_bytes;
  Integer client_bytes_max, server_bytes_max, pushes, deflated_bytes, inflated_bytes, longest_pause_ns;
  Integer close_code;
  Text close_reason, closed_by;
  Integer close_answered, answer_code;
  Text end_cause;
  Integer start_ns, last_ns, end_ns, longest_silence_ns, first_frame, last_frame, complete, limited;

  static constexpr TableInfo table{"websockets", "one WebSocket: its opening handshake, what it carried, and how it ended"};
  static constexpr Column<WebSocketRow> columns[] = {
      column("id", &WebSocketRow::id, "that of the exchange that opened it; its own where that was not captured", primary_key),
      column("connection_id", &WebSocketRow::connection_id, "the connection", indexed_reference("connections")),
      column("exchange_id", &WebSocketRow::exchange_id, "the exchange that opened it; NULL = not captured", references("http_exchanges")),
      column("stream_id", &WebSocketRow::stream_id, "HTTP/2 stream (RFC 8441); NULL for HTTP/1.1"),
      column("version", &WebSocketRow::version,
             "Sec-WebSocket-Version: 13; older ones by number; hixie-76 (also hybi-00), hixie-75; NULL = the request was not seen"),
      column("offered_subprotocols", &WebSocketRow::offered_subprotocols, "Sec-WebSocket-Protocol of the request; NULL = none"),
      column("subprotocol", &WebSocketRow::subprotocol, "the one that the server chose; NULL = none"),
      column("offered_extensions", &WebSocketRow::offered_extensions, "Sec-WebSocket-Extensions of the request; NULL = none"),
      column("extensions", &WebSocketRow::extensions, "those that the server chose, with parameters; NULL = none"),
      column("origin", &WebSocketRow::origin, "Origin of the request, for drafts Sec-WebSocket-Origin; NULL = not a browser's"),
      column("cookie", &WebSocketRow::cookie, "1 = the request had a Cookie field; NULL = the request was not seen"),
      column("accept_valid", &WebSocketRow::accept_valid,
             "1 = Sec-WebSocket-Accept is what the key asks for (RFC 6455 section 4.2.2); NULL = HTTP/2, a draft, or no request seen"),
      column("client_messages", &WebSocketRow::client_messages, "whole text and binary messages of the client"),
      column("server_messages", &WebSocketRow::server_messages, "whole text and binary messages of the server"),
      column("client_bytes", &WebSocketRow::client_bytes, "of these, inflated; without those that cannot be inflated"),
      column("server_bytes", &WebSocketRow::server_bytes, "of these, inflated; without those that cannot be inflated"),
      column("client_frames", &WebSocketRow::client_frames, "frames that the client began, control frames too"),
      column("server_frames", &WebSocketRow::server_frames, "frames that the server began, control frames too"),
      column("client_wire_bytes", &WebSocketRow::client_wire_bytes, "of these frames, as sent, headers too; of one cut short all"),
      column("server_wire_bytes", &WebSocketRow::server_wire_bytes, "of these frames, as sent, headers too; of one cut short all"),
      column("client_bytes_max", &WebSocketRow::client_bytes_max, "of the client's largest message, inflated; NULL = no messages"),
      column("server_bytes_max", &WebSocketRow::server_bytes_max, "of the server's largest message, inflated; NULL = no messages"),
      column("pushes", &WebSocketRow::pushes,
             "messages of the server behind one of its own, or before the client had sent any: nobody had asked"),
      column("deflated_bytes", &WebSocketRow::deflated_bytes, "compressed messages as sent, headers too; NULL = none"),
      column("inflated_bytes", &WebSocketRow::inflated_bytes, "what these inflate to; NULL = none"),
      column("longest_pause_ns", &WebSocketRow::longest_pause_ns,
             "longest time between two messages, of either side, whatever control frames came; NULL = fewer than two came"),
      column("close_code", &WebSocketRow::close_code,
             "of the first Close frame; 1005 = it held none (RFC 6455 section 7.1.5); NULL = no Close frame: applications see 1006"),
      column("close_reason", &WebSocketRow::close_reason, "of the first Close frame"),
      column("closed_by", &WebSocketRow::closed_by,
             "client or server: who sent the first Close frame; where there is none, who closed the connection first"),
      column("close_answered", &WebSocketRow::close_answered, "1 = the other side sent a Close frame, too; NULL = there was none"),
      column("answer_code", &WebSocketRow::answer_code, "close code of that one"),
      column("end_cause", &WebSocketRow::end_cause,
             "close: a Close frame; else fin, rst; silence: a side sent, and nothing more was heard of the other for a second; open"),
      column("start_ns", &WebSocketRow::start_ns, "packet of the handshake's last byte; where that was not captured, the first packet"),
      column("last_ns", &WebSocketRow::last_ns, "packet of the last byte of a frame; NULL = none came"),
      column("end_ns", &WebSocketRow::end_ns, "packet of the first FIN or RST, for a stream of its end; NULL = it did not end"),
      column("longest_silence_ns", &WebSocketRow::longest_silence_ns,
             "longest time between two frames, of either side, or between the last one and the end"),
      column("first_frame", &WebSocketRow::first_frame, "packet of start_ns"),
      column("last_frame", &WebSocketRow::last_frame, "packet of end_ns, else of last_ns, else of start_ns"),
      column("complete", &WebSocketRow::complete, "1 = every frame was read, of both sides"),
      column("limited", &WebSocketRow::limited, "1 = a limit was reached")};
};

struct WebSocketMessageRow {
  Integer id, websocket_id, from_client;
  Text opcode;
  Integer fragments, wire_bytes, bytes, compressed, masked, start_ns, end_ns, first_frame, last_frame, valid_utf8, complete;
  Integer answers_id, rtt_ns;
  Text payload;

  static constexpr TableInfo table{"websocket_messages", "one message of a WebSocket, or one control frame"};
  static constexpr Column<WebSocketMessageRow> columns[] = {
      column("id", &WebSocketMessageRow::id, "set-wide number of the packet it ended in times 1000, plus 0, 1 ... within the packet",
             primary_key),
      column("websocket_id", &WebSocketMessageRow::websocket_id, "the WebSocket", indexed_reference("websockets")),
      column("from_client", &WebSocketMessageRow::from_client, "1 = the client sent it"),
      column("opcode", &WebSocketMessageRow::opcode, "text, binary; ping, pong, close"),
      column("fragments", &WebSocketMessageRow::fragments, "frames that it came in"),
      column("wire_bytes", &WebSocketMessageRow::wire_bytes, "its frames as sent, headers too; of one cut short all"),
      column("bytes", &WebSocketMessageRow::bytes, "of its payload, inflated; NULL = cannot be told"),
      column("compressed", &WebSocketMessageRow::compressed, "1 = by permessage-deflate (RFC 7692)"),
      column("masked", &WebSocketMessageRow::masked, "1 = its first frame is masked: those of clients must be (RFC 6455 section 5.3)"),
      column("start_ns", &WebSocketMessageRow::start_ns, "packet of its first byte"),
      column("end_ns", &WebSocketMessageRow::end_ns, "packet of its last byte"),
      column("first_frame", &WebSocketMessageRow::first_frame, "packet of its first byte"),
      column("last_frame", &WebSocketMessageRow::last_frame, "packet of its last byte"),
      column("valid_utf8", &WebSocketMessageRow::valid_utf8,
             "of text, and of a Close frame's reason: 1 = it is UTF-8 (RFC 6455 section 8.1); NULL = no text, or not seen whole"),
      column("complete", &WebSocketMessageRow::complete, "1 = it was seen from first to last byte"),
      column("answers_id", &WebSocketMessageRow::answers_id, "of a pong: the ping that it answers; NULL = nobody asked, or not seen"),
      column("rtt_ns", &WebSocketMessageRow::rtt_ns, "of such a pong: from the ping's last byte to its own first, where it was captured"),
      column("payload", &WebSocketMessageRow::payload,
             "--websocket-payload N: its first N bytes, unmasked and inflated: text as text (what is not UTF-8 as ISO-8859-1), "
             "others in hexadecimal; NULL = not asked for")};
};

}  // namespace longwire
