-- What was too large to be followed whole?
-- One row a limit.
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
GROUP BY code;
