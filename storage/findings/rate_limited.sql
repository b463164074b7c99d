-- Which clients were told to slow down?
-- One row a client and server: 429.
CREATE VIEW finding_rate_limited AS
SELECT
  'warning' AS severity,
  'rate_limited' AS kind,
  e.connection_id AS connection_id,
  min(e.exchange_id) AS exchange_id,
  e.frame AS frame,
  printf(
    '%s:%d told %s %s to slow down (429)%s',
    iif(instr(e.server_ip, ':'), '[' || e.server_ip || ']', e.server_ip),
    e.server_port,
    e.client_ip,
    iif(count(*) = 1, 'once', count(*) || ' times'),
    coalesce('; Retry-After: ' || e.retry_after, '')
  ) AS summary,
  'Send less often, and wait as long as Retry-After says.' AS advice
FROM error_causes AS e
WHERE e.status = 429
GROUP BY e.client_ip, e.server_ip, e.server_port;
