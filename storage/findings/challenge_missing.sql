-- Which servers ask for credentials without saying which?
-- One row a server and status: 401 without WWW-Authenticate, 407 without Proxy-Authenticate.
CREATE VIEW finding_challenge_missing AS
SELECT
  'warning' AS severity,
  'challenge_missing' AS kind,
  e.connection_id AS connection_id,
  min(a.exchange_id) AS exchange_id,
  e.request_first_frame AS frame,
  printf(
    '%s:%d answered %s with %d and no %s%s %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '1 request', count(*) || ' requests'),
    a.status,
    iif(a.proxy, 'Proxy-Authenticate', 'WWW-Authenticate'),
    iif(count(*) = 1, ':', ', the first one'),
    e.path
  ) AS summary,
  'A client cannot know what to send (RFC 9110 section 15.5.2): name a scheme, or answer 403.' AS advice
FROM authentication AS a
JOIN http_exchanges AS e ON e.id = a.exchange_id
JOIN connections AS c ON c.id = e.connection_id
WHERE a.outcome = 'no_challenge'
GROUP BY c.server_ip, c.server_port, a.status;
