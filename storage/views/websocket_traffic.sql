-- What did each WebSocket carry, each way, how fast, and how much of it did the server push without being asked?
-- Messages are text and binary ones; bytes are inflated, wire bytes as sent, with frame headers and control frames. Rates: over
-- its life, from the end of its handshake to its last frame. pushes: messages of the server whose predecessor, of either side,
-- was the server's, too, or that came before the client had said anything. compression: wire bytes of compressed messages over
-- what they inflate to. Control frames do not count as messages, and do not end a silence between them.
CREATE VIEW websocket_traffic AS
WITH lives AS (
  SELECT *, nullif(coalesce(last_ns, start_ns) - start_ns, 0) / 1e9 AS life_s FROM websockets
)
SELECT
  id AS websocket_id,
  connection_id,
  subprotocol,
  client_messages,
  server_messages,
  client_bytes,
  server_bytes,
  client_wire_bytes,
  server_wire_bytes,
  round(client_messages / life_s, 3) AS client_messages_per_s,
  round(server_messages / life_s, 3) AS server_messages_per_s,
  round(client_bytes / life_s, 1) AS client_bytes_per_s,
  round(server_bytes / life_s, 1) AS server_bytes_per_s,
  client_bytes_max,
  server_bytes_max,
  pushes,
  round(longest_pause_ns / 1e6, 3) AS longest_silence_between_messages_ms,
  round(1.0 * deflated_bytes / inflated_bytes, 4) AS compression,
  first_frame AS frame
FROM lives
ORDER BY id;
