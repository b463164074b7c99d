-- Which connections were idle for long, so that a server could have closed them?
-- idle_s: the longest silence of HTTP on it: between two exchanges, or from the last one to its close or the end of the
-- capture; of one that carried no exchange, all of its time. idle_share: part of the connection's time in which no exchange
-- was open. probes: TCP keepalive probes that kept it. Ten seconds of silence or more.
CREATE VIEW idle_connections AS
WITH silences AS (
  SELECT
    c.id,
    c.client_ip,
    c.server_ip,
    c.server_port,
    c.exchanges,
    c.start_ns,
    c.close_kind,
    c.closed_first,
    c.last_frame,
    iif(c.close_kind = 'open', (SELECT max(ended_ns) FROM captures WHERE started_ns <= c.end_ns), c.end_ns) AS end_ns,
    max(e.response_end_ns) AS last_end_ns,
    max(e.idle_before_ns) AS idle_between_ns,
    sum(e.idle_before_ns) AS all_idle_ns,
    count(*) FILTER (WHERE e.connection_id IS NOT NULL AND (e.response_end_ns IS NULL OR e.upgraded_to IS NOT NULL)) AS unfinished
  FROM connections AS c
  LEFT JOIN http_exchanges AS e ON e.connection_id = c.id
  WHERE c.layers IN ('http1', 'tls/http1') OR (c.layers IS NULL AND c.established_ns IS NOT NULL)
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
  round((m.idle_after_ns + coalesce(m.all_idle_ns, 0)) * 1.0 / nullif(m.end_ns - m.start_ns, 0), 4) AS idle_share,
  (SELECT count(*) FROM keepalive_probes AS k WHERE k.connection_id = m.id) AS probes,
  m.close_kind,
  m.closed_first,
  m.last_frame
FROM measured AS m
WHERE max(m.idle_after_ns, coalesce(m.idle_between_ns, 0)) >= 10000000000
ORDER BY idle_s DESC, m.id;
