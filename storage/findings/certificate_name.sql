-- Which servers sent a certificate for another name than was asked for?
-- One row a server and name.
CREATE VIEW finding_certificate_name AS
SELECT
  'error' AS severity,
  'certificate_name' AS kind,
  min(h.connection_id) AS connection_id,
  NULL AS exchange_id,
  k.frame AS frame,
  printf(
    '%s:%d was asked for %s %s, and sent a certificate for other names',
    iif(instr(k.server_ip, ':'), '[' || k.server_ip || ']', k.server_ip),
    k.server_port,
    k.sni,
    iif(count(*) = 1, 'once', count(*) || ' times')
  ) AS summary,
  'Clients refuse it: give the server a certificate with that name, or ask for the right one.' AS advice
FROM certificate_chains AS k
JOIN tls_handshakes AS h ON h.id = k.handshake_id
WHERE k.name_matches = 0 AND k.sni IS NOT NULL
GROUP BY k.server_ip, k.server_port, k.sni;
