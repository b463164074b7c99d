-- Who asked by PING whether the other side of an HTTP/2 connection is there, and got no answer?
-- One row a connection and asker: two PINGs and more; one may just not have been answered in view.
CREATE VIEW finding_http2_ping_unanswered AS
SELECT
  'warning' AS severity,
  'http2_ping_unanswered' AS kind,
  k.connection_id AS connection_id,
  NULL AS exchange_id,
  c.last_frame AS frame,
  printf(
    'the %s of %s:%d did not answer %d of %d PINGs of the %s',
    iif(k.asker = 'client', 'server', 'client'),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    k.unanswered,
    k.pings,
    k.asker
  ) AS summary,
  'A peer that hangs, or a network that was cut: see http2_pings for when it began.' AS advice
FROM http2_keepalive AS k
JOIN connections AS c ON c.id = k.connection_id
WHERE k.unanswered >= 2 AND NOT c.one_way AND c.client_missing_bytes + c.server_missing_bytes = 0;
