-- Which exchanges did the client wait for longest?
-- wait_ms: last byte of the request to first byte of the response; total_ms: first byte of the request to last byte of the
-- response. The 100 longest waits.
CREATE VIEW slowest_exchanges AS
SELECT
  id AS exchange_id,
  connection_id,
  round((response_start_ns - request_end_ns) / 1e6, 3) AS wait_ms,
  round((response_end_ns - request_start_ns) / 1e6, 3) AS total_ms,
  status,
  method,
  authority,
  path,
  request_first_frame AS frame
FROM http_exchanges
WHERE response_start_ns IS NOT NULL AND request_end_ns IS NOT NULL
ORDER BY response_start_ns - request_end_ns DESC, id
LIMIT 100;
