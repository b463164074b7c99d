-- Which servers sent again what the client had?
-- One row a server: the validator was that of the response, and its body was sent all the same.
CREATE VIEW finding_missed_304 AS
SELECT
  'note' AS severity,
  'missed_304' AS kind,
  min(r.connection_id) AS connection_id,
  r.exchange_id AS exchange_id,
  min(r.frame) AS frame,
  printf(
    '%s:%d sent %d bodies again that the clients had, %d bytes, the first one %s',
    c.server_ip,
    c.server_port,
    count(*),
    sum(r.bytes_wasted),
    r.path
  ) AS summary,
  'Let the server, or the cache before it, compare If-None-Match and If-Modified-Since and answer 304.' AS advice
FROM conditional_requests AS r
JOIN connections AS c ON c.id = r.connection_id
WHERE r.outcome = 'missed' AND r.bytes_wasted > 0
GROUP BY c.server_ip, c.server_port;
