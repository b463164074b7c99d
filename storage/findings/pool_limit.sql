-- Which clients had all connections of their pool busy?
-- One row a client and server; see concurrency. connection_id: with which they were so many first.
-- Takes as long as concurrency.
CREATE VIEW finding_pool_limit AS
SELECT
  'note' AS severity,
  'pool_limit' AS kind,
  min(c.id) AS connection_id,
  NULL AS exchange_id,
  c.first_frame AS frame,
  printf(
    '%s had %d connections to %s:%d open at once, and never more; all of them were busy in %.0f %% of that time',
    p.client_ip,
    p.pool_limit,
    iif(instr(p.server_ip, ':'), '[' || p.server_ip || ']', p.server_ip),
    p.server_port,
    100 * p.busy_share
  ) AS summary,
  'Requests wait for a free connection where that is a pool''s limit: raise it, or make the answers faster.' AS advice
FROM concurrency AS p
CROSS JOIN connections AS c
  ON c.start_ns = p.at_ns AND c.client_ip = p.client_ip AND c.server_ip = p.server_ip AND c.server_port = p.server_port
WHERE p.pool_limit >= 4
GROUP BY p.client_ip, p.server_ip, p.server_port;
