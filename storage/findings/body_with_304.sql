-- Which servers sent a body with 304?
-- One row a server. On HTTP/1 its bytes stand where the next response should begin.
-- Takes as long as conditional_requests.
CREATE VIEW finding_body_with_304 AS
SELECT
  'error' AS severity,
  'body_with_304' AS kind,
  r.connection_id AS connection_id,
  min(r.exchange_id) AS exchange_id,
  r.frame AS frame,
  printf(
    '%s:%d sent a body behind %s with 304%s %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '1 answer', count(*) || ' answers'),
    iif(count(*) = 1, ':', ', the first one'),
    r.path
  ) AS summary,
  'A 304 ends with its header section (RFC 9110 section 15.4.5): clients take such bytes for another response.' AS advice
FROM conditional_requests AS r
JOIN connections AS c ON c.id = r.connection_id
WHERE r.body_with_304
GROUP BY c.server_ip, c.server_port;
