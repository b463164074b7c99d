-- Which servers said that they failed?
-- One row a server, status and authority: 5xx but those of gateways, which are gateway_error.
CREATE VIEW finding_server_error AS
SELECT
  'error' AS severity,
  'server_error' AS kind,
  min(e.connection_id) AS connection_id,
  e.exchange_id AS exchange_id,
  min(e.frame) AS frame,
  printf(
    '%s:%d answered %d requests with %d, the first one %s %s%s',
    e.server_ip,
    e.server_port,
    count(*),
    e.status,
    e.method,
    e.path,
    coalesce('; Retry-After: ' || max(e.retry_after), '')
  ) AS summary,
  'Look into the log of the server at that time, or at status_paths for what fails.' AS advice
FROM error_causes AS e
WHERE e.status >= 500 AND e.status NOT IN (502, 503, 504)
GROUP BY e.server_ip, e.server_port, e.status, e.authority COLLATE NOCASE;
