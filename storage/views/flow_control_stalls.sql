-- Where did HTTP/2 flow control hold a sender up, and for how long?
-- window  stream, or connection: which window was used up. waited_ms: from then until it opened, or until nothing could follow.
CREATE VIEW flow_control_stalls AS
SELECT
  t.connection_id,
  CASE WHEN t.stream_id = 0 THEN 'connection' ELSE 'stream' END AS "window",
  nullif(t.stream_id, 0) AS stream_id,
  t.side,
  round((t.end_ns - t.start_ns) / 1e6, 3) AS waited_ms,
  t.bytes_waiting,
  t.ended_by,
  t.frame,
  e.id AS exchange_id,
  e.method,
  e.authority,
  e.path
FROM http2_stalls AS t
LEFT JOIN http2_streams AS s ON s.connection_id = t.connection_id AND s.stream_id = t.stream_id
LEFT JOIN http_exchanges AS e ON e.id = s.exchange_id
ORDER BY waited_ms DESC, t.frame;
