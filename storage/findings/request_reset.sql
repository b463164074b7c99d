-- Which servers reset connections instead of answering?
-- One row a server. Requests that crossed an idle time-out are told as idle_timeout_race.
CREATE VIEW finding_request_reset AS
SELECT
  'error' AS severity,
  'request_reset' AS kind,
  a.connection_id AS connection_id,
  min(e.id) AS exchange_id,
  a.last_frame AS frame,
  printf(
    '%s:%d reset %s with a request unanswered%s %s %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '1 connection', count(*) || ' connections'),
    iif(count(*) = 1, ':', ', the first one'),
    e.method,
    e.path
  ) AS summary,
  'Look into the server at that time: a crash, a limit, or a load balancer that lost its backend.' AS advice
FROM close_audit AS a
JOIN connections AS c ON c.id = a.connection_id
JOIN http_exchanges AS e ON e.connection_id = c.id AND e.ordinal = c.exchanges
WHERE a.verdict = 'request_reset' AND e.id NOT IN (SELECT exchange_id FROM idle_timeout_races)
GROUP BY c.server_ip, c.server_port;
