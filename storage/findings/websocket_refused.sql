-- Who asked for a WebSocket, and did not get it?
-- One row a server, status and outcome; see websocket_handshakes. Where credentials are asked for, or no answer came, others tell.
CREATE VIEW finding_websocket_refused AS
SELECT
  'warning' AS severity,
  'websocket_refused' AS kind,
  h.connection_id AS connection_id,
  min(h.exchange_id) AS exchange_id,
  h.frame AS frame,
  printf(
    '%s:%d answered %s with %d%s%s %s',
    iif(instr(h.server_ip, ':'), '[' || h.server_ip || ']', h.server_ip),
    h.server_port,
    iif(count(*) = 1, '1 WebSocket handshake', count(*) || ' WebSocket handshakes'),
    h.status,
    CASE h.outcome
      WHEN 'mismatched' THEN ' and a wrong Sec-WebSocket-Accept'
      WHEN 'wrong_version' THEN printf(': it speaks version %s, not %s', coalesce(h.allowed_versions, '?'), coalesce(h.version, '?'))
      WHEN 'ignored' THEN ', as if they were usual requests'
      ELSE ''
    END,
    iif(count(*) = 1, ', on', ', the first one on'),
    h.path
  ) AS summary,
  'A proxy on the way may not pass Upgrade on, or the path is another one.' AS advice
FROM websocket_handshakes AS h
WHERE h.outcome IN ('mismatched', 'redirected', 'wrong_version', 'ignored', 'refused')
GROUP BY h.server_ip, h.server_port, h.status, h.outcome;
