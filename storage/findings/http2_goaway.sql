-- Which HTTP/2 connections ended with an error?
-- One row a client, server and error of GOAWAY.
CREATE VIEW finding_http2_goaway AS
SELECT
  'error' AS severity,
  'http2_goaway' AS kind,
  min(h.connection_id) AS connection_id,
  NULL AS exchange_id,
  c.last_frame AS frame,
  printf(
    'the %s ended %s of %s with %s:%d by GOAWAY: %s',
    h.goaway_by,
    iif(count(*) = 1, '1 connection', count(*) || ' connections'),
    c.client_ip,
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    h.goaway_error
  ) AS summary,
  'One side did what the other takes for an error: http2_goaways has the debug data, anomalies what was wrong in the bytes.' AS advice
FROM http2_connections AS h
JOIN connections AS c ON c.id = h.connection_id
WHERE h.goaway_error IS NOT NULL AND h.goaway_error <> 'NO_ERROR'
GROUP BY c.client_ip, c.server_ip, c.server_port, h.goaway_by, h.goaway_error;
