-- How much did each HTTP/2 connection carry at once, and was that near what its server allows?
-- open_at_once_max    streams of the client open at the same time; limit_announced: SETTINGS_MAX_CONCURRENT_STREAMS of the server,
--                     NULL = no limit announced.
-- interleaved_share   share of the server's DATA frames that followed one of another stream whose body was not over.
-- open_at_once_mean   over the time from the first stream opened to the last one closed.
-- at_limit_share      share of that time with as many streams open as are allowed; NULL = no limit announced.
-- Takes a second and more for two hundred thousand streams: see http2_concurrency.
CREATE VIEW http2_multiplexing AS
WITH held AS (
  SELECT
    n.connection_id,
    sum(n.lasted_ms) AS all_ms,
    sum(n.lasted_ms * n.open_now) AS stream_ms,
    sum(n.lasted_ms) FILTER (WHERE n.open_now >= h.server_settings ->> 'MAX_CONCURRENT_STREAMS') AS at_limit_ms
  FROM http2_concurrency AS n
  JOIN http2_connections AS h USING (connection_id)
  GROUP BY n.connection_id
)
SELECT
  h.connection_id,
  h.streams,
  h.max_concurrent_streams_seen AS open_at_once_max,
  h.server_settings ->> 'MAX_CONCURRENT_STREAMS' AS limit_announced,
  round(1.0 * h.server_data_interleaved / (h.frames -> 'server' ->> 'DATA'), 3) AS interleaved_share,
  round(held.stream_ms / nullif(held.all_ms, 0), 2) AS open_at_once_mean,
  CASE WHEN h.server_settings ->> 'MAX_CONCURRENT_STREAMS' IS NOT NULL
    THEN round(coalesce(held.at_limit_ms, 0) / nullif(held.all_ms, 0), 3)
  END AS at_limit_share
FROM http2_connections AS h
LEFT JOIN held ON held.connection_id = h.connection_id;
