-- Which requests did a client send again and again, how regularly, and how were they answered?
-- A series: three or more requests of one client to one server, with the same method, authority and path without query,
-- answered with success or 304, but not in parts (206). Several programs at one address may ask the same: where all requests
-- together have no steady period, those of each connection that carries three or more are a series of their own
-- (connection_id). What connections carry that are busy (a request every 20 ms or more often, on average) is left out.
-- period_s: median, from a request's start to the next one's; steady_share: intervals that are within a tenth of it, or within
-- 50 ms as long as that is no more than a quarter; roughly_steady_share: within a quarter of it.
-- wait_s: median, request's last byte to response's first; gap_s: likewise from a response's last byte to the next request.
-- empty_share: answers without news: 204, 304, no content, or as many bytes as the answer before, with the same ETag or
-- Last-Modified, or none. Bodies are not kept, so a change that keeps the size and tells no validator is not seen.
-- repeat_share: requests whose target, with its query, is that of the one before.
-- constant: 1 = the same target and the same answer each time, and that not 304: nobody waits for news there. connections: that
-- carried it. head_bytes: of all start lines and header fields, as HTTP/1.1 sends them. first_exchange_id, last_exchange_id: to
-- look at.
-- Takes five seconds for a million exchanges: all of them are sorted by what was asked, by whom and when.
CREATE VIEW request_series AS
WITH asked AS MATERIALIZED (
  SELECT
    e.id,
    e.connection_id,
    dense_rank() OVER (
      ORDER BY c.client_ip, c.server_ip, c.server_port, e.method, e.authority, substr(e.path, 1, instr(e.path || '?', '?') - 1)
    ) AS key
  FROM http_exchanges AS e
  CROSS JOIN connections AS c ON c.id = e.connection_id  -- CROSS: in this order, one pass over the exchanges
  WHERE
    e.method IN ('GET', 'POST')
    AND e.status BETWEEN 200 AND 399
    AND e.status <> 206
    AND e.upgraded_to IS NULL
    AND e.pushed IS NOT 1
    AND (c.exchanges < 10 OR c.end_ns - c.start_ns >= 20000000 * c.exchanges)
),
repeated AS MATERIALIZED (
  SELECT
    key,
    id,
    connection_id,
    count(*) OVER (PARTITION BY key, connection_id) AS on_connection
  FROM asked
  WHERE key IN (SELECT key FROM asked GROUP BY key HAVING count(*) >= 3)
),
-- lane 0: all requests of a key; the others are its connections, where there are several with three requests or more.
lanes AS (
  SELECT key, 0 AS lane, id FROM repeated
  UNION ALL
  SELECT key, connection_id, id
  FROM repeated
  WHERE on_connection >= 3 AND key IN (SELECT key FROM repeated WHERE on_connection >= 3 GROUP BY key HAVING count(DISTINCT connection_id) > 1)
),
told AS (
  SELECT
    l.key,
    l.lane,
    e.id,
    e.connection_id,
    e.path AS target,
    e.status,
    e.request_start_ns,
    e.request_end_ns,
    e.response_start_ns,
    e.response_end_ns,
    e.response_body_bytes AS body_bytes,
    -- [["Name","value"],...] is 8 characters longer a field than the two, and Name: value CR LF is 4.
    length(e.method) + length(e.path) + length(coalesce(e.reason, '')) + 25
    + length(e.request_headers) - 4 * json_array_length(e.request_headers) + 1
    + length(e.response_headers) - 4 * json_array_length(e.response_headers) + 1 AS head_bytes,
    substr(
      e.response_headers,
      coalesce(
        nullif(instr(e.response_headers, '["ETag"'), 0),
        nullif(instr(e.response_headers, '["etag"'), 0),
        nullif(instr(e.response_headers, '["Etag"'), 0),
        nullif(instr(e.response_headers, '["Last-Modified"'), 0),
        nullif(instr(e.response_headers, '["last-modified"'), 0),
        length(e.response_headers) + 1
      ),
      60
    ) AS validator
  FROM lanes AS l
  JOIN http_exchanges AS e ON e.id = l.id
),
compared AS (
  SELECT
    key,
    lane,
    id,
    connection_id,
    target,
    status,
    body_bytes,
    head_bytes,
    request_start_ns,
    request_start_ns - lag(request_start_ns) OVER series AS interval_ns,
    response_start_ns - request_end_ns AS wait_ns,
    request_start_ns - lag(response_end_ns) OVER series AS gap_ns,
    target IS lag(target) OVER series AS repeated,
    target IS lag(target) OVER series AND status IS lag(status) OVER series AND status <> 304 AS asked_alike,
    body_bytes IS lag(body_bytes) OVER series AND validator IS lag(validator) OVER series AS answered_alike,
    row_number() OVER series AS ordinal
  FROM told
  WINDOW series AS (PARTITION BY key, lane ORDER BY request_start_ns, id)
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY key, lane ORDER BY interval_ns) - 1 AS interval_rank,  -- the first has none, and sorts first
    row_number() OVER (PARTITION BY key, lane ORDER BY wait_ns) AS wait_rank,
    row_number() OVER (PARTITION BY key, lane ORDER BY gap_ns) - 1 AS gap_rank,
    count(*) OVER (PARTITION BY key, lane) AS requests
  FROM compared
),
middles AS (
  SELECT
    *,
    avg(iif(interval_rank IN (requests / 2, (requests + 1) / 2), interval_ns, NULL)) OVER (PARTITION BY key, lane) AS period_ns
  FROM ranked
  WHERE requests >= 3
),
series AS MATERIALIZED (
  SELECT
    m.key,
    m.lane,
    m.requests,
    round(m.period_ns / 1e9, 3) AS period_s,
    round(avg(abs(m.interval_ns - m.period_ns) <= max(m.period_ns / 10, min(m.period_ns / 4, 50000000))), 3) AS steady_share,
    round(avg(abs(m.interval_ns - m.period_ns) <= m.period_ns / 4), 3) AS roughly_steady_share,
    round(avg(iif(m.wait_rank IN ((m.requests + 1) / 2, (m.requests + 2) / 2), m.wait_ns, NULL)) / 1e9, 4) AS wait_s,
    round(avg(iif(m.gap_rank IN (m.requests / 2, (m.requests + 1) / 2), m.gap_ns, NULL)) / 1e9, 4) AS gap_s,
    round(max(m.wait_ns) / 1e9, 4) AS wait_max_s,
    round(max(m.gap_ns) / 1e9, 4) AS gap_max_s,
    round(avg(m.status IN (204, 304) OR m.body_bytes = 0 OR (m.answered_alike AND m.ordinal > 1)), 4) AS empty_share,
    round(1.0 * sum(m.repeated AND m.ordinal > 1) / (m.requests - 1), 4) AS repeat_share,
    min(m.ordinal = 1 OR (m.asked_alike AND m.answered_alike)) AS constant,
    count(DISTINCT m.connection_id) AS connections,
    sum(m.head_bytes) AS head_bytes,
    sum(m.body_bytes) AS body_bytes,
    min(m.request_start_ns) AS start_ns,
    max(m.request_start_ns) AS end_ns,
    min(m.id) AS first_exchange_id,
    max(m.id) AS last_exchange_id,
    count(*) OVER (PARTITION BY m.key) > 1 AS several,
    max(iif(m.lane = 0, avg(abs(m.interval_ns - m.period_ns) <= max(m.period_ns / 10, min(m.period_ns / 4, 50000000))), 0)) OVER (PARTITION BY m.key) >= 0.75 AS steady_together
  FROM middles AS m
  GROUP BY m.key, m.lane
)
SELECT
  c.client_ip,
  c.server_ip,
  c.server_port,
  e.authority,
  substr(e.path, 1, instr(e.path || '?', '?') - 1) AS path,
  e.method,
  nullif(s.lane, 0) AS connection_id,
  s.requests,
  s.period_s,
  s.steady_share,
  s.roughly_steady_share,
  s.wait_s,
  s.gap_s,
  s.wait_max_s,
  s.gap_max_s,
  s.empty_share,
  s.repeat_share,
  s.constant,
  s.connections,
  s.head_bytes,
  s.body_bytes,
  s.start_ns,
  s.end_ns,
  s.first_exchange_id,
  s.last_exchange_id
FROM series AS s
JOIN http_exchanges AS e ON e.id = s.first_exchange_id
JOIN connections AS c ON c.id = e.connection_id
WHERE NOT s.several OR (s.lane = 0) = s.steady_together;
