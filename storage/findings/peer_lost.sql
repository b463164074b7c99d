-- Which peers did TCP keepalive find gone?
-- One row a connection.
-- Takes as long as keepalive_episodes.
CREATE VIEW finding_peer_lost AS
SELECT
  'error' AS severity,
  'peer_lost' AS kind,
  k.connection_id AS connection_id,
  NULL AS exchange_id,
  k.first_frame AS frame,
  printf(
    'the %s %s of %s:%d %s after %s of the %s',
    iif(k.prober = 'client', 'server', 'client'),
    iif(k.prober = 'client', c.server_ip, c.client_ip),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    CASE k.verdict WHEN 'crashed' THEN 'was silent' WHEN 'rebooted' THEN 'knew nothing of the connection' ELSE 'could not be reached' END,
    iif(k.probes = 1, '1 keepalive probe', k.probes || ' keepalive probes'),
    k.prober
  ) AS summary,
  'A host that went down, a network that was cut, or a firewall or NAT that forgot an idle connection: see keepalive_settings for how long that took to find out.' AS advice
FROM keepalive_episodes AS k
JOIN connections AS c ON c.id = k.connection_id
WHERE k.verdict IN ('crashed', 'rebooted', 'unreachable');
