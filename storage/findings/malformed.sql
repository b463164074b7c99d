-- What else is wrong in the bytes of protocols above TCP?
-- One row a code; limits and what request_smuggling tells are left out.
CREATE VIEW finding_malformed AS
SELECT
  'warning' AS severity,
  'malformed' AS kind,
  connection_id AS connection_id,
  NULL AS exchange_id,
  min(frame) AS frame,
  printf('%d times %s, in %d connections', count(*), code, count(DISTINCT connection_id)) AS summary,
  'README, Anomalies, says what the code means and which rule it breaks; anomalies has each with its detail.' AS advice
FROM anomalies
WHERE
  connection_id IS NOT NULL
  AND layers IS NOT NULL
  AND code NOT LIKE '%.limit'
  AND code NOT IN (
    'http1.content_length.conflict',
    'http1.content_length.with_transfer_encoding',
    'http1.transfer_encoding.chunked_not_last',
    'http1.transfer_encoding.not_chunked',
    'http1.transfer_encoding.version'
  )
GROUP BY code;
