-- How busy was each server, and how fast did it answer?
-- wait_ms_median, wait_ms_p95: last byte of the request to first byte of the response; p95 by nearest rank.
CREATE VIEW server_summary AS
WITH waits AS (
  SELECT
    c.server_ip,
    c.server_port,
    e.status,
    e.response_body_bytes,
    (e.response_start_ns - e.request_end_ns) / 1e6 AS wait_ms
  FROM http_exchanges AS e
  JOIN connections AS c ON c.id = e.connection_id
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY server_ip, server_port ORDER BY wait_ms NULLS LAST) AS rank,
    count(wait_ms) OVER (PARTITION BY server_ip, server_port) AS answered
  FROM waits
)
SELECT
  server_ip,
  server_port,
  count(*) AS exchanges,
  sum(response_body_bytes) AS response_body_bytes,
  count(*) FILTER (WHERE status BETWEEN 400 AND 499) AS client_errors,
  count(*) FILTER (WHERE status BETWEEN 500 AND 599) AS server_errors,
  round(avg(wait_ms) FILTER (WHERE rank IN ((answered + 1) / 2, (answered + 2) / 2)), 3) AS wait_ms_median,
  round(max(wait_ms) FILTER (WHERE rank = (answered * 95 + 99) / 100), 3) AS wait_ms_p95
FROM ranked
GROUP BY server_ip, server_port
ORDER BY exchanges DESC, server_ip, server_port;
