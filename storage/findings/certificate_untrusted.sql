-- Which servers sent certificates that cannot be trusted?
-- One row a server, name and reason: no way to a trusted root at the time of the packet, or revoked.
CREATE VIEW finding_certificate_untrusted AS
SELECT
  'error' AS severity,
  'certificate_untrusted' AS kind,
  min(h.connection_id) AS connection_id,
  NULL AS exchange_id,
  k.frame AS frame,
  printf(
    '%s:%d sent a chain for %s in %s that cannot be trusted: %s%s',
    iif(instr(k.server_ip, ':'), '[' || k.server_ip || ']', k.server_ip),
    k.server_port,
    coalesce(k.sni, 'no name'),
    iif(count(*) = 1, '1 handshake', count(*) || ' handshakes'),
    iif(k.ocsp_status = 'revoked', 'revoked', k.chain_status),
    coalesce(' at depth ' || nullif(k.chain_error_depth, 0), '')
  ) AS summary,
  'certificate_chains shows the chain as sent; --ca-file adds a root of your own.' AS advice
FROM certificate_chains AS k
JOIN tls_handshakes AS h ON h.id = k.handshake_id
WHERE k.chain_status <> 'ok' OR k.ocsp_status = 'revoked'
GROUP BY k.server_ip, k.server_port, k.sni, k.chain_status, k.ocsp_status;
