-- Which redirects went in a circle?
-- One row a chain: the same URI redirected twice or more.
CREATE VIEW finding_redirect_loop AS
SELECT
  'error' AS severity,
  'redirect_loop' AS kind,
  r.connection_id AS connection_id,
  r.exchange_id AS exchange_id,
  min(r.frame) AS frame,
  printf('a chain of %d redirects came back to %s %s %d times', max(r.hop), r.from_method, r.from_uri, count(*)) AS summary,
  'Two rules contradict each other, as of a proxy and the server behind it on https, or a cookie that never comes back: see redirect_hops.' AS advice
FROM redirect_hops AS r
WHERE r.loop
GROUP BY r.chain;
