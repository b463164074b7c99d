-- Which servers closed idle connections in the moment of their next request?
-- One row a client and server, and the request before which the connection was idle for the shortest time.
CREATE VIEW finding_idle_timeout_race AS
SELECT
  'error' AS severity,
  'idle_timeout_race' AS kind,
  r.connection_id AS connection_id,
  r.exchange_id AS exchange_id,
  r.frame AS frame,
  printf(
    '%s of %s crossed the close of an idle connection by %s:%d, %s; idle for %s%s',
    iif(count(*) = 1, '1 request', count(*) || ' requests'),
    c.client_ip,
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    CASE sum(NOT r.safe_to_retry)
      WHEN 0 THEN 'safe to send again'
      WHEN count(*) THEN 'not safe to send again'
      ELSE sum(NOT r.safe_to_retry) || ' of them not safe to send again'
    END,
    iif(min(r.idle_before_ms) < 1000, printf('%.0f ms', min(r.idle_before_ms)), printf('%.1f s', min(r.idle_before_ms) / 1000)),
    iif(count(*) = 1, '', ' or more')
  ) AS summary,
  'Give the client, or proxy, a shorter idle time-out than the server has: see idle_timeouts.' AS advice
FROM idle_timeout_races AS r
JOIN connections AS c ON c.id = r.connection_id
GROUP BY c.client_ip, c.server_ip, c.server_port;
