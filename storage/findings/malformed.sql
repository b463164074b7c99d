-- What else is wrong in the bytes of protocols above TCP?
-- One row a code; limits, and what request_smuggling, response_cut and response_abandoned tell, are left out.
CREATE VIEW finding_malformed AS
SELECT
  'warning' AS severity,
  'malformed' AS kind,
  min(connection_id) AS connection_id,
  NULL AS exchange_id,
  frame AS frame,
  printf(
    '%s occurs %s, in %s',
    code,
    iif(count(*) = 1, 'once', count(*) || ' times'),
    iif(count(DISTINCT connection_id) = 1, '1 connection', count(DISTINCT connection_id) || ' connections')
  ) AS summary,
  'README, Anomalies, says what the code means and which rule it breaks; anomalies has each with its detail.' AS advice
FROM anomalies
WHERE
  connection_id IS NOT NULL
  AND layers IS NOT NULL
  AND code NOT LIKE '%.limit'
  AND NOT (code IN ('http1.head.short', 'http1.body.short') AND side = 'server')
  AND code NOT IN (
    'http1.content_length.conflict',
    'http1.content_length.with_transfer_encoding',
    'http1.transfer_encoding.chunked_not_last',
    'http1.transfer_encoding.not_chunked',
    'http1.transfer_encoding.version'
  )
GROUP BY code;
