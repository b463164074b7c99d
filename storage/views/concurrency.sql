-- How many connections and exchanges did each client have open at once to each server, and was that a pool's limit?
-- at_ns: when connections_max was reached first. times_at_max: how often; at_max_share: part of the time with any connection
-- open in which it was connections_max; busy_share: part of that time in which each of them was busy.
-- pool_limit: connections_max, where it was reached three times or more, two connections or more, and all of them were busy for
-- half of that time: more would have been wanted. Else NULL.
-- Takes ten seconds for a million exchanges of ninety thousand pairs: see concurrency_steps.
CREATE VIEW concurrency AS
WITH steps AS MATERIALIZED (
  SELECT
    pair,
    client_ip,
    server_ip,
    server_port,
    at_ns,
    connections,
    exchanges,
    connections_change,
    lead(at_ns, 1, at_ns) OVER (PARTITION BY pair ORDER BY at_ns) - at_ns AS lasts_ns
  FROM concurrency_steps
),
most AS MATERIALIZED (
  SELECT
    pair,
    client_ip,
    server_ip,
    server_port,
    max(connections) AS connections_max,
    at_ns,  -- of the first row of the maximum
    sum(lasts_ns) FILTER (WHERE connections > 0) AS open_ns
  FROM steps
  GROUP BY pair
),
exchanges_most AS (
  SELECT pair, max(exchanges) AS exchanges_max, at_ns FROM steps GROUP BY pair
),
at_max AS (
  SELECT
    s.pair,
    sum(s.connections_change > 0) AS times,
    sum(s.lasts_ns) AS at_max_ns,
    sum(s.lasts_ns) FILTER (WHERE s.exchanges >= s.connections) AS busy_ns
  FROM steps AS s
  CROSS JOIN most AS m ON m.pair = s.pair AND m.connections_max = s.connections
  GROUP BY s.pair
)
SELECT
  m.client_ip,
  m.server_ip,
  m.server_port,
  m.connections_max,
  x.exchanges_max,
  m.at_ns,
  x.at_ns AS exchanges_at_ns,
  a.times AS times_at_max,
  round(a.at_max_ns * 1.0 / nullif(m.open_ns, 0), 4) AS at_max_share,
  round(coalesce(a.busy_ns, 0) * 1.0 / nullif(a.at_max_ns, 0), 4) AS busy_share,
  CASE WHEN m.connections_max >= 2 AND a.times >= 3 AND 2 * a.busy_ns >= a.at_max_ns THEN m.connections_max END AS pool_limit
FROM most AS m
CROSS JOIN exchanges_most AS x ON x.pair = m.pair
CROSS JOIN at_max AS a ON a.pair = m.pair
ORDER BY m.connections_max DESC, x.exchanges_max DESC, m.pair;
