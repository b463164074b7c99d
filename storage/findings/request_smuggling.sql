-- Which messages can two servers read as different ones?
-- One row a code and side.
CREATE VIEW finding_request_smuggling AS
SELECT
  'error' AS severity,
  'request_smuggling' AS kind,
  min(connection_id) AS connection_id,
  NULL AS exchange_id,
  frame AS frame,
  printf('%s of a %s with lengths that contradict one another (%s)', iif(count(*) = 1, '1 message', count(*) || ' messages'), side, code) AS summary,
  'A proxy and the server behind it may see different requests (RFC 9112 section 11.2): refuse them with 400.' AS advice
FROM anomalies
WHERE
  code IN (
    'http1.content_length.conflict',
    'http1.content_length.with_transfer_encoding',
    'http1.transfer_encoding.chunked_not_last',
    'http1.transfer_encoding.not_chunked',
    'http1.transfer_encoding.version'
  )
GROUP BY code, side;
