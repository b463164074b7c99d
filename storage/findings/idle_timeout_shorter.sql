-- Which servers close idle connections sooner than they announce?
-- One row a server: a second and more, in three closes or more.
-- Takes as long as idle_timeouts.
CREATE VIEW finding_idle_timeout_shorter AS
SELECT
  'warning' AS severity,
  'idle_timeout_shorter' AS kind,
  NULL AS connection_id,
  NULL AS exchange_id,
  NULL AS frame,
  printf(
    '%s:%d announces to keep idle connections for %d s, and closed %d after %s',
    iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip),
    server_port,
    announced_s,
    closes,
    iif(effective_s < 1, printf('%.0f ms', 1000 * effective_s), printf('%.1f s', effective_s))
  ) AS summary,
  'Clients believe Keep-Alive: timeout=, and run into closed connections: announce what is true, or a little less.' AS advice
FROM idle_timeouts
WHERE effective_s + 1 <= announced_s AND closes >= 3 AND NOT coalesce(contradicted, 0);
