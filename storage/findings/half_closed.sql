-- Which connections does one side leave half closed?
-- One row a server and side: for a minute and more; less is the time that a program takes to close.
CREATE VIEW finding_half_closed AS
SELECT
  'warning' AS severity,
  'half_closed' AS kind,
  min(a.connection_id) AS connection_id,
  NULL AS exchange_id,
  min(a.last_frame) AS frame,
  printf(
    'the %s left %d connections of %s:%d half closed, for up to %.0f s',
    iif(a.closed_first = 'client', 'server', 'client'),
    count(*),
    c.server_ip,
    c.server_port,
    max(a.half_closed_ms) / 1000
  ) AS summary,
  'That side has known of the FIN and never closes: sockets in CLOSE_WAIT pile up there. Look for a close() that is missing.' AS advice
FROM close_audit AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE a.verdict = 'half_closed' AND a.half_closed_ms >= 60000
GROUP BY c.server_ip, c.server_port, a.closed_first;
