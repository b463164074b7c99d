-- Which servers agree to cipher suites that can be broken?
-- One row a server and suite: no encryption, no authentication, export grades, RC4, DES and 3DES.
CREATE VIEW finding_tls_weak_cipher AS
SELECT
  'warning' AS severity,
  'tls_weak_cipher' AS kind,
  min(h.connection_id) AS connection_id,
  NULL AS exchange_id,
  h.first_frame AS frame,
  printf(
    '%s:%d agreed to %s in %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    h.cipher,
    iif(count(*) = 1, '1 handshake', count(*) || ' handshakes')
  ) AS summary,
  'Leave such suites out of the server''s list (RFC 9325 section 4.2).' AS advice
FROM tls_handshakes AS h
JOIN connections AS c ON c.id = h.connection_id
WHERE
  h.cipher LIKE '%\_NULL\_%' ESCAPE '\'
  OR h.cipher LIKE '%EXPORT%'
  OR h.cipher LIKE '%anon%'
  OR h.cipher LIKE '%RC4%'
  OR h.cipher LIKE '%DES%'
GROUP BY c.server_ip, c.server_port, h.cipher;
