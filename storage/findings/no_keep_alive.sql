-- Which clients and servers agree to close after every exchange?
-- One row a client and server: ten connections and more of one exchange each, closed because a side said so.
CREATE VIEW finding_no_keep_alive AS
SELECT
  'note' AS severity,
  'no_keep_alive' AS kind,
  min(c.id) AS connection_id,
  NULL AS exchange_id,
  c.first_frame AS frame,
  printf(
    '%s used %d connections to %s:%d for one exchange each, as HTTP/1.0 or Connection: close have it',
    c.client_ip,
    count(*),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port
  ) AS summary,
  'Leave Connection: close out (and speak HTTP/1.1): each request then spares a round trip, and one more or two with TLS.' AS advice
FROM connection_kinds AS k
JOIN connections AS c ON c.id = k.connection_id
WHERE k.kind = 'short' AND k.why = 'negotiated'
GROUP BY c.client_ip, c.server_ip, c.server_port
HAVING count(*) >= 10;
