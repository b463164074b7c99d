-- Which connections lost bytes by the way in which they were closed?
-- One row a server and verdict: more than 64 bytes that were sent and not acknowledged when a RST came, or sent behind a FIN.
-- Fewer are a farewell that nobody waits for: GOAWAY has 17 bytes, close_notify of TLS up to 31, and both together 63.
CREATE VIEW finding_data_lost AS
SELECT
  'warning' AS severity,
  'data_lost' AS kind,
  min(a.connection_id) AS connection_id,
  NULL AS exchange_id,
  a.last_frame AS frame,
  printf(
    '%s with %s:%d lost %d bytes: %s',
    iif(count(*) = 1, '1 connection', count(*) || ' connections'),
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    sum(a.lost_bytes),
    iif(a.verdict = 'lost_data', 'RST before they were acknowledged', 'sent behind a FIN')
  ) AS summary,
  'Who closes should read until the end first (half-close, then close): see close_audit.' AS advice
FROM close_audit AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE a.verdict IN ('lost_data', 'data_after_fin') AND a.lost_bytes > 64 AND c.client_missing_bytes + c.server_missing_bytes = 0
GROUP BY c.server_ip, c.server_port, a.verdict;
