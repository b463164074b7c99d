-- Which servers close idle connections sooner than they announce?
-- One row a server: a second and more, in three closes or more.
-- Takes as long as idle_timeouts.
CREATE VIEW finding_idle_timeout_shorter AS
SELECT
  'warning' AS severity,
  'idle_timeout_shorter' AS kind,
  i.first_connection_id AS connection_id,
  NULL AS exchange_id,
  (SELECT min(t.frame) FROM tcp_events AS t WHERE t.connection_id = i.first_connection_id AND t.side = 'server' AND t.kind IN ('fin', 'rst')) AS frame,
  printf(
    '%s:%d announces to keep idle connections for %d s, and closed %d after %s',
    iif(instr(i.server_ip, ':'), '[' || i.server_ip || ']', i.server_ip),
    i.server_port,
    i.announced_s,
    i.closes,
    iif(i.effective_s < 1, printf('%.0f ms', 1000 * i.effective_s), printf('%.1f s', i.effective_s))
  ) AS summary,
  'Clients believe Keep-Alive: timeout=, and run into closed connections: announce what is true, or a little less.' AS advice
FROM idle_timeouts AS i
WHERE i.effective_s + 1 <= i.announced_s AND i.closes >= 3 AND NOT coalesce(i.contradicted, 0);
