-- Which requests asked only for what had changed, and what did that save?
-- validator: what the request brought: If-None-Match, else If-Modified-Since, else If-Match, If-Unmodified-Since, If-Range (RFC
-- 9110 section 13.2.2).
-- outcome  not_modified: 304; modified: another version was sent; missed: the validator was that of the response itself
--          (entity tags compared weakly, for If-Range strongly; not modified since), and all of the body was sent all the same;
--          failed: 412; partial: 206, the part that was asked for under If-Range
--          NULL: another status, or If-Match that held
-- bytes_saved: not_modified: body of the last whole answer of the capture for the same URI that had this validator; NULL =
-- there was none; else 0. bytes_wasted: missed: the body that was sent again. body_with_304: 1 = bytes of a body came with
-- the 304, which has none (RFC 9110 section 15.4.5).
-- Takes three to four seconds for a million exchanges, where a fifth are revalidations: whole answers are looked for among all.
CREATE VIEW conditional_requests AS
WITH conditions AS (
  SELECT
    *,
    coalesce(if_none_match, if_modified_since, if_match, if_unmodified_since, if_range) AS validator,
    CASE
      WHEN status = 304 THEN 'not_modified'
      WHEN status = 412 THEN 'failed'
      WHEN status = 206 AND if_range IS NOT NULL THEN 'partial'
      WHEN status IS NOT 200 OR method IS NULL OR method NOT IN ('GET', 'HEAD') THEN NULL
      WHEN if_none_match IS NOT NULL
        THEN
          iif(
            method <> 'HEAD'
            AND (
              trim(if_none_match) = '*'
              OR etag = if_none_match
              OR (etag LIKE '%"' AND instr(if_none_match, iif(substr(etag, 1, 2) = 'W/', substr(etag, 3), etag)) > 0)
            ),
            'missed',
            'modified'
          )
      WHEN if_modified_since IS NOT NULL THEN iif(method <> 'HEAD' AND last_modified_ns <= if_modified_since_ns, 'missed', 'modified')
      WHEN if_range IS NOT NULL AND if_match IS NULL AND if_unmodified_since IS NULL
        THEN iif(method <> 'HEAD' AND ((etag = if_range AND if_range NOT LIKE 'W/%') OR last_modified = if_range), 'missed', 'modified')
    END AS outcome
  FROM http_conditions
),
-- The version that the client has, as it stands in the header fields of a whole answer, in JSON.
not_modified AS MATERIALIZED (
  SELECT e.id, e.path, e.authority, replace(coalesce(o.etag, o.if_none_match, o.if_modified_since), '"', '\"') AS version
  FROM http_conditions AS o
  JOIN http_exchanges AS e ON e.id = o.exchange_id
  WHERE o.status = 304
),
revalidated AS MATERIALIZED (
  SELECT path, authority, version, row_number() OVER () AS target FROM not_modified GROUP BY path, authority, version
),
whole AS MATERIALIZED (
  SELECT t.target, max(e.id) AS id, e.response_body_bytes AS bytes
  FROM http_exchanges AS e
  CROSS JOIN revalidated AS t ON t.path = e.path AND t.authority IS e.authority
  WHERE e.status = 200 AND e.complete AND e.method = 'GET' AND EXISTS (SELECT 1 FROM revalidated) AND instr(e.response_headers, t.version) > 0
  GROUP BY t.target
),
saved AS MATERIALIZED (
  SELECT n.id, w.bytes
  FROM not_modified AS n
  CROSS JOIN revalidated AS t ON t.path = n.path AND t.authority IS n.authority AND t.version = n.version
  CROSS JOIN whole AS w ON w.target = t.target
)
SELECT
  o.exchange_id,
  o.validator,
  o.status,
  o.outcome,
  CASE o.outcome
    WHEN 'not_modified' THEN w.bytes
    WHEN 'missed' THEN 0
    WHEN 'modified' THEN 0
  END AS bytes_saved,
  CASE o.outcome WHEN 'missed' THEN o.response_body_bytes END AS bytes_wasted,
  CASE
    WHEN o.status = 304
      THEN
        coalesce(o.response_body_bytes, 0) > 0
        OR EXISTS (
          SELECT 1
          FROM anomalies AS a
          JOIN connections AS c ON c.id = a.connection_id
          WHERE
            a.connection_id = e.connection_id
            AND a.code = 'http1.start_line'
            AND a.side = 'server'
            AND a.time_ns >= e.response_start_ns
            AND c.exchanges = e.ordinal
        )
  END AS body_with_304,
  e.connection_id,
  e.method,
  e.authority,
  e.path,
  e.request_first_frame AS frame
FROM conditions AS o
JOIN http_exchanges AS e ON e.id = o.exchange_id
LEFT JOIN saved AS w ON w.id = o.exchange_id
ORDER BY o.exchange_id;
