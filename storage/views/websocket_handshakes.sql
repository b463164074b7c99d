-- Who asked for a WebSocket, and was it granted; if not, why?
-- outcome  opened: 101, or 2xx to the CONNECT of RFC 8441, with the right Sec-WebSocket-Accept where there must be one
--          mismatched: 101 with a wrong Sec-WebSocket-Accept: a client that checks it gives up
--          redirected: 3xx; unauthorized: 401, 403 or 407; wrong_version: 426 or 400 that names other versions
--          ignored: another success: the server does not know what was asked for; refused: any other status
--          unanswered: no final response was seen
--          NULL: 101, of which not all was seen
-- version: as of websockets.version; cookie: 1 = the request had one.
-- wait_ms: from the request's last byte to the response's first. allowed_versions: Sec-WebSocket-Version of the response.
CREATE VIEW websocket_handshakes AS
WITH asked AS MATERIALIZED (
  SELECT *
  FROM http_exchanges
  WHERE
    upgraded_to LIKE 'websocket'
    OR id IN (SELECT exchange_id FROM websockets)
    OR (
      method = 'GET'
      AND request_headers LIKE '%websocket%'
      AND EXISTS (
        SELECT 1
        FROM json_each(request_headers) AS field
        WHERE lower(field.value ->> 0) = 'upgrade' AND field.value ->> 1 LIKE '%websocket%'
      )
    )
    -- An extended CONNECT has a path; what it asks for stands in no field, but this one does.
    OR (method = 'CONNECT' AND path IS NOT NULL AND request_headers LIKE '%"sec-websocket-version"%')
),
-- Lines of one name are one list (RFC 9110 section 5.3). Of drafts by their old names.
told AS (
  SELECT
    a.id,
    group_concat(f.value ->> 1, ', ') FILTER (WHERE lower(f.value ->> 0) = 'sec-websocket-version') AS version,
    group_concat(f.value ->> 1, ', ') FILTER (WHERE lower(f.value ->> 0) IN ('origin', 'sec-websocket-origin')) AS origin,
    group_concat(f.value ->> 1, ', ')
      FILTER (WHERE lower(f.value ->> 0) IN ('sec-websocket-protocol', 'websocket-protocol')) AS offered_subprotocols,
    group_concat(f.value ->> 1, ', ') FILTER (WHERE lower(f.value ->> 0) = 'sec-websocket-extensions') AS offered_extensions,
    count(*) FILTER (WHERE lower(f.value ->> 0) = 'cookie') > 0 AS cookie,
    count(*) FILTER (WHERE lower(f.value ->> 0) = 'sec-websocket-key1') > 0 AS hixie_76,
    (
      SELECT group_concat(field.value ->> 1, ', ')
      FROM json_each(a.response_headers) AS field
      WHERE lower(field.value ->> 0) = 'sec-websocket-version'
    ) AS allowed_versions
  FROM asked AS a
  LEFT JOIN json_each(a.request_headers) AS f
  GROUP BY a.id
)
SELECT
  e.id AS exchange_id,
  e.connection_id,
  w.id AS websocket_id,
  CASE
    WHEN e.status IS NULL THEN 'unanswered'
    WHEN w.id IS NOT NULL THEN iif(w.accept_valid = 0, 'mismatched', 'opened')
    WHEN e.status = 101 THEN NULL
    WHEN e.status BETWEEN 300 AND 399 THEN 'redirected'
    WHEN e.status IN (401, 403, 407) THEN 'unauthorized'
    WHEN e.status IN (400, 426) AND instr(',' || replace(t.allowed_versions, ' ', '') || ',', ',' || coalesce(t.version, '') || ',') = 0
      THEN 'wrong_version'
    WHEN e.status BETWEEN 200 AND 299 THEN 'ignored'
    ELSE 'refused'
  END AS outcome,
  e.status,
  e.reason,
  c.client_ip,
  c.server_ip,
  c.server_port,
  e.authority,
  e.path,
  coalesce(w.version, t.version, iif(t.hixie_76, 'hixie-76', NULL)) AS version,
  t.allowed_versions,
  coalesce(w.origin, t.origin) AS origin,
  coalesce(w.cookie, iif(e.request_headers IS NULL, NULL, t.cookie)) AS cookie,
  coalesce(w.offered_subprotocols, t.offered_subprotocols) AS offered_subprotocols,
  w.subprotocol,
  coalesce(w.offered_extensions, t.offered_extensions) AS offered_extensions,
  w.extensions,
  round((e.response_start_ns - e.request_end_ns) / 1e6, 3) AS wait_ms,
  e.request_first_frame AS frame
FROM asked AS e
JOIN told AS t ON t.id = e.id
JOIN connections AS c ON c.id = e.connection_id
LEFT JOIN websockets AS w ON w.exchange_id = e.id
ORDER BY e.id;
