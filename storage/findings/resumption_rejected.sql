-- Which servers do not resume the TLS sessions that clients bring back?
-- One row a client and server: three offers and more were not taken, and most of all.
CREATE VIEW finding_resumption_rejected AS
SELECT
  'note' AS severity,
  'resumption_rejected' AS kind,
  NULL AS connection_id,
  NULL AS exchange_id,
  NULL AS frame,
  printf(
    '%s:%d did not resume %d of %d TLS sessions that %s offered%s',
    iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip),
    server_port,
    offers_rejected,
    offers_rejected + resumed,
    client_ip,
    coalesce(printf('; a full handshake takes %.0f ms', full_ms_median), '')
  ) AS summary,
  'Servers behind one address need the same ticket keys, or one session cache; and keys that are not changed too often.' AS advice
FROM tls_resumption
WHERE offers_rejected >= 3 AND offers_rejected > resumed;
