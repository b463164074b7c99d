-- Which servers have certificates that expire soon?
-- One row a server and name: in the fourteen days after the capture. Those that have expired already are certificate_untrusted.
CREATE VIEW finding_certificate_expiring AS
SELECT
  'warning' AS severity,
  'certificate_expiring' AS kind,
  min(h.connection_id) AS connection_id,
  NULL AS exchange_id,
  k.frame AS frame,
  printf(
    'the certificates of %s:%d for %s expire on %s, %s after they were sent',
    iif(instr(k.server_ip, ':'), '[' || k.server_ip || ']', k.server_ip),
    k.server_port,
    coalesce(k.sni, 'no name'),
    substr(k.expires_utc, 1, 10),
    iif(
      k.expires_ns - h.start_ns < 2 * 86400000000000,
      printf('%d hours', (k.expires_ns - h.start_ns) / 3600000000000),
      printf('%d days', (k.expires_ns - h.start_ns) / 86400000000000)
    )
  ) AS summary,
  'Renew them; automatic renewal usually happens thirty days before.' AS advice
FROM certificate_chains AS k
JOIN tls_handshakes AS h ON h.id = k.handshake_id
WHERE k.expires_ns BETWEEN h.start_ns AND h.start_ns + 14 * 86400000000000
GROUP BY k.server_ip, k.server_port, k.sni, k.expires_ns;
