-- What did logging in cost each client: which schemes, how many refusals, how many round trips?
-- scheme: as used, else as offered. round_trips: exchanges that were answered with a challenge or a refusal; wait_ms: how long
-- they took, from the first byte of the request to the last one of the response.
-- Takes two seconds for a million exchanges, where a fifth brings credentials: each of those is looked up.
CREATE VIEW authentication_summary AS
SELECT
  c.client_ip,
  c.server_ip,
  c.server_port,
  e.authority,
  coalesce(a.scheme_used, a.scheme_offered) AS scheme,
  a.proxy,
  sum(a.outcome = 'accepted') AS accepted,
  sum(a.outcome = 'rejected') AS rejected,
  sum(a.outcome = 'forbidden') AS forbidden,
  sum(a.outcome = 'challenge') AS challenges,
  sum(a.outcome = 'no_challenge') AS no_challenges,
  sum(a.outcome IN ('challenge', 'rejected', 'no_challenge')) AS round_trips,
  round(sum(e.response_end_ns - e.request_start_ns) FILTER (WHERE a.outcome IN ('challenge', 'rejected', 'no_challenge')) / 1e6, 3) AS wait_ms,
  min(a.exchange_id) AS first_exchange_id
FROM authentication AS a
JOIN http_exchanges AS e ON e.id = a.exchange_id
JOIN connections AS c ON c.id = e.connection_id
GROUP BY c.client_ip, c.server_ip, c.server_port, e.authority COLLATE NOCASE, coalesce(a.scheme_used, a.scheme_offered), a.proxy
ORDER BY round_trips DESC, accepted DESC, c.client_ip, c.server_ip, c.server_port;
