-- Which redirects went in a circle?
-- One row a chain: the same URI redirected twice or more.
-- Takes as long as redirect_hops.
CREATE VIEW finding_redirect_loop AS
SELECT
  'error' AS severity,
  'redirect_loop' AS kind,
  r.connection_id AS connection_id,
  min(iif(r.loop, r.exchange_id, NULL)) AS exchange_id,
  r.frame AS frame,
  printf(
    'a chain of %d redirects came back to %s %s %s',
    count(*),
    r.from_method,
    r.from_uri,
    iif(sum(r.loop) = 1, 'once', sum(r.loop) || ' times')
  ) AS summary,
  'Two rules contradict each other, as of a proxy and the server behind it on https, or a cookie that never comes back: see redirect_hops.' AS advice
FROM redirect_hops AS r
GROUP BY r.chain
HAVING sum(r.loop) > 0;
