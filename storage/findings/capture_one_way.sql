-- Which captures have only one direction of connections?
-- One row a capture: connections that carried data. SYNs that nobody answered are connection_unanswered.
CREATE VIEW finding_capture_one_way AS
SELECT
  'warning' AS severity,
  'capture_one_way' AS kind,
  min(c.id) AS connection_id,
  NULL AS exchange_id,
  c.first_frame AS frame,
  printf('%s has one direction only of %s', f.path, iif(count(*) = 1, '1 connection', count(*) || ' connections')) AS summary,
  'The other direction takes another way, or another port is mirrored: verdicts that need both are not given. Capture both.' AS advice
FROM connections AS c
JOIN captures AS f ON f.id = c.capture_id
WHERE c.one_way AND c.client_bytes + c.server_bytes > 0
GROUP BY c.capture_id;
