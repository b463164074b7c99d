-- Which requests crossed the server's close of an idle connection, and so failed though nothing was wrong with them?
-- A request on a connection that was used before, sent within a round trip of the server's first FIN or RST (and a
-- millisecond, for a busy host), of which not a byte was acknowledged and none answered. Behind a proxy these are 502s: the
-- remedy is an idle timeout of the client that is shorter than the server's (see idle_timeouts).
-- round_trip_ms: of the handshake; where that was not seen, the longest of this client and server, else the shortest wait for
-- a response on the connection.
-- idle_before_ms: how long the connection had been idle. killed_by: what came from the server first after the request: fin
-- or rst. close_to_request_ms: below zero where the request was captured before the close, as near the client.
-- retried_by_exchange_id: the same request of the same client to the same server on another connection, within 5 s:
-- a program tries again at once, a later one is another request.
-- safe_to_retry: 1 = the method is idempotent (RFC 9110 section 9.2.2).
CREATE VIEW idle_timeout_races AS
WITH pairs AS (
  SELECT client_ip, server_ip, server_port, max(handshake_rtt_ns) AS handshake_rtt_ns
  FROM connections
  GROUP BY client_ip, server_ip, server_port
),
unanswered AS MATERIALIZED (
  SELECT
    e.id,
    e.connection_id,
    e.idle_before_ns,
    e.request_start_ns,
    e.request_first_frame,
    e.method,
    e.authority,
    e.path,
    c.client_ip,
    c.server_ip,
    c.server_port,
    c.handshake_rtt_ns,
    (
      SELECT min(t.time_ns)
      FROM tcp_events AS t
      WHERE t.connection_id = c.id AND t.side = 'server' AND t.kind IN ('fin', 'rst')
    ) AS closed_ns
  FROM http_exchanges AS e
  CROSS JOIN connections AS c ON c.id = e.connection_id
  WHERE
    -- All that an index knows is asked of it: one pass over a tenth of the bytes.
    e.id IN (SELECT id FROM http_exchanges WHERE status IS NULL AND response_start_ns IS NULL AND ordinal > 1)
    AND e.method IS NOT NULL
    AND c.closed_first = 'server'
    AND NOT c.one_way
    AND coalesce(c.client_acknowledged_ns, 0) < e.request_start_ns
),
timed AS (
  SELECT
    u.*,
    coalesce(
      u.handshake_rtt_ns,
      p.handshake_rtt_ns,
      (SELECT min(e.response_start_ns - e.request_end_ns) FROM http_exchanges AS e WHERE e.connection_id = u.connection_id)
    ) AS round_trip_ns
  FROM unanswered AS u
  JOIN pairs AS p USING (client_ip, server_ip, server_port)
),
races AS MATERIALIZED (
  SELECT
    *,
    (
      SELECT t.kind
      FROM tcp_events AS t
      WHERE t.connection_id = u.connection_id AND t.side = 'server' AND t.kind IN ('fin', 'rst') AND t.time_ns >= u.request_start_ns
      ORDER BY t.time_ns, t.frame
      LIMIT 1
    ) AS killed_by
  FROM timed AS u
  WHERE abs(request_start_ns - closed_ns) <= round_trip_ns + 1000000
),
retries AS (
  SELECT r.id AS race_id, e.id AS exchange_id, min(e.request_start_ns)
  FROM http_exchanges AS e
  CROSS JOIN races AS r
    ON
      e.path = r.path
      AND e.method = r.method
      AND e.authority IS r.authority
      AND e.connection_id <> r.connection_id
      AND e.request_start_ns BETWEEN r.request_start_ns AND r.request_start_ns + 5000000000
  CROSS JOIN connections AS c
    ON c.id = e.connection_id AND c.client_ip = r.client_ip AND c.server_ip = r.server_ip AND c.server_port = r.server_port
  WHERE EXISTS (SELECT 1 FROM races)
  GROUP BY r.id
)
SELECT
  r.id AS exchange_id,
  r.connection_id,
  round(r.idle_before_ns / 1e6, 3) AS idle_before_ms,
  'server' AS closed_by,
  r.killed_by,
  retries.exchange_id AS retried_by_exchange_id,
  r.method IN ('GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE') AS safe_to_retry,
  round((r.request_start_ns - r.closed_ns) / 1e6, 3) AS close_to_request_ms,
  round(r.round_trip_ns / 1e6, 3) AS round_trip_ms,
  r.method,
  r.authority,
  r.path,
  r.request_first_frame AS frame
FROM races AS r
LEFT JOIN retries ON retries.race_id = r.id
ORDER BY r.id;
