-- Which servers refused connections?
-- One row a server: RST instead of a handshake.
CREATE VIEW finding_connection_refused AS
SELECT
  'warning' AS severity,
  'connection_refused' AS kind,
  min(a.connection_id) AS connection_id,
  NULL AS exchange_id,
  c.last_frame AS frame,
  printf(
    '%s:%d refused %s of %s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '1 connection', count(*) || ' connections'),
    iif(count(DISTINCT c.client_ip) = 1, c.client_ip, count(DISTINCT c.client_ip) || ' clients')
  ) AS summary,
  'Nobody listens there, or a firewall says so: check the port, and whether the server runs.' AS advice
FROM close_audit AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE a.verdict = 'refused'
GROUP BY c.server_ip, c.server_port;
