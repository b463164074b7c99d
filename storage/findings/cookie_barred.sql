-- Which cookies were set, and cannot come back?
-- One row a host, name and rule; see cookie_lineage.
-- Takes as long as cookie_lineage.
CREATE VIEW finding_cookie_barred AS
SELECT
  'note' AS severity,
  'cookie_barred' AS kind,
  k.connection_id AS connection_id,
  min(k.set_exchange_id) AS exchange_id,
  k.frame AS frame,
  printf(
    '%s set cookie %s %s, and no later request brought it: %s',
    k.host,
    k.name,
    iif(count(*) = 1, 'once', count(*) || ' times'),
    CASE k.never_returned_because
      WHEN 'domain' THEN 'its Domain is not that of the requests'
      WHEN 'path' THEN 'its Path is not that of the requests'
      WHEN 'secure' THEN 'it is Secure, and they were not encrypted'
      ELSE 'it had expired before'
    END
  ) AS summary,
  'Set it for the hosts and paths that are to get it, and for as long as they need it.' AS advice
FROM cookie_lineage AS k
WHERE k.never_returned_because IS NOT NULL
GROUP BY k.host, k.name, k.never_returned_because;
