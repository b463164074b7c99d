-- How often did each client use a connection to a server and authority again, and what did not doing so cost?
-- A connection counts for every authority that it was used for, with its exchanges for that one; its handshake counts where
-- it was used first. exchanges_p95: nearest rank. handshake_ms_avoidable: handshakes of connections that were opened while
-- another one, last used for the same authority, was idle and persistent: from the end of an exchange after which it was
-- persistent to its next request, to the first FIN or RST, or, where neither came, to the end of the capture.
-- encrypted: 1 = TLS without keys: turns (tls_turns) stand for exchanges, the server name that the client asked for for the
-- authority, and each answered turn leaves the connection persistent. Handshakes of TLS count with those of TCP.
CREATE VIEW connection_reuse AS
WITH exchanges AS MATERIALIZED (
  SELECT
    connection_id,
    authority,
    ordinal,
    CASE WHEN persistent AND complete AND upgraded_to IS NULL THEN response_end_ns END AS idle_from_ns,
    lead(request_start_ns) OVER (PARTITION BY connection_id ORDER BY ordinal) AS next_start_ns,
    0 AS encrypted
  FROM http_exchanges
  UNION ALL
  SELECT
    t.connection_id,
    (SELECT h.sni FROM tls_handshakes AS h WHERE h.connection_id = t.connection_id ORDER BY h.id LIMIT 1),
    t.ordinal,
    t.response_end_ns,
    lead(t.request_start_ns) OVER (PARTITION BY t.connection_id ORDER BY t.ordinal),
    1
  FROM tls_turns AS t
  CROSS JOIN connections AS c ON c.id = t.connection_id
  WHERE c.exchanges = 0
),
uses AS (
  SELECT connection_id, authority, min(ordinal) = 1 AS opened_for, count(*) AS exchanges, encrypted
  FROM exchanges
  GROUP BY connection_id, authority COLLATE NOCASE
),
paired AS (
  SELECT
    c.client_ip,
    c.server_ip,
    c.server_port,
    u.authority,
    u.connection_id,
    u.opened_for,
    u.exchanges,
    u.encrypted,
    c.start_ns,
    c.handshake_rtt_ns + coalesce(
      (
        SELECT h.end_ns - h.start_ns
        FROM tls_handshakes AS h
        WHERE h.connection_id = c.id AND h.outcome = 'completed' AND c.layers LIKE 'tls%'
        ORDER BY h.id
        LIMIT 1
      ),
      0
    ) AS handshake_ns,
    dense_rank() OVER (ORDER BY c.client_ip, c.server_ip, c.server_port, u.authority COLLATE NOCASE) AS pair
  FROM uses AS u
  JOIN connections AS c ON c.id = u.connection_id
),
used AS MATERIALIZED (
  SELECT
    *,
    row_number() OVER (PARTITION BY pair ORDER BY exchanges) AS rank,
    count(*) OVER (PARTITION BY pair) AS pair_connections
  FROM paired
),
idle AS MATERIALIZED (
  SELECT
    u.pair,
    x.idle_from_ns AS from_ns,
    coalesce(
      x.next_start_ns,
      (SELECT min(t.time_ns) FROM tcp_events AS t WHERE t.connection_id = x.connection_id AND t.kind IN ('fin', 'rst')),
      (SELECT c.end_ns FROM connections AS c WHERE c.id = x.connection_id AND c.close_kind <> 'open'),
      9223372036854775807
    ) AS to_ns
  FROM exchanges AS x
  JOIN used AS u ON u.connection_id = x.connection_id AND u.authority IS x.authority COLLATE NOCASE
  WHERE x.idle_from_ns IS NOT NULL AND u.pair_connections > 1
),
-- At the same instant a connection ceases to be idle first (0), then another opens (1), then one becomes idle (2).
moments AS (
  SELECT pair, from_ns AS at_ns, 2 AS step, 1 AS change, NULL AS handshake_ns FROM idle WHERE to_ns > from_ns
  UNION ALL
  SELECT pair, to_ns, 0, -1, NULL FROM idle WHERE to_ns > from_ns
  UNION ALL
  SELECT pair, start_ns, 1, 0, handshake_ns FROM used WHERE opened_for AND handshake_ns IS NOT NULL AND pair_connections > 1
),
counted AS (
  SELECT
    pair,
    handshake_ns,
    sum(change) OVER (PARTITION BY pair ORDER BY at_ns, step ROWS UNBOUNDED PRECEDING) AS idle_connections
  FROM moments
),
-- What a pair's connections say, and what its avoidable handshakes say, in rows of one shape: one sort brings them together.
facts AS (
  SELECT *, 0 AS avoidable_ns FROM used
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, pair, NULL, NULL, handshake_ns
  FROM counted
  WHERE handshake_ns IS NOT NULL AND idle_connections > 0
)
SELECT
  max(client_ip) AS client_ip,
  max(server_ip) AS server_ip,
  max(server_port) AS server_port,
  max(authority) AS authority,
  count(connection_id) AS connections,
  sum(exchanges) AS exchanges,
  min(exchanges) AS exchanges_min,
  avg(exchanges) FILTER (WHERE rank IN ((pair_connections + 1) / 2, (pair_connections + 2) / 2)) AS exchanges_median,
  max(exchanges) FILTER (WHERE rank = (pair_connections * 95 + 99) / 100) AS exchanges_p95,
  max(exchanges) AS exchanges_max,
  round(avg(exchanges = 1), 4) AS one_exchange_share,
  round(sum(handshake_ns) FILTER (WHERE opened_for) / 1e6, 3) AS handshake_ms_paid,
  CASE WHEN count(handshake_ns) FILTER (WHERE opened_for) > 0 THEN round(sum(avoidable_ns) / 1e6, 3) END AS handshake_ms_avoidable,
  max(encrypted) AS encrypted
FROM facts
GROUP BY pair
ORDER BY exchanges DESC, pair;
