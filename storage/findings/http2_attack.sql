-- Which HTTP/2 connections behave like an attack?
-- One row a client, server and sign, and the connection that shows it most; see http2_abuse.
CREATE VIEW finding_http2_attack AS
SELECT
  'error' AS severity,
  'http2_attack' AS kind,
  a.connection_id AS connection_id,
  NULL AS exchange_id,
  c.first_frame AS frame,
  printf(
    '%s of %s to %s:%d: %s, up to %d, where honest use stays below %d',
    iif(count(*) = 1, '1 HTTP/2 connection', count(*) || ' HTTP/2 connections'),
    a.client_ip,
    iif(instr(a.server_ip, ':'), '[' || a.server_ip || ']', a.server_ip),
    a.server_port,
    a.sign,
    max(a.value),
    a."limit"
  ) AS summary,
  'http2_abuse names the attack that has this sign; limit streams and frames a connection, or block the client.' AS advice
FROM http2_abuse AS a
JOIN connections AS c ON c.id = a.connection_id
GROUP BY a.client_ip, a.server_ip, a.server_port, a.sign;
