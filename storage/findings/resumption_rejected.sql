-- Which servers do not resume the TLS sessions that clients bring back?
-- One row a client and server: three offers and more were not taken, and most of all.
CREATE VIEW finding_resumption_rejected AS
SELECT
  'note' AS severity,
  'resumption_rejected' AS kind,
  h.connection_id AS connection_id,
  NULL AS exchange_id,
  h.first_frame AS frame,
  printf(
    '%s:%d did not resume %d of %d TLS sessions that %s offered%s',
    iif(instr(r.server_ip, ':'), '[' || r.server_ip || ']', r.server_ip),
    r.server_port,
    r.offers_rejected,
    r.offers_rejected + r.resumed,
    r.client_ip,
    coalesce(printf('; a full handshake takes %.0f ms', r.full_ms_median), '')
  ) AS summary,
  'Servers behind one address need the same ticket keys, or one session cache; and keys that are not changed too often.' AS advice
FROM tls_resumption AS r
CROSS JOIN tls_handshakes AS h ON h.id = r.first_rejected_id
WHERE r.offers_rejected >= 3 AND r.offers_rejected > r.resumed;
