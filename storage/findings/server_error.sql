-- Which servers said that they failed?
-- One row a server, status and authority: 5xx but those of gateways, which are gateway_error.
CREATE VIEW finding_server_error AS
SELECT
  'error' AS severity,
  'server_error' AS kind,
  e.connection_id AS connection_id,
  min(e.exchange_id) AS exchange_id,
  e.frame AS frame,
  printf(
    '%s:%d answered %s with %d%s %s %s%s',
    iif(instr(e.server_ip, ':'), '[' || e.server_ip || ']', e.server_ip),
    e.server_port,
    iif(count(*) = 1, '1 request', count(*) || ' requests'),
    e.status,
    iif(count(*) = 1, ':', ', the first one'),
    e.method,
    e.path,
    coalesce('; Retry-After: ' || e.retry_after, '')
  ) AS summary,
  'Look into the log of the server at that time, or at status_paths for what fails.' AS advice
FROM error_causes AS e
WHERE e.status >= 500 AND e.status NOT IN (502, 503, 504)
GROUP BY e.server_ip, e.server_port, e.status, e.authority COLLATE NOCASE;
