-- Which connections were idle for long, so that a server could have closed them?
-- idle_s: the longest silence of HTTP on it: between two exchanges, or from the last one to its close or the end of the
-- capture; of one that carried no exchange, all of its time. Of HTTP/2 only the silence behind the last exchange is known. Of
-- TLS without keys (encrypted = 1) turns (tls_turns) stand for exchanges. idle_share: part of the connection's time in which no
-- exchange was open. probes: TCP keepalive probes that kept it. Ten seconds of silence or more.
-- Takes a second and more for a million exchanges: the silences between all of them are looked at.
CREATE VIEW idle_connections AS
WITH uses (connection_id, response_end_ns, idle_before_ns, unfinished) AS (
  SELECT connection_id, response_end_ns, idle_before_ns, response_end_ns IS NULL OR coalesce(upgraded_to, 'tunnel') <> 'tunnel'
  FROM http_exchanges
  UNION ALL
  SELECT connection_id, response_end_ns, idle_before_ns, response_end_ns IS NULL FROM tls_turns
),
silences AS (
  SELECT
    c.id,
    c.client_ip,
    c.server_ip,
    c.server_port,
    c.exchanges,
    c.layers LIKE '%http2' AS multiplexed,
    coalesce(c.layers = 'tls' OR c.layers LIKE '%/tls', 0) AS encrypted,
    c.start_ns,
    c.close_kind,
    c.closed_first,
    c.last_frame,
    iif(c.close_kind = 'open', (SELECT max(ended_ns) FROM captures WHERE started_ns <= c.end_ns), c.end_ns) AS end_ns,
    max(u.response_end_ns) AS last_end_ns,
    max(u.idle_before_ns) AS idle_between_ns,
    sum(u.idle_before_ns) AS all_idle_ns,
    coalesce(sum(u.unfinished), 0) AS unfinished
  FROM connections AS c
  LEFT JOIN uses AS u ON u.connection_id = c.id
  WHERE
    replace(replace(c.layers, 'proxy/', ''), 'socks/', '') IN (
      'http1', 'tls/http1', 'http2', 'http1/http2', 'tls/http2', 'tls', 'http1/tls', 'http1/tls/http1', 'http1/tls/http2'
    )
    OR (c.layers IS NULL AND c.established_ns IS NOT NULL)
  GROUP BY c.id
),
measured AS (
  SELECT *, end_ns - coalesce(last_end_ns, start_ns) AS idle_after_ns FROM silences WHERE unfinished = 0
)
SELECT
  m.id AS connection_id,
  m.client_ip,
  m.server_ip,
  m.server_port,
  m.exchanges,
  round(max(m.idle_after_ns, coalesce(m.idle_between_ns, 0)) / 1e9, 3) AS idle_s,
  CASE
    WHEN NOT coalesce(m.multiplexed, 0) THEN round((m.idle_after_ns + coalesce(m.all_idle_ns, 0)) * 1.0 / nullif(m.end_ns - m.start_ns, 0), 4)
  END AS idle_share,
  (SELECT count(*) FROM keepalive_probes AS k WHERE k.connection_id = m.id) AS probes,
  m.close_kind,
  m.closed_first,
  m.last_frame,
  m.encrypted
FROM measured AS m
WHERE max(m.idle_after_ns, coalesce(m.idle_between_ns, 0)) >= 10000000000
ORDER BY idle_s DESC, m.id;
