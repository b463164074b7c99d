-- Which clients gave up before they had an answer?
-- One row a client and server, and the request that waited longest: the client closed the connection, or reset the stream, with
-- not a byte of the response there.
CREATE VIEW finding_request_abandoned AS
SELECT
  'warning' AS severity,
  'request_abandoned' AS kind,
  w.connection_id AS connection_id,
  w.id AS exchange_id,
  w.request_first_frame AS frame,
  printf(
    '%s gave up %s to %s:%d%s %s %s%s',
    w.client_ip,
    iif(count(*) = 1, '1 request', count(*) || ' requests'),
    iif(instr(w.server_ip, ':'), '[' || w.server_ip || ']', w.server_ip),
    w.server_port,
    iif(count(*) = 1, ':', ', the longest one'),
    w.method,
    w.path,
    coalesce(' after ' || iif(max(w.waited_ns) < 1000000000, printf('%.0f ms', max(w.waited_ns) / 1e6), printf('%.1f s', max(w.waited_ns) / 1e9)), '')
  ) AS summary,
  'The client has a time-out that is shorter than the answer takes, or its user went away: see slowest_exchanges.' AS advice
FROM (
  SELECT
    e.id,
    e.connection_id,
    e.method,
    e.path,
    e.request_first_frame,
    c.client_ip,
    c.server_ip,
    c.server_port,
    coalesce(
      iif(s.reset_by = 'client', s.reset_ns, NULL),
      (SELECT min(t.time_ns) FROM tcp_events AS t WHERE t.connection_id = c.id AND t.side = 'client' AND t.kind IN ('fin', 'rst'))
    ) - e.request_end_ns AS waited_ns
  FROM http_exchanges AS e
  JOIN connections AS c ON c.id = e.connection_id
  LEFT JOIN http2_streams AS s ON s.exchange_id = e.id
  WHERE
    e.id IN (SELECT id FROM http_exchanges WHERE status IS NULL)
    AND e.method IS NOT NULL
    AND e.response_start_ns IS NULL
    AND coalesce(s.reset_by, c.closed_first) = 'client'
    AND NOT (c.one_way OR c.cut OR c.limited)
    AND c.client_missing_bytes + c.server_missing_bytes = 0
) AS w
GROUP BY w.client_ip, w.server_ip, w.server_port;
