-- Which requests brought two cookies of one name?
-- One row a host and name.
CREATE VIEW finding_cookie_repeated AS
SELECT
  'note' AS severity,
  'cookie_repeated' AS kind,
  k.connection_id AS connection_id,
  min(k.exchange_id) AS exchange_id,
  k.frame AS frame,
  printf('%s to %s brought cookie %s more than once, with different values', iif(count(*) = 1, '1 request', count(*) || ' requests'), k.host, k.name) AS summary,
  'It was set for several domains or paths, and a server may take either one: give it another name, or one Domain and Path.' AS advice
FROM repeated_cookies AS k
WHERE k.values_sent > 1
GROUP BY k.host, k.name;
