-- Which captures have packets that were cut short?
-- One row a capture: packets of connections that are longer than what the capture kept of them (snaplen).
CREATE VIEW finding_capture_cut AS
SELECT
  'warning' AS severity,
  'capture_cut' AS kind,
  min(c.id) AS connection_id,
  NULL AS exchange_id,
  c.first_frame AS frame,
  printf('%s has packets of %s cut short', f.path, iif(count(*) = 1, '1 connection', count(*) || ' connections')) AS summary,
  'Capture whole packets (tcpdump: --snapshot-length 0): what was cut off is missing in every answer.' AS advice
FROM connections AS c
JOIN captures AS f ON f.id = c.capture_id
WHERE c.cut
GROUP BY c.capture_id;
