-- Which certificates did each server send, do they lead to a root that is trusted, and are they for the name that was asked for?
-- chain: subjects, JSON array, leaf first, as sent. chain_status: ok, or OpenSSL's name of the first error, which the certificate
-- at chain_error_depth has (0 = the leaf); judged for the time of the packet, or --as-of. expires_ns: when the first of the
-- certificates sent ceases to be valid. ocsp_status: what the OCSP response sent with the leaf said. Handshakes in which no
-- certificate was seen (resumed, or TLS 1.3 without keys) have no chain here.
CREATE VIEW certificate_chains AS
WITH sent AS (
  SELECT t.handshake_id, t.position, c.subject, c.not_after_ns, t.ocsp_status
  FROM tls_certificates AS t
  JOIN certificates AS c ON c.id = t.certificate_id
  WHERE t.side = 'server'
  ORDER BY t.handshake_id, t.position
),
chains AS (
  SELECT
    handshake_id,
    json_group_array(subject) AS chain,
    min(not_after_ns) AS expires_ns,
    max(ocsp_status) FILTER (WHERE position = 0) AS ocsp_status
  FROM sent
  GROUP BY handshake_id
)
SELECT
  h.id AS handshake_id,
  h.sni,
  s.chain,
  h.chain_status,
  h.chain_error_depth,
  h.name_matches,
  s.expires_ns,
  strftime('%Y-%m-%dT%H:%M:%SZ', s.expires_ns / 1000000000, 'unixepoch') AS expires_utc,
  s.ocsp_status,
  c.server_ip,
  c.server_port,
  h.first_frame AS frame
FROM chains AS s
JOIN tls_handshakes AS h ON h.id = s.handshake_id
JOIN connections AS c ON c.id = h.connection_id
ORDER BY h.id;
