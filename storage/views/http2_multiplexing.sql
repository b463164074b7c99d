-- How much did each HTTP/2 connection carry at once, and was that near what its server allows?
-- open_at_once_max    streams of the client open at the same time; limit_announced: SETTINGS_MAX_CONCURRENT_STREAMS of the server,
--                     NULL = no limit announced.
-- interleaved_share   share of the server's DATA frames that followed one of another stream whose body was not over.
-- at_limit_share      share of the connection's time with as many streams open as are allowed; NULL = no limit announced.
CREATE VIEW http2_multiplexing AS
WITH changes (connection_id, at_ns, change) AS (
  SELECT connection_id, opened_ns, 1 FROM http2_streams WHERE stream_id % 2 = 1 AND opened_ns IS NOT NULL
  UNION ALL
  SELECT connection_id, closed_ns, -1 FROM http2_streams WHERE stream_id % 2 = 1 AND opened_ns IS NOT NULL AND closed_ns IS NOT NULL
),
steps AS (
  SELECT
    connection_id,
    at_ns,
    lead(at_ns) OVER later - at_ns AS lasted_ns,
    sum(change) OVER later AS open_now
  FROM changes
  WINDOW later AS (PARTITION BY connection_id ORDER BY at_ns, change ROWS UNBOUNDED PRECEDING)
),
held AS (
  SELECT
    s.connection_id,
    sum(s.lasted_ns) FILTER (WHERE s.open_now >= h.server_settings ->> 'MAX_CONCURRENT_STREAMS') AS at_limit_ns,
    sum(s.lasted_ns * s.open_now) AS stream_ns,
    sum(s.lasted_ns) AS all_ns
  FROM steps AS s
  JOIN http2_connections AS h USING (connection_id)
  GROUP BY s.connection_id
)
SELECT
  h.connection_id,
  h.streams,
  h.max_concurrent_streams_seen AS open_at_once_max,
  h.server_settings ->> 'MAX_CONCURRENT_STREAMS' AS limit_announced,
  round(1.0 * h.server_data_interleaved / (h.frames -> 'server' ->> 'DATA'), 3) AS interleaved_share,
  round(1.0 * held.stream_ns / nullif(held.all_ns, 0), 2) AS open_at_once_mean,
  CASE WHEN h.server_settings ->> 'MAX_CONCURRENT_STREAMS' IS NOT NULL
    THEN round(1.0 * coalesce(held.at_limit_ns, 0) / nullif(held.all_ns, 0), 3)
  END AS at_limit_share
FROM http2_connections AS h
LEFT JOIN held ON held.connection_id = h.connection_id;
