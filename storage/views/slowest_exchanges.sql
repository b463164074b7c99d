-- Which exchanges did the client wait for longest?
-- wait_ms: last byte of the request to first byte of the response; total_ms: first byte of the request to last byte of the
-- response. The 100 longest waits.
CREATE VIEW slowest_exchanges AS
WITH slowest AS MATERIALIZED (
  SELECT id, response_start_ns - request_end_ns AS wait_ns
  FROM http_exchanges
  WHERE response_start_ns IS NOT NULL AND request_end_ns IS NOT NULL
  ORDER BY wait_ns DESC, id
  LIMIT 100
)
SELECT
  e.id AS exchange_id,
  e.connection_id,
  round(s.wait_ns / 1e6, 3) AS wait_ms,
  round((e.response_end_ns - e.request_start_ns) / 1e6, 3) AS total_ms,
  e.status,
  e.method,
  e.authority,
  e.path,
  e.request_first_frame AS frame
FROM slowest AS s
JOIN http_exchanges AS e ON e.id = s.id
ORDER BY s.wait_ns DESC, e.id;
