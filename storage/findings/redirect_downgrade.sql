-- Which redirects lead from https to http?
-- One row a target.
-- Takes as long as redirect_hops.
CREATE VIEW finding_redirect_downgrade AS
SELECT
  'warning' AS severity,
  'redirect_downgrade' AS kind,
  r.connection_id AS connection_id,
  min(r.exchange_id) AS exchange_id,
  r.frame AS frame,
  printf('%s from https to %s', iif(count(*) = 1, '1 redirect leads', count(*) || ' redirects lead'), r.to_uri) AS summary,
  'What follows can be read and changed on the way: let Location name https.' AS advice
FROM redirect_hops AS r
WHERE r.downgrade
GROUP BY r.to_uri;
