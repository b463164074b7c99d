-- How busy was each server, and how fast did it answer?
-- wait_ms_median, wait_ms_p95: last byte of the request to first byte of the response; p95 by nearest rank.
-- Takes two to three seconds for a million exchanges: their waits are sorted.
CREATE VIEW server_summary AS
WITH servers AS MATERIALIZED (
  SELECT id, dense_rank() OVER (ORDER BY server_ip, server_port) AS server, server_ip, server_port FROM connections
),
exchanges AS MATERIALIZED (
  SELECT
    s.server,
    s.server_ip,
    s.server_port,
    e.status,
    e.response_body_bytes,
    e.response_start_ns - e.request_end_ns AS wait_ns
  FROM servers AS s
  CROSS JOIN http_exchanges AS e ON e.connection_id = s.id
),
totals AS MATERIALIZED (
  SELECT
    server,
    server_ip,
    server_port,
    count(*) AS exchanges,
    count(wait_ns) AS answered,
    sum(response_body_bytes) AS response_body_bytes,
    count(*) FILTER (WHERE status BETWEEN 400 AND 499) AS client_errors,
    count(*) FILTER (WHERE status BETWEEN 500 AND 599) AS server_errors
  FROM exchanges
  GROUP BY server
),
ranked AS (
  SELECT server, wait_ns, row_number() OVER (PARTITION BY server ORDER BY wait_ns) AS rank FROM exchanges WHERE wait_ns IS NOT NULL
),
waits AS (
  SELECT
    t.server,
    avg(r.wait_ns) FILTER (WHERE r.rank IN ((t.answered + 1) / 2, (t.answered + 2) / 2)) AS median_ns,
    max(r.wait_ns) FILTER (WHERE r.rank = (t.answered * 95 + 99) / 100) AS p95_ns
  FROM ranked AS r
  JOIN totals AS t ON t.server = r.server
  WHERE r.rank IN ((t.answered + 1) / 2, (t.answered + 2) / 2, (t.answered * 95 + 99) / 100)
  GROUP BY t.server
)
SELECT
  t.server_ip,
  t.server_port,
  t.exchanges,
  t.response_body_bytes,
  t.client_errors,
  t.server_errors,
  round(w.median_ns / 1e6, 3) AS wait_ms_median,
  round(w.p95_ns / 1e6, 3) AS wait_ms_p95
FROM totals AS t
LEFT JOIN waits AS w ON w.server = t.server
ORDER BY t.exchanges DESC, t.server_ip, t.server_port;
