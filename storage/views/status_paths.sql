-- Which path of which server was answered with which status, how often, and how long did it take?
-- path: without the query. wait_ms_max: last byte of the request to first byte of the response.
-- Takes two seconds for a million exchanges: their paths are sorted, and no index knows them.
CREATE VIEW status_paths AS
WITH servers AS MATERIALIZED (
  SELECT id, dense_rank() OVER (ORDER BY server_ip, server_port) AS server, server_ip, server_port FROM connections
),
answers AS (
  SELECT
    s.server,
    s.server_ip,
    s.server_port,
    e.authority,
    substr(e.path, 1, coalesce(nullif(instr(e.path, '?'), 0) - 1, length(e.path))) AS path,
    e.method,
    e.status,
    e.response_start_ns - e.request_end_ns AS wait_ns,
    e.request_first_frame
  FROM http_exchanges AS e
  JOIN servers AS s ON s.id = e.connection_id
  WHERE e.status IS NOT NULL
)
SELECT
  a.server_ip,
  a.server_port,
  a.authority,
  a.path,
  a.method,
  a.status,
  count(*) AS exchanges,
  round(max(a.wait_ns) / 1e6, 3) AS wait_ms_max,
  min(a.request_first_frame) AS first_frame,
  known.meaning
FROM answers AS a
LEFT JOIN status_codes AS known ON known.status = a.status
GROUP BY a.server, a.status, a.path, a.method, a.authority COLLATE NOCASE
ORDER BY exchanges DESC, a.server_ip, a.server_port, a.path, a.status;
