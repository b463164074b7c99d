-- How long could which side not take any more data?
-- side: whose receive window was closed, because its application did not read. stalled_ms: until the window opened again, or
-- to the connection's last packet.
CREATE VIEW zero_window_episodes AS
WITH windows AS (
  SELECT
    connection_id,
    side,
    kind,
    frame,
    time_ns AS start_ns,
    lead(time_ns) OVER (PARTITION BY connection_id, side ORDER BY time_ns, frame) AS reopened_ns
  FROM tcp_events
  WHERE kind IN ('zero_window', 'window_reopened')
)
SELECT
  w.connection_id,
  w.side,
  w.start_ns,
  coalesce(w.reopened_ns, c.end_ns) AS end_ns,
  round((coalesce(w.reopened_ns, c.end_ns) - w.start_ns) / 1e6, 3) AS stalled_ms,
  w.reopened_ns IS NOT NULL AS reopened,
  w.frame
FROM windows AS w
JOIN connections AS c ON c.id = w.connection_id
WHERE w.kind = 'zero_window'
ORDER BY stalled_ms DESC, w.connection_id, w.start_ns;
