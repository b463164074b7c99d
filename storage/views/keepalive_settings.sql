-- Which TCP keepalive timers does each prober have, and how long does it take to find out that its peer is gone?
-- idle_s: last sign of life to the first probe; interval_s: between probes without an answer; both are medians. count:
-- probes sent when it gave up. detection_s: idle + interval * count. NULL: not seen, as where every probe was answered, or
-- where only one direction was captured: then answers, which start the timer anew, are not known.
-- Beside them what a host has that nobody configured: 9 probes on Linux, 10 on BSD.
-- Takes three to four seconds for a million probes: their waits are sorted.
CREATE VIEW keepalive_settings AS
WITH waits AS (
  -- A copy that the network delivered came right behind the first: the longer wait is the timer's.
  SELECT connection_id, prober, ordinal = 1 AS first, max(idle_before_ns) AS wait_ns
  FROM keepalive_probes
  WHERE idle_before_ns IS NOT NULL
  GROUP BY connection_id, prober, episode, ordinal
),
ranked AS (
  SELECT
    connection_id,
    prober,
    first,
    wait_ns,
    row_number() OVER timer AS rank,
    count(*) OVER (timer ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS waits
  FROM waits
  WINDOW timer AS (PARTITION BY connection_id, prober, first ORDER BY wait_ns)
),
timers AS (
  SELECT
    connection_id,
    prober,
    avg(wait_ns) FILTER (WHERE first) / 1e9 AS idle_s,
    avg(wait_ns) FILTER (WHERE NOT first) / 1e9 AS interval_s
  FROM ranked
  WHERE rank IN ((waits + 1) / 2, (waits + 2) / 2)
  GROUP BY connection_id, prober
),
counts AS MATERIALIZED (
  SELECT connection_id, prober, max(probes) AS count
  FROM keepalive_episodes
  WHERE verdict IN ('crashed', 'unreachable') AND ended_by IS NOT NULL
  GROUP BY connection_id, prober
)
SELECT
  t.connection_id,
  t.prober,
  CASE WHEN NOT n.one_way THEN round(t.idle_s, 3) END AS idle_s,
  CASE WHEN NOT n.one_way THEN round(t.interval_s, 3) END AS interval_s,
  c.count,
  round(t.idle_s + t.interval_s * c.count, 3) AS detection_s,
  7200 AS default_idle_s,
  75 AS default_interval_s,
  9 AS default_count_linux,
  10 AS default_count_bsd
FROM timers AS t
JOIN connections AS n ON n.id = t.connection_id
LEFT JOIN counts AS c USING (connection_id, prober);
