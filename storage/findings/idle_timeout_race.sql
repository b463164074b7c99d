-- Which servers closed idle connections in the moment of their next request?
-- One row a client and server.
CREATE VIEW finding_idle_timeout_race AS
SELECT
  'error' AS severity,
  'idle_timeout_race' AS kind,
  min(r.connection_id) AS connection_id,
  r.exchange_id AS exchange_id,
  min(r.frame) AS frame,
  printf(
    '%d requests of %s crossed the close of an idle connection by %s:%d, %d of them not safe to send again; idle before for %.1f s or more',
    count(*),
    c.client_ip,
    c.server_ip,
    c.server_port,
    sum(NOT r.safe_to_retry),
    min(r.idle_before_ms) / 1000
  ) AS summary,
  'Give the client, or proxy, a shorter idle time-out than the server has: see idle_timeouts.' AS advice
FROM idle_timeout_races AS r
JOIN connections AS c ON c.id = r.connection_id
GROUP BY c.client_ip, c.server_ip, c.server_port;
