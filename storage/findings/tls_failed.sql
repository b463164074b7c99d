-- Which TLS handshakes failed?
-- One row a server and alert, of connections that were seen whole.
CREATE VIEW finding_tls_failed AS
SELECT
  'error' AS severity,
  'tls_failed' AS kind,
  min(h.connection_id) AS connection_id,
  NULL AS exchange_id,
  h.last_frame AS frame,
  printf(
    '%s with %s:%d failed%s%s',
    iif(count(*) = 1, '1 TLS handshake', count(*) || ' TLS handshakes'),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    coalesce(': ' || h.alert || ' of the ' || h.alert_by, ''),
    coalesce(', asked for ' || h.sni, '')
  ) AS summary,
  'The alert names the reason: versions or suites without a common one, a certificate that is not trusted, a name unknown.' AS advice
FROM tls_handshakes AS h
JOIN connections AS c ON c.id = h.connection_id
WHERE
  h.outcome = 'failed'
  AND NOT (c.one_way OR c.cut)
  AND c.client_missing_bytes + c.server_missing_bytes = 0
GROUP BY c.server_ip, c.server_port, h.alert, h.alert_by;
