-- Which servers agree to versions of TLS that are no longer safe?
-- One row a server and version: all before TLS 1.2 (RFC 8996).
CREATE VIEW finding_tls_outdated AS
SELECT
  'warning' AS severity,
  'tls_outdated' AS kind,
  min(h.connection_id) AS connection_id,
  NULL AS exchange_id,
  h.first_frame AS frame,
  printf(
    '%s:%d agreed to %s in %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    h.version,
    iif(count(*) = 1, '1 handshake', count(*) || ' handshakes')
  ) AS summary,
  'Switch everything before TLS 1.2 off on both sides.' AS advice
FROM tls_handshakes AS h
JOIN connections AS c ON c.id = h.connection_id
WHERE h.version IN ('SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1')
GROUP BY c.server_ip, c.server_port, h.version;
