-- How often did each client use a connection to a server and authority again, and what did not doing so cost?
-- A connection counts for every authority that it was used for, with its exchanges for that one; its handshake counts where
-- it was used first. exchanges_p95: nearest rank. one_exchange_share, exchanges_min, _median, _p95: of the connections that
-- were followed from their beginning on; of a midstream or evicted one, nobody knows how often it was used.
-- handshake_ms_paid: SYN to the end of the handshake, TLS's included, or to the first request where that came earlier.
-- handshake_bytes_paid: what TCP's three segments take at least, 40 bytes each (60 over IPv6), and TLS's handshake messages.
-- handshake_ms_avoidable, handshakes_avoidable: of connections that were opened while another one of the pair, used for the
-- same authority, was idle and persistent: between two requests, or from an exchange after which it was persistent to the
-- first FIN or RST, or, where neither came, to the end of the capture. A connection of HTTP/2 or SPDY is never too busy.
-- One that became a WebSocket had to be opened for it (RFC 6455 section 4.1).
-- encrypted: 1 = TLS without keys: turns (tls_turns) stand for exchanges, the server name that the client asked for for the
-- authority, and each answered turn leaves the connection persistent. One that offers HTTP/1.1 alone, of a program that offers
-- HTTP/2 on others of the pair, is for a WebSocket, as browsers do it; another program's cannot be told: its handshake counts.
-- What opened a tunnel to a server is the CONNECT, which has a row for its own authority; so it is with keys.
-- Takes a second and a half for a hundred thousand connections, 17 for a million: all that one client opened are set side by side.
CREATE VIEW connection_reuse AS
WITH uses AS (
  SELECT
    connection_id,
    authority,
    count(*) AS exchanges,
    sum(ordinal = 1) AS opened_for,
    max(ordinal) AS last_ordinal,
    min(request_start_ns) AS first_request_ns,
    min(response_end_ns) FILTER (WHERE persistent AND complete AND upgraded_to IS NULL) AS idle_from_ns,
    max(ordinal = 1 AND stream_id IS NULL AND upgraded_to IS NOT NULL AND upgraded_to LIKE 'websocket') AS for_websocket,
    0 AS encrypted
  FROM http_exchanges
  GROUP BY connection_id, authority COLLATE NOCASE
  UNION ALL
  SELECT
    t.connection_id,
    (
      SELECT h.sni
      FROM tls_handshakes AS h
      WHERE h.connection_id = t.connection_id
      ORDER BY h.decrypted_by IS NOT NULL, h.id
      LIMIT 1
    ),
    count(*),
    iif(c.exchanges = 0, sum(t.ordinal = 1), 0),
    max(t.ordinal),
    min(t.request_start_ns),
    min(t.response_end_ns),
    0,
    1
  FROM tls_turns AS t
  CROSS JOIN connections AS c ON c.id = t.connection_id
  WHERE c.exchanges = 0 OR c.layers LIKE '%/tls'
  GROUP BY t.connection_id
),
handshakes AS MATERIALIZED (
  SELECT
    h.connection_id,
    min(h.end_ns) FILTER (WHERE h.outcome = 'completed') AS end_ns,
    sum(m.bytes) AS bytes,
    max(h.offered_alpn = '["http/1.1"]') AS http1_alone,
    max(h.offered_alpn LIKE '%"h2"%') AS http2_offered,
    max(substr(h.ja4, 12, 12)) AS suites  -- their hash: what a program offers is the same on all its connections, but for ALPN
  FROM tls_handshakes AS h
  LEFT JOIN tls_messages AS m ON m.handshake_id = h.id
  GROUP BY h.connection_id
),
used AS MATERIALIZED (
  SELECT
    c.client_ip,
    c.server_ip,
    c.server_port,
    u.authority,
    u.connection_id,
    u.exchanges,
    u.opened_for,
    u.last_ordinal,
    u.idle_from_ns,
    u.for_websocket,
    u.encrypted,
    u.encrypted AND t.http1_alone AS http1_alone,
    t.http2_offered,
    t.suites,
    c.start_ns,
    c.end_ns,
    c.close_kind,
    NOT c.midstream AND c.close_kind <> 'evicted' AS whole,
    c.exchanges AS all_exchanges,
    c.layers LIKE '%http2%' OR c.layers LIKE '%spdy%' AS multiplexed,
    CASE
      WHEN u.opened_for AND c.handshake_rtt_ns IS NOT NULL
        THEN min(coalesce(t.end_ns, c.established_ns, u.first_request_ns), coalesce(u.first_request_ns, c.end_ns)) - c.start_ns
    END AS handshake_ns,
    iif(u.opened_for, iif(c.client_ip LIKE '%:%', 180, 120) + coalesce(t.bytes, 0), NULL) AS handshake_bytes,
    dense_rank() OVER (ORDER BY c.client_ip, c.server_ip, c.server_port, u.authority COLLATE NOCASE) AS pair
  FROM uses AS u
  JOIN connections AS c ON c.id = u.connection_id
  LEFT JOIN handshakes AS t ON t.connection_id = c.id
),
-- At the same instant a connection ceases to be idle first, then another opens, then one becomes idle.
spans (pair, connection_id, at_ns, opens, to_ns, handshake_ns) AS (
  SELECT
    pair, connection_id, idle_from_ns, 0, iif(close_kind = 'open', 9223372036854775807, end_ns), NULL
  FROM used
  WHERE idle_from_ns IS NOT NULL
  UNION ALL
  SELECT pair, connection_id, start_ns, 1, NULL, handshake_ns
  FROM used
  WHERE
    handshake_ns IS NOT NULL
    AND NOT for_websocket
    AND (http1_alone AND (pair, suites) IN (SELECT pair, suites FROM used WHERE http2_offered)) IS NOT 1
),
-- Connections that opened while another one of the pair had been idle and was not closed yet: only these can be avoidable.
candidates AS MATERIALIZED (
  SELECT pair, connection_id, at_ns, handshake_ns
  FROM (
    SELECT *, max(to_ns) OVER (PARTITION BY pair ORDER BY at_ns, opens DESC ROWS UNBOUNDED PRECEDING) AS until_ns FROM spans
  )
  WHERE opens AND until_ns > at_ns
),
idle (pair, from_ns, to_ns) AS (
  SELECT u.pair, e.request_start_ns - e.idle_before_ns, e.request_start_ns
  FROM used AS u
  CROSS JOIN http_exchanges AS e ON e.connection_id = u.connection_id AND e.authority IS u.authority COLLATE NOCASE
  WHERE u.pair IN (SELECT pair FROM candidates) AND NOT u.multiplexed AND e.idle_before_ns > 0
  UNION ALL
  SELECT u.pair, t.request_start_ns - t.idle_before_ns, t.request_start_ns
  FROM used AS u
  CROSS JOIN tls_turns AS t ON t.connection_id = u.connection_id
  WHERE u.pair IN (SELECT pair FROM candidates) AND u.encrypted AND t.idle_before_ns > 0
  UNION ALL
  SELECT
    u.pair,
    t.response_end_ns,
    coalesce(
      (SELECT min(v.time_ns) FROM tcp_events AS v WHERE v.connection_id = u.connection_id AND v.kind IN ('fin', 'rst')),
      iif(u.close_kind = 'open', 9223372036854775807, u.end_ns)
    )
  FROM used AS u
  CROSS JOIN tls_turns AS t ON t.connection_id = u.connection_id AND t.ordinal = u.last_ordinal
  WHERE u.pair IN (SELECT pair FROM candidates) AND u.encrypted AND t.response_end_ns IS NOT NULL
  UNION ALL
  SELECT
    u.pair,
    iif(u.multiplexed, u.idle_from_ns, e.response_end_ns),
    coalesce(
      (SELECT min(t.time_ns) FROM tcp_events AS t WHERE t.connection_id = u.connection_id AND t.kind IN ('fin', 'rst')),
      iif(u.close_kind = 'open', 9223372036854775807, u.end_ns)
    )
  FROM used AS u
  CROSS JOIN http_exchanges AS e
    ON e.connection_id = u.connection_id AND e.authority IS u.authority COLLATE NOCASE AND e.ordinal = u.last_ordinal
  WHERE
    u.pair IN (SELECT pair FROM candidates)
    AND (u.multiplexed OR u.last_ordinal = u.all_exchanges)
    AND e.persistent
    AND e.complete
    AND e.upgraded_to IS NULL
),
moments (pair, at_ns, opens, to_ns, handshake_ns) AS (
  SELECT pair, from_ns, 0, to_ns, NULL FROM idle WHERE to_ns > from_ns
  UNION ALL
  SELECT pair, at_ns, 1, NULL, handshake_ns FROM candidates
),
avoidable AS (
  SELECT pair, handshake_ns
  FROM (
    SELECT *, max(to_ns) OVER (PARTITION BY pair ORDER BY at_ns, opens DESC ROWS UNBOUNDED PRECEDING) AS until_ns FROM moments
  )
  WHERE opens AND until_ns > at_ns
),
-- Of a pair's connections that were followed from their beginning on: how many had so many exchanges, or fewer.
lengths AS (
  SELECT
    pair,
    exchanges,
    connections,
    sum(connections) OVER (PARTITION BY pair ORDER BY exchanges ROWS UNBOUNDED PRECEDING) AS so_far,
    sum(connections) OVER (PARTITION BY pair) AS whole
  FROM (SELECT pair, exchanges, count(*) AS connections FROM used WHERE whole GROUP BY pair, exchanges)
),
typical AS (
  SELECT
    pair,
    min(exchanges) AS least,
    (min(exchanges) FILTER (WHERE so_far >= (whole + 1) / 2) + min(exchanges) FILTER (WHERE so_far >= (whole + 2) / 2)) / 2.0 AS median,
    min(exchanges) FILTER (WHERE so_far >= (whole * 95 + 99) / 100) AS p95,
    total(connections) FILTER (WHERE exchanges = 1) / max(whole) AS one_share
  FROM lengths
  GROUP BY pair
),
spared AS (
  SELECT pair, count(*) AS handshakes, sum(handshake_ns) AS ns FROM avoidable GROUP BY pair
),
totals AS (
  SELECT
    pair,
    max(client_ip) AS client_ip,
    max(server_ip) AS server_ip,
    max(server_port) AS server_port,
    max(authority) AS authority,
    count(*) AS connections,
    sum(exchanges) AS exchanges,
    max(exchanges) AS most,
    count(handshake_ns) AS handshakes,
    sum(handshake_ns) AS handshake_ns,
    sum(handshake_bytes) FILTER (WHERE handshake_ns IS NOT NULL) AS handshake_bytes,
    min(connection_id) AS first_connection_id,
    max(encrypted) AS encrypted
  FROM used
  GROUP BY pair
)
SELECT
  t.client_ip,
  t.server_ip,
  t.server_port,
  t.authority,
  t.connections,
  t.exchanges,
  y.least AS exchanges_min,
  y.median AS exchanges_median,
  y.p95 AS exchanges_p95,
  t.most AS exchanges_max,
  round(y.one_share, 4) AS one_exchange_share,
  round(t.handshake_ns / 1e6, 3) AS handshake_ms_paid,
  iif(t.handshakes > 0, round(coalesce(s.ns, 0) / 1e6, 3), NULL) AS handshake_ms_avoidable,
  iif(t.handshakes > 0, coalesce(s.handshakes, 0), NULL) AS handshakes_avoidable,
  t.handshake_bytes AS handshake_bytes_paid,
  t.first_connection_id,
  t.encrypted
FROM totals AS t
LEFT JOIN typical AS y ON y.pair = t.pair
LEFT JOIN spared AS s ON s.pair = t.pair
ORDER BY t.exchanges DESC, t.pair;
