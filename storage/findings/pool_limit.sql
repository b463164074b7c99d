-- Which clients had all connections of their pool busy?
-- One row a client and server; see concurrency.
-- Takes as long as concurrency.
CREATE VIEW finding_pool_limit AS
SELECT
  'note' AS severity,
  'pool_limit' AS kind,
  NULL AS connection_id,
  NULL AS exchange_id,
  NULL AS frame,
  printf(
    '%s had %d connections to %s:%d open at once, and never more; all of them were busy in %.0f %% of that time',
    client_ip,
    pool_limit,
    iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip),
    server_port,
    100 * busy_share
  ) AS summary,
  'Requests wait for a free connection where that is a pool''s limit: raise it, or make the answers faster.' AS advice
FROM concurrency
WHERE pool_limit >= 4;
