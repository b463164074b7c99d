-- Which redirects were followed, by which request, and as the standard has it?
-- One row a response with 301, 302, 303, 307 or 308 and Location. next_exchange_id: the request of the same client for where it
-- points, from the response to 30 s behind it: the very next one on its connection, else the first one on any, of a method that
-- the standard has before another (several browsers may share an address). Each request follows its nearest redirect alone.
-- NULL = none was seen. chain: the exchange that it began with; hop: 1, 2 ... in it.
-- body_kept: whether the request's body was sent again; NULL = it had none, was not followed, or a body was held back until
-- 100 (Continue), which a redirect spares.
-- verdict  303: required where GET (or HEAD) follows; 307, 308: required where method and body stay; 301, 302: permitted
--          where the method stays, or POST becomes GET (RFC 9110 sections 15.4.2, 15.4.3); else violation
--          NULL: not followed, or not seen what was asked before
-- loop: 1 = the chain had asked for this very URI before. cross_origin: scheme, host or port changed; downgrade: https became
-- http; credentials_carried: 1 = the same Authorization went to another origin.
-- Takes two seconds for a million exchanges: what follows a redirect is looked for among all of them.
CREATE VIEW redirect_hops AS
WITH redirects AS MATERIALIZED (
  SELECT
    e.id,
    e.connection_id,
    e.ordinal,
    e.status,
    e.method,
    e.scheme,
    e.authority,
    e.path,
    e.request_body_bytes,
    e.response_start_ns,
    e.response_end_ns,
    e.request_first_frame,
    e.response_first_frame,
    c.client_ip,
    l.uri,
    l.scheme AS to_scheme,
    l.authority AS to_authority,
    l.path AS to_path,
    l.cross_origin
  FROM http_locations AS l
  JOIN http_exchanges AS e ON e.id = l.exchange_id
  JOIN connections AS c ON c.id = e.connection_id
  WHERE l.status IN (301, 302, 303, 307, 308)
),
followers AS (
  SELECT
    r.id,
    n.id AS next_id,
    row_number() OVER (
      PARTITION BY r.id
      ORDER BY
        n.connection_id = r.connection_id AND n.ordinal = r.ordinal + 1 DESC,
        n.method IN ('GET', 'HEAD') OR (r.status <> 303 AND n.method = r.method) DESC,
        n.request_start_ns,
        n.id
    ) AS next_rank,
    row_number() OVER (
      PARTITION BY n.id
      ORDER BY n.connection_id = r.connection_id AND n.ordinal = r.ordinal + 1 DESC, r.response_start_ns DESC, r.id DESC
    ) AS redirect_rank
  FROM http_exchanges AS n
  CROSS JOIN redirects AS r
    ON r.to_path = coalesce(nullif(n.path, ''), '/') AND n.request_start_ns BETWEEN r.response_start_ns AND r.response_end_ns + 30000000000
  CROSS JOIN connections AS c ON c.id = n.connection_id AND c.client_ip = r.client_ip
  WHERE
    EXISTS (SELECT 1 FROM redirects)
    AND n.id <> r.id
    AND n.scheme = r.to_scheme
    AND CASE  -- the scheme's own port may be said or not
      WHEN n.scheme = 'http' AND n.authority LIKE '%:80' THEN substr(n.authority, 1, length(n.authority) - 3)
      WHEN n.scheme = 'https' AND n.authority LIKE '%:443' THEN substr(n.authority, 1, length(n.authority) - 4)
      ELSE n.authority
    END IS r.to_authority COLLATE NOCASE
),
followed AS MATERIALIZED (
  SELECT id, next_id FROM followers WHERE next_rank = 1 AND redirect_rank = 1
),
hops AS MATERIALIZED (
  SELECT r.*, f.next_id, before.id AS before_id
  FROM redirects AS r
  LEFT JOIN followed AS f ON f.id = r.id
  LEFT JOIN followed AS before ON before.next_id = r.id
),
chains (id, chain, hop) AS (
  SELECT id, id, 1 FROM hops WHERE before_id IS NULL
  UNION ALL
  SELECT h.id, c.chain, c.hop + 1
  FROM chains AS c
  CROSS JOIN hops AS h ON h.before_id = c.id
),
numbered AS MATERIALIZED (
  SELECT h.*, c.chain, c.hop FROM chains AS c JOIN hops AS h ON h.id = c.id
),
credentials AS (
  SELECT a.exchange_id, field.value ->> 1 AS value
  FROM http_authentications AS a
  JOIN http_exchanges AS e ON e.id = a.exchange_id
  JOIN json_each(e.request_headers) AS field ON lower(field.value ->> 0) = 'authorization'
  WHERE a.scheme_used IS NOT NULL
)
SELECT
  h.id AS exchange_id,
  h.next_id AS next_exchange_id,
  h.chain,
  h.hop,
  h.status,
  h.method AS from_method,
  n.method AS to_method,
  CASE WHEN h.request_body_bytes > 0 AND NOT (n.request_body_bytes = 0 AND n.request_headers LIKE '%["expect",%') THEN n.request_body_bytes > 0 END
    AS body_kept,
  CASE
    WHEN h.method IS NULL OR n.method IS NULL THEN NULL
    WHEN h.status = 303 THEN iif(n.method = 'GET' OR (n.method = 'HEAD' AND h.method = 'HEAD'), 'required', 'violation')
    WHEN h.status IN (307, 308) THEN
      CASE
        WHEN n.method <> h.method THEN 'violation'
        WHEN h.request_body_bytes IS NULL OR n.request_body_bytes IS NULL THEN NULL
        WHEN h.request_body_bytes > 0 AND n.request_body_bytes = 0 AND n.request_headers NOT LIKE '%["expect",%' THEN 'violation'
        ELSE 'required'
      END
    WHEN n.method = h.method OR (h.method = 'POST' AND n.method = 'GET') THEN 'permitted'
    ELSE 'violation'
  END AS verdict,
  EXISTS (
    SELECT 1
    FROM numbered AS earlier
    WHERE
      earlier.chain = h.chain
      AND earlier.hop < h.hop
      AND earlier.method IS h.method
      AND earlier.path = h.path
      AND earlier.scheme = h.scheme
      AND earlier.authority IS h.authority COLLATE NOCASE
  ) AS loop,
  h.cross_origin,
  h.scheme = 'https' AND h.to_scheme = 'http' AS downgrade,
  CASE
    WHEN h.cross_origin AND h.next_id IS NOT NULL
      THEN
        coalesce(
          (SELECT value FROM credentials WHERE exchange_id = h.id) = (SELECT value FROM credentials WHERE exchange_id = h.next_id),
          0
        )
  END AS credentials_carried,
  n.connection_id = h.connection_id AS same_connection,
  round((n.request_start_ns - h.response_end_ns) / 1e6, 3) AS gap_ms,
  h.connection_id,
  h.scheme || '://' || h.authority || h.path AS from_uri,
  h.uri AS to_uri,
  h.request_first_frame AS frame
FROM numbered AS h
LEFT JOIN http_exchanges AS n ON n.id = h.next_id
ORDER BY h.chain, h.hop;
