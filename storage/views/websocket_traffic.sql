-- What did each WebSocket carry, each way, how fast, and how much of it did the server push without being asked?
-- Messages are text and binary ones; bytes are inflated, wire bytes as sent, with frame headers and control frames. Rates: over
-- its life, from the end of its handshake to its last frame. pushes: messages of the server whose predecessor, of either side,
-- was the server's, too, or that came before the client had said anything. compression: wire bytes of compressed messages over
-- what they inflate to. Control frames do not count as messages, and do not end a silence between them.
CREATE VIEW websocket_traffic AS
WITH messages AS (
  SELECT
    websocket_id,
    from_client,
    bytes,
    start_ns - lag(end_ns) OVER told AS silence_ns,
    NOT from_client AND NOT coalesce(lag(from_client) OVER told, 0) AS pushed,
    iif(compressed, wire_bytes, NULL) AS deflated_wire_bytes,
    iif(compressed, bytes, NULL) AS inflated_bytes
  FROM websocket_messages
  WHERE opcode IN ('text', 'binary')
  WINDOW told AS (PARTITION BY websocket_id ORDER BY id)
),
sums AS (
  SELECT
    websocket_id,
    max(bytes) FILTER (WHERE from_client) AS client_bytes_max,
    max(bytes) FILTER (WHERE NOT from_client) AS server_bytes_max,
    sum(pushed) AS pushes,
    max(silence_ns) AS silence_ns,
    1.0 * sum(deflated_wire_bytes) FILTER (WHERE inflated_bytes IS NOT NULL) / nullif(sum(inflated_bytes), 0) AS compression
  FROM messages
  GROUP BY websocket_id
),
lives AS (
  SELECT *, nullif(coalesce(last_ns, start_ns) - start_ns, 0) / 1e9 AS life_s FROM websockets
)
SELECT
  w.id AS websocket_id,
  w.connection_id,
  w.subprotocol,
  w.client_messages,
  w.server_messages,
  w.client_bytes,
  w.server_bytes,
  w.client_wire_bytes,
  w.server_wire_bytes,
  round(w.client_messages / w.life_s, 3) AS client_messages_per_s,
  round(w.server_messages / w.life_s, 3) AS server_messages_per_s,
  round(w.client_bytes / w.life_s, 1) AS client_bytes_per_s,
  round(w.server_bytes / w.life_s, 1) AS server_bytes_per_s,
  s.client_bytes_max,
  s.server_bytes_max,
  coalesce(s.pushes, 0) AS pushes,
  round(s.silence_ns / 1e6, 3) AS longest_silence_between_messages_ms,
  round(s.compression, 4) AS compression,
  w.first_frame AS frame
FROM lives AS w
LEFT JOIN sums AS s ON s.websocket_id = w.id
ORDER BY w.id;
