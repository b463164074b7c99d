-- Which HTTP/2 requests did a server cancel with an error?
-- One row a client, server and error; NO_ERROR, CANCEL and REFUSED_STREAM are no failures of the server.
CREATE VIEW finding_stream_reset AS
SELECT
  'error' AS severity,
  'stream_reset' AS kind,
  s.connection_id AS connection_id,
  min(s.exchange_id) AS exchange_id,
  e.request_first_frame AS frame,
  printf(
    '%s:%d reset %s of %s with %s%s %s %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '1 stream', count(*) || ' streams'),
    c.client_ip,
    s.reset_error,
    iif(count(*) = 1, ':', ', the first one'),
    e.method,
    e.path
  ) AS summary,
  'Look into the server at that time: the request reached it, and it gave up.' AS advice
FROM http2_streams AS s
JOIN connections AS c ON c.id = s.connection_id
JOIN http_exchanges AS e ON e.id = s.exchange_id
WHERE s.reset_by = 'server' AND s.reset_error NOT IN ('NO_ERROR', 'CANCEL', 'REFUSED_STREAM')
GROUP BY c.client_ip, c.server_ip, c.server_port, s.reset_error;
