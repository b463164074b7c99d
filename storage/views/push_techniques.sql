-- How does each client get news from a server: by asking again and again, by waiting for an answer, or by being told?
-- technique  short-polling: the same GET again and again, answered at once, with a steady period: five times or more, three
--                intervals of four (nearly) the same, or from eight times on within a quarter, as of a client that waits a random
--                time (see request_series), and the client pauses longer than the server takes
--            long-polling: answers that come late (see wait_s), and the next request follows at once; for a POST by a
--                second and more, and some of them are empty, or all come equally late
--            sse: an answer of type text/event-stream; websocket: 101, or 2xx to the CONNECT of RFC 8441
--                (one whose handshake was not captured has no path, and is left out)
-- Not called polling: what fails (a retry), pages and their assets (by the Accept field, the media type, or the path's ending),
-- and health checks and monitoring: by the name of path or agent (where the path could be another's, too, only if at most half
-- of the answers have news), or because the answer is always the same page, or the same hundred bytes or fewer, or the same on a
-- connection of its own each time; what goes through pages or a list of queries: never the same target twice, each answer with
-- news, and no parameter that moves on with time; and calls of gRPC.
-- period_s: from one request to the next, the median. empty_share: answers without news (see request_series).
-- wire_bytes_per_body_byte: heads and framing too, over the bytes of the bodies, or of the messages inflated; heads as HTTP/1.1
-- sends them. delay_bound_s: how old news can become before the client has them, on top of the way: polling: the period and the
-- wait; long polling: the longest time without a request; else none. requests: exchanges, for websocket the handshakes;
-- first_exchange_id: the first one. news: answers that were not empty, for websocket the server's messages.
-- Takes five seconds for a million exchanges: see request_series.
CREATE VIEW push_techniques AS
WITH polled AS (
  SELECT
    s.*,
    CASE
      WHEN
        s.method = 'GET'
        AND ((s.requests >= 5 AND s.steady_share >= 0.75) OR (s.requests >= 8 AND s.roughly_steady_share >= 0.75))
        AND s.period_s >= 0.05
        AND s.gap_s > s.wait_s
        AND s.gap_s >= s.period_s / 2
        AND NOT (s.constant AND (s.body_bytes <= 100 * s.requests OR s.connections = s.requests))
        THEN 'short-polling'
      WHEN
        s.wait_s >= 0.25
        AND s.gap_s <= 0.1 + s.wait_s / 5
        AND s.body_bytes < 65536 * s.requests
        AND (s.wait_s >= 1 OR s.empty_share > 0 OR s.wait_max_s >= 2 * s.wait_s)
        AND (s.method = 'GET' OR (s.wait_s >= 1 AND (s.empty_share > 0 OR s.wait_max_s <= 1.2 * s.wait_s)))
        THEN 'long-polling'
    END AS technique
  FROM request_series AS s
),
-- Of many connections that carry the same request at random times, one is steady by chance: no polling where fewer than a
-- quarter of those with five requests and more are.
chosen AS (
  SELECT *
  FROM (
    SELECT
      *,
      avg(iif(requests >= 5, technique IS 'short-polling', NULL))
        OVER (PARTITION BY client_ip, server_ip, server_port, authority, path, method) AS steady_connections
    FROM polled
  )
  WHERE technique = 'long-polling' OR connection_id IS NULL OR steady_connections >= 0.25
),
-- What the first exchange of a series tells of all.
introduced AS (
  SELECT
    p.*,
    coalesce((SELECT lower(f.value ->> 1) FROM json_each(e.request_headers) AS f WHERE lower(f.value ->> 0) = 'user-agent'), '') AS agent,
    coalesce((SELECT lower(f.value ->> 1) FROM json_each(e.request_headers) AS f WHERE lower(f.value ->> 0) = 'accept'), '') AS accept,
    coalesce((SELECT lower(f.value ->> 1) FROM json_each(e.response_headers) AS f WHERE lower(f.value ->> 0) = 'content-type'), '') AS type,
    lower(rtrim(p.path, '/')) AS name,
    iif(instr(e.path, '?') > 0, '&' || lower(substr(e.path, instr(e.path, '?') + 1)), '') AS query
  FROM chosen AS p
  JOIN http_exchanges AS e ON e.id = p.first_exchange_id
  WHERE p.technique IS NOT NULL
),
polling AS (
  SELECT *
  FROM introduced
  WHERE
    accept NOT LIKE 'text/html%'
    AND NOT (constant AND type LIKE 'text/html%')
    AND type NOT LIKE 'image/%'
    AND type NOT LIKE 'font/%'
    AND type NOT LIKE 'audio/%'
    AND type NOT LIKE 'video/%'
    AND type NOT LIKE 'text/css%'
    AND type NOT LIKE '%javascript%'
    AND type NOT LIKE 'text/event-stream%'
    AND type NOT LIKE 'application/grpc%'
    AND NOT (
      query <> ''
      AND repeat_share = 0
      AND empty_share = 0
      AND query NOT LIKE '%&timeout=%'
      AND query NOT LIKE '%&wait=%'
      AND (
        query LIKE '%&page%'
        OR query LIKE '%&p=%'
        OR query LIKE '%&offset=%'
        OR query LIKE '%&skip=%'
        OR query LIKE '%&start=%'
        OR query LIKE '%&startindex=%'
        OR NOT (
          query LIKE '%since%' OR query LIKE '%after%' OR query LIKE '%last%' OR query LIKE '%cursor%' OR query LIKE '%from%'
          OR query LIKE '%time%' OR query LIKE '%seq%' OR query LIKE '%version%' OR query LIKE '%rev%' OR query LIKE '%etag%'
          OR query LIKE '%index%' OR query LIKE '%token%' OR query LIKE '%cache%' OR query LIKE '%rand%' OR query LIKE '%&id=%'
          OR query LIKE '%&n=%' OR query LIKE '%&t=%' OR query LIKE '%&ts=%' OR query LIKE '%&r=%' OR query LIKE '%&cb=%'
          OR query LIKE '%&\_=%' ESCAPE '\'
        )
      )
    )
    AND NOT (
      name LIKE '%.html' OR name LIKE '%.htm' OR name LIKE '%.css' OR name LIKE '%.js' OR name LIKE '%.mjs' OR name LIKE '%.map'
      OR name LIKE '%.png' OR name LIKE '%.jpeg' OR name LIKE '%.jpg' OR name LIKE '%.gif' OR name LIKE '%.svg' OR name LIKE '%.ico'
      OR name LIKE '%.webp' OR name LIKE '%.avif' OR name LIKE '%.woff' OR name LIKE '%.woff2' OR name LIKE '%.ttf' OR name LIKE '%.wasm'
    )
    AND NOT (
      technique = 'short-polling'
      AND (
        name LIKE '%health%' OR name LIKE '%/livez' OR name LIKE '%/readyz' OR name LIKE '%/liveness' OR name LIKE '%/readiness'
        OR name LIKE '%/ping' OR name LIKE '%/heartbeat' OR name LIKE '%/generate_204' OR name LIKE '%/metrics'
        OR name LIKE '%/server-status' OR name LIKE '%beacon%' OR name LIKE '%/collect' OR name LIKE '%pixel%'
        OR (
          empty_share >= 0.5
          AND (
            name LIKE '%/live' OR name LIKE '%/ready' OR name LIKE '%/alive' OR name LIKE '%\_status' ESCAPE '\'
            OR name IN ('/status', '/up', '/ok', '/version')
          )
        )
        OR agent LIKE '%health%' OR agent LIKE '%probe%' OR agent LIKE '%googlehc%' OR agent LIKE '%prometheus%'
        OR agent LIKE '%check_http%' OR agent LIKE '%uptime%' OR agent LIKE '%pingdom%' OR agent LIKE '%zabbix%'
        OR agent LIKE '%haproxy%' OR agent LIKE '%consul%' OR agent LIKE '%nagios%' OR agent LIKE '%datadog%' OR agent LIKE '%monitor%'
      )
    )
),
streams AS MATERIALIZED (
  SELECT
    c.client_ip,
    c.server_ip,
    c.server_port,
    e.authority,
    substr(e.path, 1, instr(e.path || '?', '?') - 1) AS path,
    'sse' AS technique,
    e.id,
    e.request_start_ns,
    e.response_body_bytes AS body_bytes,
    -- Of a connection that carried nothing else all bytes are known.
    iif(
      c.exchanges = 1,
      c.client_bytes + c.server_bytes,
      length(e.request_headers) + length(e.response_headers) + length(e.path) + e.response_body_bytes
    ) AS wire_bytes,
    NULL AS news
  FROM http_exchanges AS e
  CROSS JOIN connections AS c ON c.id = e.connection_id
  WHERE e.status = 200 AND instr(e.response_headers, 'text/event-stream') > 0 AND e.response_headers LIKE '%["content-type","text/event-stream%'
  UNION ALL
  SELECT
    c.client_ip,
    c.server_ip,
    c.server_port,
    e.authority,
    substr(e.path, 1, instr(e.path || '?', '?') - 1),
    'websocket',
    e.id,
    e.request_start_ns,
    w.client_bytes + w.server_bytes,
    length(e.request_headers) + length(e.response_headers) + length(e.path) + w.client_wire_bytes + w.server_wire_bytes,
    w.server_messages
  FROM websockets AS w
  JOIN http_exchanges AS e ON e.id = w.exchange_id
  JOIN connections AS c ON c.id = w.connection_id
),
all_of_them AS (
  SELECT
    client_ip,
    server_ip,
    server_port,
    authority,
    path,
    technique,
    sum(requests) AS requests,
    sum(requests * period_s) / sum(requests) AS period_s,
    sum(requests * empty_share) / sum(requests) AS empty_share,
    1.0 * (sum(head_bytes) + sum(body_bytes)) / nullif(sum(body_bytes), 0) AS wire_bytes_per_body_byte,
    sum(requests - 1) / nullif(sum(end_ns - start_ns) / 6e10, 0) AS requests_per_minute,
    max(iif(technique = 'short-polling', period_s + wait_s, gap_max_s)) AS delay_bound_s,
    CAST(round(sum(requests * (1 - empty_share))) AS INTEGER) AS news,
    min(first_exchange_id) AS first_exchange_id
  FROM polling
  GROUP BY client_ip, server_ip, server_port, authority, path, technique
  UNION ALL
  SELECT
    client_ip,
    server_ip,
    server_port,
    authority,
    path,
    technique,
    count(*),
    NULL,
    NULL,
    1.0 * sum(wire_bytes) / nullif(sum(body_bytes), 0),
    (count(*) - 1) / nullif((max(request_start_ns) - min(request_start_ns)) / 6e10, 0),
    NULL,
    sum(news),
    min(id)
  FROM streams
  GROUP BY client_ip, server_ip, server_port, authority, path, technique
)
SELECT
  client_ip,
  server_ip,
  authority,
  path,
  technique,
  requests,
  round(period_s, 3) AS period_s,
  round(empty_share, 4) AS empty_share,
  round(wire_bytes_per_body_byte, 2) AS wire_bytes_per_body_byte,
  round(requests_per_minute, 2) AS requests_per_minute,
  round(delay_bound_s, 3) AS delay_bound_s,
  news,
  server_port,
  first_exchange_id
FROM all_of_them
ORDER BY server_ip, server_port, authority, path, client_ip, technique;
