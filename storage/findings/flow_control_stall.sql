-- Where did HTTP/2 flow control hold a sender up for a second and more?
-- One row a connection and side that wanted to send.
CREATE VIEW finding_flow_control_stall AS
SELECT
  'warning' AS severity,
  'flow_control_stall' AS kind,
  f.connection_id AS connection_id,
  min(f.exchange_id) AS exchange_id,
  f.frame AS frame,
  printf(
    'the %s of %s:%d waited %.1f s for the other side''s window%s',
    f.side,
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    sum(f.waited_ms) / 1000,
    iif(count(*) = 1, '', ', in ' || count(*) || ' stalls')
  ) AS summary,
  'The other side does not read, or its windows are too small for the way: raise SETTINGS_INITIAL_WINDOW_SIZE.' AS advice
FROM flow_control_stalls AS f
JOIN connections AS c ON c.id = f.connection_id
WHERE f.waited_ms >= 1000
GROUP BY f.connection_id, f.side;
