-- How many connections and exchanges did each client have open at once to each server, moment by moment?
-- One row a moment at which that changed. An exchange is open from the first byte of its request to the last byte of its
-- response; one that was not answered, until its connection ended. connections: from the SYN to the last packet.
-- pair: the id of the first connection between the two. lasts_ns: until the next such moment.
-- Takes five seconds for a million exchanges: each has a beginning and an end, and all of these are sorted.
CREATE VIEW concurrency_steps AS
WITH pairs AS MATERIALIZED (
  SELECT id, start_ns, end_ns, close_kind, min(id) OVER (PARTITION BY client_ip, server_ip, server_port) AS pair FROM connections
),
moments (pair, at_ns, connections, exchanges) AS (
  SELECT pair, start_ns, 1, 0 FROM pairs
  UNION ALL
  SELECT pair, end_ns, -1, 0 FROM pairs WHERE close_kind IS NOT 'open'
  UNION ALL
  SELECT p.pair, e.request_start_ns, 0, 1
  FROM pairs AS p
  CROSS JOIN http_exchanges AS e ON e.connection_id = p.id
  WHERE e.request_start_ns IS NOT NULL
  UNION ALL
  SELECT p.pair, coalesce(e.response_end_ns, p.end_ns), 0, -1
  FROM pairs AS p
  CROSS JOIN http_exchanges AS e ON e.connection_id = p.id
  WHERE e.request_start_ns IS NOT NULL AND (e.response_end_ns IS NOT NULL OR p.close_kind IS NOT 'open')
),
-- At one moment what ends goes first: a connection that follows another one is not open beside it.
counted AS (
  SELECT
    pair,
    at_ns,
    sum(connections) OVER so_far AS connections,
    sum(exchanges) OVER so_far AS exchanges,
    connections AS connections_change,
    lead(at_ns, 1, at_ns) OVER so_far - at_ns AS lasts_ns
  FROM moments
  WINDOW so_far AS (PARTITION BY pair ORDER BY at_ns, connections + exchanges ROWS UNBOUNDED PRECEDING)
)
SELECT n.client_ip, n.server_ip, n.server_port, c.at_ns, c.connections, c.exchanges, c.pair, c.connections_change, c.lasts_ns
FROM counted AS c
LEFT JOIN connections AS n ON n.id = c.pair;
