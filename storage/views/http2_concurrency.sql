-- How many streams were open on each HTTP/2 connection, moment by moment?
-- A row for each change: open_now streams of the client from then on, for lasted_ms; NULL = to the end. pushed_now: of the server.
-- Takes a second and more for two hundred thousand streams: each has a beginning and an end, and all of these are sorted.
CREATE VIEW http2_concurrency AS
WITH changes (connection_id, at_ns, change, pushed) AS (
  SELECT connection_id, opened_ns, 1, stream_id % 2 = 0 FROM http2_streams WHERE opened_ns IS NOT NULL
  UNION ALL
  SELECT connection_id, closed_ns, -1, stream_id % 2 = 0 FROM http2_streams WHERE opened_ns IS NOT NULL AND closed_ns IS NOT NULL
),
moments AS (
  SELECT connection_id, at_ns, sum(change) FILTER (WHERE NOT pushed) AS own, sum(change) FILTER (WHERE pushed) AS pushed
  FROM changes
  GROUP BY connection_id, at_ns
)
SELECT
  connection_id,
  at_ns,
  sum(coalesce(own, 0)) OVER so_far AS open_now,
  sum(coalesce(pushed, 0)) OVER so_far AS pushed_now,
  round((lead(at_ns) OVER so_far - at_ns) / 1e6, 3) AS lasted_ms
FROM moments
WINDOW so_far AS (PARTITION BY connection_id ORDER BY at_ns ROWS UNBOUNDED PRECEDING);
