-- Which servers closed connections without answering?
-- One row a server: a FIN, or the RST of another close, though both directions were seen whole. Races and resets are findings
-- of their own.
CREATE VIEW finding_request_unanswered AS
SELECT
  'error' AS severity,
  'request_unanswered' AS kind,
  e.connection_id AS connection_id,
  min(e.id) AS exchange_id,
  e.request_first_frame AS frame,
  printf(
    '%s:%d closed %s without answering%s %s %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(DISTINCT c.id) = 1, '1 connection', count(DISTINCT c.id) || ' connections'),
    iif(count(DISTINCT c.id) = 1, ':', ', the first one after'),
    e.method,
    e.path
  ) AS summary,
  'Look into the server at that time; a proxy turns these into 502.' AS advice
FROM http_exchanges AS e
JOIN connections AS c ON c.id = e.connection_id
WHERE
  e.id IN (SELECT id FROM http_exchanges WHERE status IS NULL)
  AND e.method IS NOT NULL
  AND e.response_start_ns IS NULL
  AND e.version <> '0.9'
  AND c.close_kind = 'fin'
  AND c.closed_first = 'server'
  AND NOT (c.one_way OR c.cut OR c.limited)
  AND c.client_missing_bytes + c.server_missing_bytes = 0
  AND e.id NOT IN (SELECT exchange_id FROM idle_timeout_races)
  AND e.id NOT IN (SELECT exchange_id FROM http2_streams WHERE exchange_id IS NOT NULL AND reset_by IS NOT NULL)
GROUP BY c.server_ip, c.server_port;
