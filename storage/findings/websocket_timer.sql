-- Which WebSockets did a timer end, of a proxy, a server or a client?
-- One row a server, side and kind of timer: three and more that were ended at the same idle time, or the same age.
-- Takes as long as websocket_lifetimes.
CREATE VIEW finding_websocket_timer AS
SELECT
  'warning' AS severity,
  'websocket_timer' AS kind,
  l.connection_id AS connection_id,
  min(w.exchange_id) AS exchange_id,
  l.frame AS frame,
  printf(
    'a timer ended %d WebSockets with %s:%d, on the side of the %s, %s %.1f s',
    count(*),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    l.closed_by,
    iif(l.timer = 'idle', 'after a silence of', 'at the age of'),
    l.timer_s
  ) AS summary,
  iif(
    l.timer = 'idle',
    'Send pings more often than that, or give the proxy on the way a longer time-out.',
    'A proxy or server allows no longer life: raise it, or let clients connect again quietly.'
  ) AS advice
FROM websocket_lifetimes AS l
JOIN websockets AS w ON w.id = l.websocket_id
JOIN connections AS c ON c.id = l.connection_id
WHERE l.timer IS NOT NULL
GROUP BY c.server_ip, c.server_port, l.closed_by, l.timer;
