-- What was too large to be followed whole?
-- One row a limit.
CREATE VIEW finding_limit_reached AS
SELECT
  'warning' AS severity,
  'limit_reached' AS kind,
  connection_id AS connection_id,
  NULL AS exchange_id,
  min(frame) AS frame,
  printf('%d times %s was reached, in %d connections', count(*), code, count(DISTINCT connection_id)) AS summary,
  'README, Limits, has the numbers; what was beyond was counted, and not kept.' AS advice
FROM anomalies
WHERE code LIKE '%.limit'
GROUP BY code;
