-- Which requests asked only for what had changed, and what did that save?
-- validator: what the request brought: If-None-Match, else If-Modified-Since, else If-Match (RFC 9110 section 13.2.2).
-- outcome  not_modified: 304; modified: another version was sent; missed: the validator was that of the response itself
--          (entity tags compared weakly; not modified since), and the body was sent all the same; failed: 412
--          NULL: another status, or If-Match that held
-- bytes_saved: not_modified: body of the last whole answer of the capture for the same URI that had this validator; NULL =
-- there was none; else 0. bytes_wasted: missed: the body that was sent again. body_with_304: 1 = bytes of a body came with
-- the 304, which has none (RFC 9110 section 15.4.5).
-- Takes a second and more for a million exchanges, where many are revalidations: whole answers are looked for among all.
CREATE VIEW conditional_requests AS
WITH conditions AS (
  SELECT
    *,
    coalesce(if_none_match, if_modified_since, if_match) AS validator,
    CASE
      WHEN status = 304 THEN 'not_modified'
      WHEN status = 412 THEN 'failed'
      WHEN status <> 200 OR method NOT IN ('GET', 'HEAD') THEN NULL
      WHEN if_none_match IS NOT NULL
        THEN
          iif(
            method <> 'HEAD'
            AND (trim(if_none_match) = '*' OR instr(if_none_match, iif(substr(etag, 1, 2) = 'W/', substr(etag, 3), etag)) > 0),
            'missed',
            'modified'
          )
      WHEN if_modified_since IS NOT NULL THEN iif(method <> 'HEAD' AND last_modified_ns <= if_modified_since_ns, 'missed', 'modified')
    END AS outcome
  FROM http_conditions
),
revalidated AS MATERIALIZED (
  SELECT e.path, e.authority, row_number() OVER () AS target
  FROM http_conditions AS o
  JOIN http_exchanges AS e ON e.id = o.exchange_id
  WHERE o.status = 304
  GROUP BY e.path, e.authority
),
whole AS MATERIALIZED (
  SELECT t.path, t.authority, max(e.id) AS id
  FROM http_exchanges AS e
  CROSS JOIN revalidated AS t ON t.path = e.path AND t.authority IS e.authority
  WHERE e.status = 200 AND e.complete AND e.method = 'GET' AND EXISTS (SELECT 1 FROM revalidated)
  GROUP BY t.target
)
SELECT
  o.exchange_id,
  o.validator,
  o.status,
  o.outcome,
  CASE o.outcome
    WHEN 'not_modified'
      THEN
        iif(
          instr(f.response_headers, replace(coalesce(o.etag, o.if_modified_since, o.if_none_match), '"', '\"')) > 0,  -- as in JSON
          f.response_body_bytes,
          NULL
        )
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
LEFT JOIN whole AS w ON o.outcome = 'not_modified' AND w.path = e.path AND w.authority IS e.authority
LEFT JOIN http_exchanges AS f ON f.id = w.id;
