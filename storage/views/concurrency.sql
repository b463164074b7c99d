-- How many connections and exchanges did each client have open at once to each server, and was that a pool's limit?
-- at_ns: when connections_max was reached first. times_at_max: how often; at_max_share: part of the time with any connection
-- open in which it was connections_max; busy_share: part of that time in which each of them was busy.
-- pool_limit: connections_max, where it was reached three times or more, two connections or more, and all of them were busy for
-- half of that time: more would have been wanted. Else NULL.
-- Takes seven to ten seconds for a million exchanges of ninety thousand pairs: see concurrency_steps.
CREATE VIEW concurrency AS
WITH steps AS MATERIALIZED (
  SELECT pair, at_ns, connections, exchanges, connections_change, lasts_ns FROM concurrency_steps
),
levels AS MATERIALIZED (
  SELECT
    pair,
    connections,
    min(at_ns) AS first_ns,
    sum(connections_change > 0) AS times,
    sum(lasts_ns) AS lasts_ns,
    sum(lasts_ns) FILTER (WHERE exchanges >= connections) AS busy_ns
  FROM steps
  GROUP BY pair, connections
),
most AS MATERIALIZED (
  SELECT
    pair,
    max(connections) AS connections_max,
    first_ns,
    times,
    lasts_ns AS at_max_ns,
    busy_ns,
    sum(lasts_ns) FILTER (WHERE connections > 0) AS open_ns
  FROM levels
  GROUP BY pair
),
exchanges_most AS MATERIALIZED (
  SELECT pair, max(exchanges) AS exchanges_max, at_ns FROM steps GROUP BY pair
)
SELECT
  n.client_ip,
  n.server_ip,
  n.server_port,
  m.connections_max,
  x.exchanges_max,
  m.first_ns AS at_ns,
  x.at_ns AS exchanges_at_ns,
  m.times AS times_at_max,
  round(m.at_max_ns * 1.0 / nullif(m.open_ns, 0), 4) AS at_max_share,
  round(coalesce(m.busy_ns, 0) * 1.0 / nullif(m.at_max_ns, 0), 4) AS busy_share,
  CASE WHEN m.connections_max >= 2 AND m.times >= 3 AND 2 * m.busy_ns >= m.at_max_ns THEN m.connections_max END AS pool_limit
FROM most AS m
CROSS JOIN exchanges_most AS x ON x.pair = m.pair
CROSS JOIN connections AS n ON n.id = m.pair
ORDER BY m.connections_max DESC, x.exchanges_max DESC, n.client_ip, n.server_ip, n.server_port;
