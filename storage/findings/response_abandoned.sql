-- Which clients closed in the middle of a response?
-- One row a client and server.
CREATE VIEW finding_response_abandoned AS
SELECT
  'note' AS severity,
  'response_abandoned' AS kind,
  min(a.connection_id) AS connection_id,
  NULL AS exchange_id,
  a.frame AS frame,
  printf(
    '%s closed %s to %s:%d in the middle of a response',
    c.client_ip,
    iif(count(*) = 1, '1 connection', count(*) || ' connections'),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port
  ) AS summary,
  'Its user went away, it has a time-out, or it does not want bodies that are so large.' AS advice
FROM anomalies AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE
  a.code IN ('http1.head.short', 'http1.body.short')
  AND a.side = 'server'
  AND c.closed_first = 'client'
  AND NOT (c.one_way OR c.cut)
  AND c.client_missing_bytes + c.server_missing_bytes = 0
  -- Of a request that came before the capture nobody knows whether it was HEAD, whose answer has no body.
  AND (
    NOT c.midstream
    OR EXISTS (SELECT 1 FROM http_exchanges AS e WHERE e.connection_id = c.id AND e.ordinal = c.exchanges AND e.method IS NOT NULL)
  )
GROUP BY c.client_ip, c.server_ip, c.server_port;
