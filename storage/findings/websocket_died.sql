-- Which WebSockets ended otherwise than by an orderly close?
-- One row a server and way to end: no Close frame (applications see code 1006), or a close code that tells of an error (RFC 6455
-- section 7.4.1: 1002, 1003, 1007 to 1011, 1014). Those that a timer ended are websocket_timer.
-- Takes as long as websocket_lifetimes.
CREATE VIEW finding_websocket_died AS
SELECT
  'warning' AS severity,
  'websocket_died' AS kind,
  l.connection_id AS connection_id,
  w.exchange_id AS exchange_id,
  l.frame AS frame,
  printf(
    '%s with %s:%d ended %s%s',
    iif(count(*) = 1, '1 WebSocket', count(*) || ' WebSockets'),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    CASE l.end_cause
      WHEN 'close' THEN printf('with code %d of the %s', l.close_code, l.closed_by)
      WHEN 'fin' THEN printf('by a FIN of the %s without a Close frame', l.closed_by)
      WHEN 'rst' THEN printf('by a RST of the %s', l.closed_by)
      ELSE 'in silence: nothing was acknowledged any more'
    END,
    printf(
      '%s%s',
      iif(count(*) = 1, ' after ', ', the shortest after '),
      iif(min(l.duration_ms) < 1000, printf('%.0f ms', min(l.duration_ms)), printf('%.1f s', min(l.duration_ms) / 1000))
    )
  ) AS summary,
  'Applications see code 1006 where no Close frame came: a peer that crashed, a proxy that gave up, a network that was cut. See websocket_lifetimes.' AS advice
FROM websocket_lifetimes AS l
JOIN websockets AS w ON w.id = l.websocket_id
JOIN connections AS c ON c.id = l.connection_id
WHERE
  (
    l.end_cause IN ('fin', 'rst', 'silence')
    OR (l.end_cause = 'close' AND l.close_code IN (1002, 1003, 1007, 1008, 1009, 1010, 1011, 1014))
  )
  AND l.timer IS NULL
GROUP BY c.server_ip, c.server_port, l.end_cause, l.closed_by, l.close_code;
