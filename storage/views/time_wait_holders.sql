-- Who holds closed connections in TIME_WAIT, and how many at once?
-- Who sends the first FIN keeps the pair of ports for a while after both are closed: 60 s on Linux, which is what is counted
-- here (RFC 9293 section 3.4.2: twice the maximum segment lifetime). Where both FINs cross, both do (figure 13). Where that is
-- the client (holder), each of them is a port that it cannot use to the same server again: share_of_ports is of the 28,232 that
-- Linux has to give (32768 to 60999). Where it is the server, it only costs memory: remote_port is NULL, for each client's port
-- was another one. connection_id: whose close made them so many at once.
-- Takes a second and more for a hundred thousand closes: they are sorted by their times.
CREATE VIEW time_wait_holders AS
WITH closed AS MATERIALIZED (
  SELECT
    c.id,
    c.client_ip,
    c.server_ip,
    c.server_port,
    c.closed_first,
    max(t.time_ns) AS at_ns,
    count(t.detail) > 0 AS crossed
  FROM connections AS c
  JOIN tcp_events AS t ON t.connection_id = c.id AND t.kind = 'fin'
  WHERE c.close_kind = 'fin' AND c.closed_first IS NOT NULL
  GROUP BY c.id
),
closes AS (
  SELECT 'client' AS holder, client_ip AS ip, server_ip AS remote_ip, server_port AS remote_port, at_ns, id
  FROM closed
  WHERE closed_first = 'client' OR crossed
  UNION ALL
  SELECT 'server', server_ip, client_ip, NULL, at_ns, id
  FROM closed
  WHERE closed_first = 'server' OR crossed
),
changes AS (
  SELECT holder, ip, remote_ip, remote_port, at_ns, 1 AS change, id FROM closes
  UNION ALL
  SELECT holder, ip, remote_ip, remote_port, at_ns + 60000000000, -1, id FROM closes
),
held AS (
  SELECT
    *,
    sum(change) OVER (PARTITION BY holder, ip, remote_ip, remote_port ORDER BY at_ns, change ROWS UNBOUNDED PRECEDING) AS at_once
  FROM changes
)
SELECT
  ip,
  remote_ip,
  remote_port,
  sum(change = 1) AS closes,
  max(at_once) AS at_once_max,
  holder,
  CASE WHEN holder = 'client' THEN round(max(at_once) / 28232.0, 4) END AS share_of_ports,
  id AS connection_id  -- of the row of the maximum
FROM held
GROUP BY holder, ip, remote_ip, remote_port
ORDER BY at_once_max DESC, closes DESC, ip, remote_ip, remote_port;
