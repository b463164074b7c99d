-- Which clients wait for a challenge before they send credentials, again and again?
-- One row a client, server and scheme: ten challenges and more, and one for every second answer that was accepted.
-- Takes as long as authentication_summary.
CREATE VIEW finding_challenges_repeated AS
SELECT
  'note' AS severity,
  'challenges_repeated' AS kind,
  (SELECT e.connection_id FROM http_exchanges AS e WHERE e.id = s.first_exchange_id) AS connection_id,
  min(s.first_exchange_id) AS exchange_id,
  (SELECT e.request_first_frame FROM http_exchanges AS e WHERE e.id = s.first_exchange_id) AS frame,
  printf(
    '%s was asked for credentials (%s) %d times by %s:%d for %d requests that were accepted; the refusals took %s',
    s.client_ip,
    s.scheme,
    sum(s.challenges),
    iif(instr(s.server_ip, ':'), '[' || s.server_ip || ']', s.server_ip),
    s.server_port,
    sum(s.accepted),
    iif(sum(s.wait_ms) < 1000, printf('%.0f ms', sum(s.wait_ms)), printf('%.1f s', sum(s.wait_ms) / 1000))
  ) AS summary,
  'Send the credentials at once (Basic, Bearer), use a nonce again (Digest), or keep the connection (Negotiate, NTLM).' AS advice
FROM authentication_summary AS s
WHERE s.scheme IS NOT NULL
GROUP BY s.client_ip, s.server_ip, s.server_port, s.scheme
HAVING sum(s.challenges) >= 10 AND sum(s.challenges) * 2 >= sum(s.accepted);
