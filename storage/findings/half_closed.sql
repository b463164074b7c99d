-- Which connections does one side leave half closed?
-- One row a server and side, and the one that lasted longest: a minute and more; less is the time that a program takes to close.
CREATE VIEW finding_half_closed AS
SELECT
  'warning' AS severity,
  'half_closed' AS kind,
  a.connection_id AS connection_id,
  NULL AS exchange_id,
  a.last_frame AS frame,
  printf(
    'the %s left %s of %s:%d half closed, for %s%.0f s',
    iif(a.closed_first = 'client', 'server', 'client'),
    iif(count(*) = 1, '1 connection', count(*) || ' connections'),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '', 'up to '),
    max(a.half_closed_ms) / 1000
  ) AS summary,
  'That side has known of the FIN and never closes: sockets in CLOSE_WAIT pile up there. Look for a close() that is missing.' AS advice
FROM close_audit AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE
  a.verdict = 'half_closed'
  AND a.half_closed_ms >= 60000
  AND c.client_missing_bytes + c.server_missing_bytes = 0
  -- Its own FIN may have come before the capture, where it sent nothing since.
  AND (NOT c.midstream OR iif(a.closed_first = 'client', c.server_bytes, c.client_bytes) > 0)
GROUP BY c.server_ip, c.server_port, a.closed_first;
