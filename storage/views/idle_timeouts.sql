-- After what silence does each server close an idle connection, and is that what it announces?
-- announced_s: the longest Keep-Alive: timeout= of its responses. effective_s: from the last response to the server's FIN or
-- RST, with nothing pending, on connections that could have been used again: the average of the most closes that lie within one
-- second of each other, where these are half of all such closes (idle_closes) or more: a timer is sharp. closes: how many they
-- are; spread_s: from the shortest to the longest of them; first_connection_id: the first one's. A close within 100 ms of the
-- response is no timer, nor is a RST that answers a request: there the client chose the moment.
-- longest_survived_s: the longest silence after which a request was still answered; contradicted: 1 = that is longer than
-- the timer, so it is none. TLS without keys: its turns (tls_turns) stand for exchanges; encrypted: 1 = some of the connections
-- are such. Behind a proxy's CONNECT nobody knows whose timer it is: only what was survived counts.
-- Takes two seconds for a million exchanges: all are looked through twice, once for what an index does not know.
CREATE VIEW idle_timeouts AS
WITH said AS MATERIALIZED (
  SELECT connection_id, max(keep_alive_timeout_s) AS announced_s, max(upgraded_to IS NOT NULL) AS upgraded
  FROM http_exchanges NOT INDEXED
  WHERE keep_alive_timeout_s IS NOT NULL OR upgraded_to IS NOT NULL
  GROUP BY connection_id
),
-- What an index knows of exchanges: those of a connection stand together there.
answered AS (
  SELECT
    connection_id,
    max(idle_before_ns) FILTER (WHERE status IS NOT NULL) AS survived_ns,
    iif(min(complete AND persistent), max(response_end_ns), NULL) AS idle_from_ns
  FROM http_exchanges
  GROUP BY connection_id
),
used AS MATERIALIZED (
  SELECT
    c.id,
    c.server_ip,
    c.server_port,
    s.announced_s,
    a.survived_ns,
    CASE WHEN s.upgraded IS NOT 1 AND c.closed_first = 'server' AND NOT c.one_way THEN a.idle_from_ns END AS idle_from_ns,
    0 AS encrypted
  FROM answered AS a
  CROSS JOIN connections AS c ON c.id = a.connection_id
  LEFT JOIN said AS s ON s.connection_id = a.connection_id
  UNION ALL
  SELECT
    c.id,
    c.server_ip,
    c.server_port,
    NULL,
    max(t.idle_before_ns) FILTER (WHERE t.response_start_ns IS NOT NULL),
    iif(
      c.exchanges = 0
      AND count(t.request_start_ns) = count(*)
      AND count(t.response_start_ns) = count(*)
      AND c.closed_first = 'server'
      AND NOT c.one_way,
      max(t.response_end_ns),
      NULL
    ),
    1
  FROM tls_turns AS t
  CROSS JOIN connections AS c ON c.id = t.connection_id
  WHERE c.exchanges = 0 OR c.layers LIKE '%/tls'
  GROUP BY c.id
),
closed AS (
  SELECT
    u.id AS connection_id,
    u.server_ip,
    u.server_port,
    (
      SELECT min(t.time_ns)
      FROM tcp_events AS t
      WHERE t.connection_id = u.id AND t.side = 'server' AND t.kind IN ('fin', 'rst')
    ) - u.idle_from_ns AS closed_after_ns
  FROM used AS u
  WHERE u.idle_from_ns IS NOT NULL
),
-- A request that crossed the close was not pending yet when the server closed; of several, the first one counts.
crossed AS (
  SELECT
    connection_id,
    min(exchange_id),
    CAST((idle_before_ms - close_to_request_ms) * 1e6 AS INTEGER) AS closed_after_ns
  FROM idle_timeout_races
  WHERE killed_by = 'fin' OR close_to_request_ms >= 0
  GROUP BY connection_id
),
idle_closes AS (
  SELECT connection_id, server_ip, server_port, closed_after_ns FROM closed WHERE closed_after_ns >= 100000000
  UNION ALL
  SELECT x.connection_id, c.server_ip, c.server_port, x.closed_after_ns
  FROM crossed AS x
  JOIN connections AS c ON c.id = x.connection_id
  WHERE x.closed_after_ns >= 100000000
),
closes AS (
  SELECT
    server_ip,
    server_port,
    count(*) OVER next_second AS closes,
    min(connection_id) OVER next_second AS first_connection_id,
    avg(closed_after_ns) OVER next_second / 1e9 AS effective_s,
    (max(closed_after_ns) OVER next_second - closed_after_ns) / 1e9 AS spread_s,
    closed_after_ns
  FROM idle_closes
  WINDOW next_second AS (
    PARTITION BY server_ip, server_port ORDER BY closed_after_ns RANGE BETWEEN CURRENT ROW AND 1000000000 FOLLOWING
  )
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY server_ip, server_port ORDER BY closes DESC, closed_after_ns) AS rank,
    count(*) OVER (PARTITION BY server_ip, server_port) AS idle_closes
  FROM closes
),
timers AS (
  SELECT server_ip, server_port, idle_closes, iif(2 * closes >= idle_closes, closes, NULL) AS closes, effective_s, spread_s, first_connection_id
  FROM ranked
  WHERE rank = 1
),
-- What a server's connections say, and what its timer says, in rows of one shape: one sort brings them together.
facts AS (
  SELECT
    server_ip, server_port, announced_s, survived_ns / 1e9 AS survived_s, encrypted,
    NULL AS idle_closes, NULL AS closes, NULL AS effective_s, NULL AS spread_s, NULL AS first_connection_id
  FROM used
  UNION ALL
  SELECT
    server_ip, server_port, NULL, NULL, NULL, idle_closes, closes,
    iif(closes, effective_s, NULL), iif(closes, spread_s, NULL), iif(closes, first_connection_id, NULL)
  FROM timers
)
SELECT
  server_ip,
  server_port,
  max(announced_s) AS announced_s,
  round(max(effective_s), 3) AS effective_s,
  max(closes) AS closes,
  round(max(spread_s), 3) AS spread_s,
  round(max(survived_s), 3) AS longest_survived_s,
  max(idle_closes) AS idle_closes,
  max(survived_s) > max(effective_s) + max(spread_s) + 1 AS contradicted,
  max(encrypted) AS encrypted,
  max(first_connection_id) AS first_connection_id
FROM facts
GROUP BY server_ip, server_port
ORDER BY closes DESC, server_ip, server_port;
