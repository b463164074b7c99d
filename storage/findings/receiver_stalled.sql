-- Which receivers took no data for a second and more?
-- One row a connection and side: its receive window was closed.
CREATE VIEW finding_receiver_stalled AS
SELECT
  'warning' AS severity,
  'receiver_stalled' AS kind,
  min(z.connection_id) AS connection_id,
  NULL AS exchange_id,
  z.frame AS frame,
  printf(
    'the %s of %s:%d took no data for %.1f s%s',
    z.side,
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    sum(z.stalled_ms) / 1000,
    iif(count(*) = 1, '', ', in ' || count(*) || ' stalls')
  ) AS summary,
  'Its application does not read: it is too slow, stopped, or waits for something itself.' AS advice
FROM zero_window_episodes AS z
JOIN connections AS c ON c.id = z.connection_id
WHERE z.stalled_ms >= 1000
GROUP BY z.connection_id, z.side;
