-- How many connections did each client have open at once, to all servers together?
CREATE VIEW client_concurrency AS
WITH moments (client_ip, at_ns, change) AS (
  SELECT client_ip, start_ns, 1 FROM connections
  UNION ALL
  SELECT client_ip, end_ns, -1 FROM connections WHERE close_kind IS NOT 'open'
),
counted AS (
  SELECT client_ip, at_ns, sum(change) OVER (PARTITION BY client_ip ORDER BY at_ns, change ROWS UNBOUNDED PRECEDING) AS open FROM moments
),
totals AS (
  SELECT client_ip, count(*) AS connections, count(DISTINCT server_ip || ' ' || server_port) AS servers, sum(exchanges) AS exchanges
  FROM connections
  GROUP BY client_ip
),
most AS (
  SELECT client_ip, max(open) AS connections_max, at_ns FROM counted GROUP BY client_ip
)
SELECT t.client_ip, t.servers, t.connections, t.exchanges, m.connections_max, m.at_ns
FROM totals AS t
CROSS JOIN most AS m ON m.client_ip IS t.client_ip
ORDER BY m.connections_max DESC, t.client_ip;
