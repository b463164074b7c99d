-- Which requests were answered with an error, and what does the wire tell about why?
-- 400, 408, 429 and all of 5xx. cause
--   malformed   400: what was wrong with the request's bytes stands in `detail`
--   502, 503, 504: what became of the gateway's own request, or connection, on its other side: refused, unreachable (ICMP),
--   reset (RST, or RST_STREAM of HTTP/2), tls_failed, closed (FIN without an answer), silent (no answer while the client
--   waited), truncated (a part of one), answered (an error already)
--   NULL        nothing of it is in the capture, or only one direction of it
-- upstream_exchange_id, upstream_connection_id: that other side. matched_by: how it was found, among what the same address asked
-- while the client waited: traceparent, x-request-id (the same value in both requests), request (method and path), connection
-- (one attempt to connect alone, that failed).
-- retry_after: Retry-After as sent.
CREATE VIEW error_causes AS
WITH failed AS MATERIALIZED (
  SELECT id FROM http_exchanges WHERE status IN (400, 408, 429) OR status BETWEEN 500 AND 599
),
errors AS MATERIALIZED (
  SELECT e.*, c.server_ip, c.server_port, c.client_ip
  FROM failed AS f
  JOIN http_exchanges AS e ON e.id = f.id
  JOIN connections AS c ON c.id = e.connection_id
),
gateways AS MATERIALIZED (
  SELECT id, server_ip, method, path, request_start_ns, response_start_ns, request_headers
  FROM errors
  WHERE status IN (502, 503, 504) AND method IS NOT NULL
),
-- What gateways asked, and got no good answer to.
legs AS MATERIALIZED (
  SELECT e.*, c.client_ip, c.one_way
  FROM (
    SELECT id FROM http_exchanges WHERE (status IS NULL OR status >= 500 OR NOT complete) AND EXISTS (SELECT 1 FROM gateways)
  ) AS n
  JOIN http_exchanges AS e ON e.id = n.id
  JOIN connections AS c ON c.id = e.connection_id
  WHERE e.method IS NOT NULL AND c.client_ip IN (SELECT server_ip FROM gateways)
),
matches AS (
  SELECT
    g.id,
    l.id AS leg_id,
    CASE
      WHEN
        substr(
          (SELECT h.value ->> 1 FROM json_each(g.request_headers) AS h WHERE lower(h.value ->> 0) = 'traceparent'), 4, 32
        ) = substr((SELECT h.value ->> 1 FROM json_each(l.request_headers) AS h WHERE lower(h.value ->> 0) = 'traceparent'), 4, 32)
        THEN 1
      WHEN
        (SELECT h.value ->> 1 FROM json_each(g.request_headers) AS h WHERE lower(h.value ->> 0) = 'x-request-id')
        = (SELECT h.value ->> 1 FROM json_each(l.request_headers) AS h WHERE lower(h.value ->> 0) = 'x-request-id')
        THEN 2
      -- a gateway may take a prefix off the path
      WHEN l.method = g.method AND substr(g.path, -length(l.path)) = l.path THEN 3
    END AS how,
    l.request_start_ns
  FROM legs AS l
  CROSS JOIN gateways AS g
    ON g.server_ip = l.client_ip AND l.request_start_ns BETWEEN g.request_start_ns AND g.response_start_ns AND l.id <> g.id
),
-- The last try counts.
upstream AS MATERIALIZED (
  SELECT id, leg_id, how
  FROM (
    SELECT *, row_number() OVER (PARTITION BY id ORDER BY how, request_start_ns DESC, leg_id DESC) AS rank FROM matches WHERE how IS NOT NULL
  )
  WHERE rank = 1
),
attempts AS MATERIALIZED (
  SELECT g.id, c.id AS connection_id, count(*) AS attempts
  FROM gateways AS g
  CROSS JOIN connections AS c
    ON
      c.client_ip = g.server_ip
      AND (c.established_ns IS NULL OR c.id IN (SELECT connection_id FROM tls_handshakes WHERE outcome = 'failed'))
      AND NOT c.midstream
      AND c.start_ns BETWEEN g.request_start_ns AND g.response_start_ns
  GROUP BY g.id
  HAVING count(DISTINCT c.server_ip || ' ' || c.server_port) = 1
),
told AS (
  SELECT
    e.*,
    u.leg_id,
    u.how,
    l.status AS leg_status,
    l.response_start_ns AS leg_response_start_ns,
    l.one_way AS leg_one_way,
    coalesce(l.connection_id, a.connection_id) AS upstream_connection_id,
    a.connection_id AS attempt_id
  FROM errors AS e
  LEFT JOIN upstream AS u ON u.id = e.id
  LEFT JOIN legs AS l ON l.id = u.leg_id
  LEFT JOIN attempts AS a ON a.id = e.id AND u.id IS NULL
)
SELECT
  t.id AS exchange_id,
  t.connection_id,
  t.status,
  CASE
    WHEN t.status = 400 THEN iif(t.malformed IS NULL, NULL, 'malformed')
    WHEN t.leg_one_way THEN NULL
    WHEN t.leg_status >= 500 THEN 'answered'
    WHEN t.leg_response_start_ns IS NOT NULL THEN 'truncated'
    WHEN EXISTS (SELECT 1 FROM http2_streams AS s WHERE s.exchange_id = t.leg_id AND s.reset_by = 'server') THEN 'reset'
    WHEN t.leg_id IS NOT NULL
      THEN coalesce(
        (
          SELECT iif(v.kind = 'rst', 'reset', 'closed')
          FROM tcp_events AS v
          WHERE
            v.connection_id = t.upstream_connection_id
            AND v.side = 'server'
            AND v.kind IN ('rst', 'fin')
            AND v.time_ns <= t.response_start_ns
          ORDER BY v.kind = 'rst' DESC
          LIMIT 1
        ),
        'silent'
      )
    WHEN t.attempt_id IS NOT NULL THEN
      (
        SELECT
          CASE
            WHEN c.established_ns IS NOT NULL THEN 'tls_failed'
            WHEN c.close_kind = 'rst' AND c.closed_first = 'server' THEN 'refused'
            WHEN EXISTS (SELECT 1 FROM tcp_events AS v WHERE v.connection_id = c.id AND v.kind = 'icmp_unreachable') THEN 'unreachable'
            ELSE 'silent'
          END
        FROM connections AS c
        WHERE c.id = t.attempt_id
      )
  END AS cause,
  iif(t.status = 400, t.malformed, t.leg_status) AS detail,
  t.leg_id AS upstream_exchange_id,
  t.upstream_connection_id,
  CASE t.how
    WHEN 1 THEN 'traceparent'
    WHEN 2 THEN 'x-request-id'
    WHEN 3 THEN 'request'
    ELSE iif(t.attempt_id IS NOT NULL, 'connection', NULL)
  END AS matched_by,
  (SELECT h.value ->> 1 FROM json_each(t.response_headers) AS h WHERE lower(h.value ->> 0) = 'retry-after' LIMIT 1) AS retry_after,
  t.client_ip,
  t.server_ip,
  t.server_port,
  t.method,
  t.authority,
  t.path,
  round((t.response_start_ns - t.request_end_ns) / 1e6, 3) AS wait_ms,
  t.request_first_frame AS frame
FROM (
  SELECT
    *,
    CASE
      WHEN status = 400 THEN
        (
          SELECT group_concat(code, ', ')
          FROM (
            SELECT DISTINCT a.code
            FROM anomalies AS a
            WHERE
              a.connection_id = told.connection_id
              AND a.side = 'client'
              AND a.time_ns BETWEEN told.request_start_ns AND told.response_start_ns
          )
        )
    END AS malformed
  FROM told
) AS t
ORDER BY t.id;
