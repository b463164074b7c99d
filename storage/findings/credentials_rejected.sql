-- Which clients brought credentials that were refused?
-- One row a client, server and scheme.
CREATE VIEW finding_credentials_rejected AS
SELECT
  'warning' AS severity,
  'credentials_rejected' AS kind,
  e.connection_id AS connection_id,
  min(a.exchange_id) AS exchange_id,
  e.request_first_frame AS frame,
  printf(
    '%s:%d refused credentials of %s (%s) %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    c.client_ip,
    a.scheme_used,
    iif(count(*) = 1, 'once', count(*) || ' times')
  ) AS summary,
  'A wrong or changed password, an expired token; or many of them: somebody who guesses.' AS advice
FROM authentication AS a
JOIN http_exchanges AS e ON e.id = a.exchange_id
JOIN connections AS c ON c.id = e.connection_id
WHERE a.outcome = 'rejected'
GROUP BY c.client_ip, c.server_ip, c.server_port, a.scheme_used;
