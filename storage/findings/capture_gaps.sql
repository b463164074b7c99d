-- Which captures have holes in their connections?
-- One row a capture: bytes that were acknowledged, or that later ones stand behind, and that are not in the capture.
CREATE VIEW finding_capture_gaps AS
SELECT
  'warning' AS severity,
  'capture_gaps' AS kind,
  min(c.id) AS connection_id,
  NULL AS exchange_id,
  c.first_frame AS frame,
  printf(
    '%s lacks %d bytes of %s',
    f.path,
    sum(c.client_missing_bytes + c.server_missing_bytes),
    iif(count(*) = 1, '1 connection', count(*) || ' connections')
  ) AS summary,
  'The capture was too slow, not the network: exchanges there are told in part. Capture again with a larger buffer or a filter.' AS advice
FROM connections AS c
JOIN captures AS f ON f.id = c.capture_id
WHERE c.client_missing_bytes + c.server_missing_bytes > 0
GROUP BY c.capture_id;
