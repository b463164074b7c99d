-- Which clients sent passwords or tokens that anybody on the way can read?
-- One row a client, server and scheme: Basic or Bearer over http.
CREATE VIEW finding_password_in_clear AS
SELECT
  'warning' AS severity,
  'password_in_clear' AS kind,
  e.connection_id AS connection_id,
  min(a.exchange_id) AS exchange_id,
  e.request_first_frame AS frame,
  printf(
    '%s sent %s credentials to %s:%d without encryption, %s',
    c.client_ip,
    a.scheme_used,
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, 'once', count(*) || ' times')
  ) AS summary,
  'Use https: who sees the packets has the password.' AS advice
FROM authentication AS a
JOIN http_exchanges AS e ON e.id = a.exchange_id
JOIN connections AS c ON c.id = e.connection_id
WHERE a.scheme_used IN ('basic', 'bearer') AND e.scheme = 'http'
GROUP BY c.client_ip, c.server_ip, c.server_port, a.scheme_used;
