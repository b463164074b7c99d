-- Which clients run out of ports, because connections rest in TIME_WAIT?
-- One row a client and server: half of the ports that Linux gives, or more.
-- Takes as long as time_wait_holders.
CREATE VIEW finding_ports_exhausted AS
SELECT
  'warning' AS severity,
  'ports_exhausted' AS kind,
  c.id AS connection_id,
  NULL AS exchange_id,
  c.last_frame AS frame,
  printf(
    '%s held up to %d ports to %s:%d in TIME_WAIT, %.0f %% of those that there are',
    h.ip,
    h.at_once_max,
    iif(instr(h.remote_ip, ':'), '[' || h.remote_ip || ']', h.remote_ip),
    h.remote_port,
    100 * h.share_of_ports
  ) AS summary,
  'Keep connections instead of closing them; net.ipv4.tcp_tw_reuse helps for a while.' AS advice
FROM time_wait_holders AS h
CROSS JOIN connections AS c ON c.id = h.connection_id
WHERE h.holder = 'client' AND h.share_of_ports >= 0.5;
