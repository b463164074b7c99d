-- Which gRPC methods failed?
-- One row a server, method and status; CANCELLED is what the client wanted.
CREATE VIEW finding_grpc_failed AS
SELECT
  'error' AS severity,
  'grpc_failed' AS kind,
  g.connection_id AS connection_id,
  min(g.exchange_id) AS exchange_id,
  e.request_first_frame AS frame,
  printf(
    '%s on %s:%d failed %s: %s',
    g.method,
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, 'once', count(*) || ' times'),
    coalesce(g.status_name, 'status ' || g.grpc_status)
  ) AS summary,
  'grpc_calls has the message of each; UNAVAILABLE and DEADLINE_EXCEEDED come of the network or of load, the others of the service.' AS advice
FROM grpc_calls AS g
JOIN http_exchanges AS e ON e.id = g.exchange_id
JOIN connections AS c ON c.id = g.connection_id
WHERE g.grpc_status NOT IN (0, 1)
GROUP BY c.server_ip, c.server_port, g.method, g.grpc_status;
