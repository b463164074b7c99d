-- Which servers have certificates that can be forged?
-- One row a server and certificate: a key of RSA below 2048 bits, or of EC below 224; or signed with MD5 or SHA-1, which does not
-- matter for a root that signed itself (RFC 9325 section 4.5).
CREATE VIEW finding_certificate_weak AS
SELECT
  'warning' AS severity,
  'certificate_weak' AS kind,
  min(h.connection_id) AS connection_id,
  NULL AS exchange_id,
  h.first_frame AS frame,
  printf(
    '%s:%d sent a certificate of %s in %s, with %s key of %d bits, signed by %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    k.subject,
    iif(count(*) = 1, '1 handshake', count(*) || ' handshakes'),
    iif(k.key_type LIKE 'E%', 'an ', 'a ') || k.key_type,
    k.key_bits,
    k.signature_algorithm
  ) AS summary,
  'Use RSA of 2048 bits and more, or EC of 256, and SHA-256: browsers refuse what is weaker.' AS advice
FROM tls_certificates AS t
JOIN certificates AS k ON k.id = t.certificate_id
JOIN tls_handshakes AS h ON h.id = t.handshake_id
JOIN connections AS c ON c.id = h.connection_id
WHERE
  t.side = 'server'
  AND (
    (k.key_type LIKE 'RSA%' AND k.key_bits < 2048)
    OR (k.key_type = 'EC' AND k.key_bits < 224)
    OR (NOT k.self_signed AND (k.signature_algorithm LIKE '%md5%' OR k.signature_algorithm LIKE '%sha1%'))
  )
GROUP BY c.server_ip, c.server_port, k.id;
