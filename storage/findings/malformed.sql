-- What else is wrong in the bytes of protocols above TCP?
-- One row a code; limits, and what request_smuggling, response_cut and response_abandoned tell, are left out. So are connections
-- that were not seen whole: what is odd there may be so for what is missing. Of HTTP/1 it shows where a message begins, so that
-- the first ones may be missing.
CREATE VIEW finding_malformed AS
SELECT
  'warning' AS severity,
  'malformed' AS kind,
  min(a.connection_id) AS connection_id,
  NULL AS exchange_id,
  a.frame AS frame,
  printf(
    '%s occurs %s, in %s',
    a.code,
    iif(count(*) = 1, 'once', count(*) || ' times'),
    iif(count(DISTINCT a.connection_id) = 1, '1 connection', count(DISTINCT a.connection_id) || ' connections')
  ) AS summary,
  'README, Anomalies, says what the code means and which rule it breaks; anomalies has each with its detail.' AS advice
FROM anomalies AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE
  a.layers IS NOT NULL
  AND NOT (c.one_way OR c.cut)
  AND c.client_missing_bytes + c.server_missing_bytes = 0
  AND (NOT c.midstream OR a.code LIKE 'http1.%')
  AND a.code NOT LIKE '%.limit'
  AND NOT (a.code IN ('http1.head.short', 'http1.body.short') AND a.side = 'server')
  AND a.code NOT IN (
    'http1.content_length.conflict',
    'http1.content_length.with_transfer_encoding',
    'http1.transfer_encoding.chunked_not_last',
    'http1.transfer_encoding.not_chunked',
    'http1.transfer_encoding.version'
  )
GROUP BY a.code;
