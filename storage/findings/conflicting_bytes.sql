-- Which connections carried different bytes in the same place?
-- One row a connection.
CREATE VIEW finding_conflicting_bytes AS
SELECT
  'error' AS severity,
  'conflicting_bytes' AS kind,
  c.id AS connection_id,
  NULL AS exchange_id,
  coalesce((SELECT min(t.frame) FROM tcp_events AS t WHERE t.connection_id = c.id AND t.kind = 'conflicting_overlap'), c.first_frame) AS frame,
  printf(
    '%s between %s and %s:%d sent twice with different values',
    iif(c.conflicting_overlap_bytes = 1, '1 byte', c.conflicting_overlap_bytes || ' bytes'),
    c.client_ip,
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port
  ) AS summary,
  'Honest TCP repeats the same bytes: somebody forges segments, or a device on the way rewrites them. --overlap last shows the other copy.' AS advice
FROM connections AS c
WHERE
  c.conflicting_overlap_bytes > 1
  -- Behind a hole the one byte of a keepalive probe looks like that.
  OR (c.conflicting_overlap_bytes = 1 AND c.client_missing_bytes + c.server_missing_bytes = 0);
