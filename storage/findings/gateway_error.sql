-- Which gateways could not get an answer, and what became of their own requests?
-- One row a gateway, status and cause; see error_causes. What is not in the capture is not said.
CREATE VIEW finding_gateway_error AS
SELECT
  'error' AS severity,
  'gateway_error' AS kind,
  e.connection_id AS connection_id,
  min(e.exchange_id) AS exchange_id,
  e.frame AS frame,
  printf(
    '%s:%d answered %s with %d%s %s %s%s%s',
    iif(instr(e.server_ip, ':'), '[' || e.server_ip || ']', e.server_ip),
    e.server_port,
    iif(count(*) = 1, '1 request', count(*) || ' requests'),
    e.status,
    iif(count(*) = 1, ':', ', the first one'),
    e.method,
    e.path,
    coalesce(
      '; behind it, ' || CASE e.cause
        WHEN 'refused' THEN 'a connection was refused'
        WHEN 'unreachable' THEN 'the host could not be reached'
        WHEN 'reset' THEN 'the server reset the connection'
        WHEN 'tls_failed' THEN 'the TLS handshake failed'
        WHEN 'closed' THEN 'the server closed without an answer'
        WHEN 'silent' THEN 'the server did not answer in time'
        WHEN 'truncated' THEN 'the answer was cut short'
        WHEN 'answered' THEN printf('the server said %d itself', e.detail)
      END,
      '; nothing behind it is in the capture'
    ),
    coalesce('; Retry-After: ' || e.retry_after, '')
  ) AS summary,
  'Look into the server behind the gateway; error_causes names its connection.' AS advice
FROM error_causes AS e
WHERE e.status IN (502, 503, 504)
GROUP BY e.server_ip, e.server_port, e.status, e.cause;
