-- What was too large to be followed whole?
-- One row a limit. Connections that had to be forgotten are one of them.
CREATE VIEW finding_limit_reached AS
SELECT
  'warning' AS severity,
  'limit_reached' AS kind,
  min(connection_id) AS connection_id,
  NULL AS exchange_id,
  frame AS frame,
  printf(
    '%s was reached %s, in %s',
    code,
    iif(count(*) = 1, 'once', count(*) || ' times'),
    iif(count(DISTINCT connection_id) = 1, '1 connection', count(DISTINCT connection_id) || ' connections')
  ) AS summary,
  'README, Limits, has the numbers; what was beyond was counted, and not kept.' AS advice
FROM anomalies
WHERE code LIKE '%.limit'
GROUP BY code
UNION ALL
SELECT
  'warning',
  'limit_reached',
  min(id),
  NULL,
  first_frame,
  printf('memory did not suffice for %s: forgotten before the end', iif(count(*) = 1, '1 connection', count(*) || ' connections')),
  'What came for them later stands as another connection, midstream. A larger --memory-limit keeps them.'
FROM connections
WHERE close_kind = 'evicted'
HAVING count(*) > 0;
