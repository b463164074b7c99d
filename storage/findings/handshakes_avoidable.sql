-- Which clients open connections while others of theirs are idle?
-- One row a client and server: ten handshakes and more, and half of all.
-- Takes as long as connection_reuse.
CREATE VIEW finding_handshakes_avoidable AS
SELECT
  'warning' AS severity,
  'handshakes_avoidable' AS kind,
  r.first_connection_id AS connection_id,
  NULL AS exchange_id,
  (SELECT c.first_frame FROM connections AS c WHERE c.id = r.first_connection_id) AS frame,
  printf(
    '%d of %d connections of %s to %s:%d could have been spared: another one was idle; that cost %s',
    r.handshakes_avoidable,
    r.connections,
    r.client_ip,
    iif(instr(r.server_ip, ':'), '[' || r.server_ip || ']', r.server_ip),
    r.server_port,
    iif(r.handshake_ms_avoidable < 1000, printf('%.0f ms', r.handshake_ms_avoidable), printf('%.1f s', r.handshake_ms_avoidable / 1000))
  ) AS summary,
  'Use one HTTP client with a pool for all requests, instead of a new one for each.' AS advice
FROM connection_reuse AS r
WHERE r.handshakes_avoidable >= 10 AND r.handshakes_avoidable * 2 >= r.connections;
