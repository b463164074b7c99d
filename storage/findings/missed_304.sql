-- Which servers sent again what the client had?
-- One row a server: the validator was that of the response, and its body was sent all the same.
-- Takes as long as conditional_requests.
CREATE VIEW finding_missed_304 AS
SELECT
  'note' AS severity,
  'missed_304' AS kind,
  r.connection_id AS connection_id,
  min(r.exchange_id) AS exchange_id,
  r.frame AS frame,
  printf(
    '%s:%d sent %s again that the client had, %d bytes%s %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '1 body', count(*) || ' bodies'),
    sum(r.bytes_wasted),
    iif(count(*) = 1, ':', ', the first one'),
    r.path
  ) AS summary,
  'Let the server, or the cache before it, compare If-None-Match and If-Modified-Since and answer 304.' AS advice
FROM conditional_requests AS r
JOIN connections AS c ON c.id = r.connection_id
WHERE r.outcome = 'missed' AND r.bytes_wasted > 0
GROUP BY c.server_ip, c.server_port;
