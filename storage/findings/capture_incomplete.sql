-- Which captures lack packets?
-- A file that breaks, or packets that the kernel or an interface dropped.
CREATE VIEW finding_capture_incomplete AS
SELECT
  'warning' AS severity,
  'capture_incomplete' AS kind,
  NULL AS connection_id,
  NULL AS exchange_id,
  NULL AS frame,
  printf(
    '%s lacks packets: %s',
    path,
    iif(
      damaged_at IS NOT NULL,
      printf('it breaks at byte %d (%s)', damaged_at, coalesce(damage, 'damaged')),
      printf('%s dropped, %.1f %% of all', iif(dropped = 1, '1 was', dropped || ' were'), 100.0 * dropped / nullif(packets + dropped, 0))
    )
  ) AS summary,
  'Read all else with care: a response, or a close, may have been in what is missing. Capture again with a larger buffer or a filter.' AS advice
FROM captures
WHERE damaged_at IS NOT NULL OR dropped > 0;
