-- Which servers closed in the middle of a response?
-- One row a server: the connection was closed by the server before the header section, or a body of known length, was complete.
CREATE VIEW finding_response_cut AS
SELECT
  'error' AS severity,
  'response_cut' AS kind,
  min(a.connection_id) AS connection_id,
  NULL AS exchange_id,
  a.frame AS frame,
  printf(
    '%s:%d closed %s in the middle of a response',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '1 connection', count(*) || ' connections')
  ) AS summary,
  'Look into the server at that time: a crash, a time-out while it was sending, or a length that is not that of the body.' AS advice
FROM anomalies AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE
  a.code IN ('http1.head.short', 'http1.body.short')
  AND a.side = 'server'
  AND c.closed_first = 'server'
  AND NOT (c.one_way OR c.cut)
  AND c.client_missing_bytes + c.server_missing_bytes = 0
  -- Of a request that came before the capture nobody knows whether it was HEAD, whose answer has no body.
  AND (
    NOT c.midstream
    OR EXISTS (SELECT 1 FROM http_exchanges AS e WHERE e.connection_id = c.id AND e.ordinal = c.exchanges AND e.method IS NOT NULL)
  )
GROUP BY c.server_ip, c.server_port;
