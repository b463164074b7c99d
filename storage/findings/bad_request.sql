-- Which requests were refused for what is wrong in their bytes?
-- One row a client, server and fault: 400, with an anomaly in the request.
CREATE VIEW finding_bad_request AS
SELECT
  'warning' AS severity,
  'bad_request' AS kind,
  e.connection_id AS connection_id,
  min(e.exchange_id) AS exchange_id,
  e.frame AS frame,
  printf(
    '%s:%d refused %s of %s with 400: %s',
    iif(instr(e.server_ip, ':'), '[' || e.server_ip || ']', e.server_ip),
    e.server_port,
    iif(count(*) = 1, '1 request', count(*) || ' requests'),
    e.client_ip,
    e.detail
  ) AS summary,
  'The client sends what HTTP does not allow: README, Anomalies, says what each code means.' AS advice
FROM error_causes AS e
WHERE e.status = 400 AND e.cause = 'malformed'
GROUP BY e.client_ip, e.server_ip, e.server_port, e.detail;
