-- Who asks by PING whether the other side of an HTTP/2 connection is still there, how often, and is it answered?
-- interval_s     median distance of PINGs; idle_s: the shortest silence before one, which is when the asker's timer runs out at
--                the latest.
-- unanswered     in the end; of a peer that is gone the last ones are.
CREATE VIEW http2_keepalive AS
WITH distances AS (
  SELECT
    connection_id,
    from_client,
    time_ns,
    idle_before_ns,
    answer_ns,
    time_ns - lag(time_ns) OVER (PARTITION BY connection_id, from_client ORDER BY time_ns, frame) AS distance_ns
  FROM http2_pings
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY connection_id, from_client ORDER BY distance_ns NULLS LAST) AS place,
    count(distance_ns) OVER (PARTITION BY connection_id, from_client) AS distances
  FROM distances
)
SELECT
  connection_id,
  iif(from_client, 'client', 'server') AS asker,
  count(*) AS pings,
  sum(answer_ns IS NULL) AS unanswered,
  round(max(distance_ns) FILTER (WHERE place = (distances + 1) / 2) / 1e9, 3) AS interval_s,
  round(min(idle_before_ns) / 1e9, 3) AS idle_s,
  round(min(answer_ns - time_ns) / 1e6, 3) AS rtt_ms_min,
  round(max(answer_ns - time_ns) / 1e6, 3) AS rtt_ms_max
FROM ranked
GROUP BY connection_id, from_client;
