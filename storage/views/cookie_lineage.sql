-- What became of each cookie: who used it, what ended it, and why did it never come back?
-- One row a Set-Cookie that sets something (see cookie_sets). uses: requests of the same client that brought this value back to
-- a host that it is for, before it was replaced, deleted or expired, which is `ended`; uses_after_end: those that did later.
-- set_exchange_id NULL: cookies that were sent and not set in view, one row a client, host, name and value.
-- never_returned_because, where uses is 0: the rule that forbids it (RFC 6265 sections 5.3, 5.4) to all later requests of the
-- same client:
--   domain  the host that set it is not of its Domain; or later requests asked hosts beside, which it is not for
--   secure  it is for encrypted connections, and was set, or would have been sent, over others
--   path    later requests to its hosts asked only for other paths
--   expiry  it had expired before the next request that it was for
--   NULL    no later request was seen, or one that should have brought it
-- Takes ten seconds for a million cookies: each that was sent is looked up among those that were set.
CREATE VIEW cookie_lineage AS
WITH sets AS MATERIALIZED (
  SELECT *, dense_rank() OVER (ORDER BY client_ip, name, value, scope, host_only, path) AS kind FROM cookie_sets
),
kinds AS MATERIALIZED (
  SELECT kind, client_ip, name, value, scope, host_only, min(time_ns) AS first_ns FROM sets GROUP BY kind
),
sent AS MATERIALIZED (
  SELECT k.exchange_id, k.host, k.name, k.value, k.time_ns, k.frame, c.client_ip, s.kind, s.first_ns
  FROM http_cookies AS k
  CROSS JOIN connections AS c ON c.id = k.connection_id
  LEFT JOIN kinds AS s
    ON
      s.name = k.name
      AND s.value = k.value
      AND s.client_ip = c.client_ip
      AND (k.host = s.scope OR (NOT s.host_only AND substr(k.host, -length(s.scope) - 1) = '.' || s.scope))
  WHERE k.direction = 'sent'
),
events (kind, time_ns, sent, exchange_id, ordinal, until_ns) AS (
  SELECT kind, time_ns, 0, exchange_id, ordinal, coalesce(until_ns, 9223372036854775807) FROM sets
  UNION ALL
  SELECT kind, time_ns, 1, exchange_id, NULL, NULL FROM sent WHERE time_ns >= first_ns
),
-- A life begins with a Set-Cookie; what was sent belongs to the last one before it.
lives AS (
  SELECT
    *,
    count(*) FILTER (WHERE NOT sent) OVER so_far AS life,
    max(until_ns) OVER so_far AS life_until_ns
  FROM events
  WINDOW so_far AS (PARTITION BY kind ORDER BY time_ns, sent, exchange_id ROWS UNBOUNDED PRECEDING)
),
uses AS MATERIALIZED (
  SELECT
    max(exchange_id) FILTER (WHERE NOT sent) AS exchange_id,
    max(ordinal) AS ordinal,
    count(*) FILTER (WHERE sent AND time_ns < life_until_ns) AS uses,
    max(exchange_id) FILTER (WHERE sent AND time_ns < life_until_ns) AS last_use_id,
    count(*) FILTER (WHERE sent AND time_ns >= life_until_ns) AS uses_after_end
  FROM lives
  GROUP BY kind, life
),
unused AS MATERIALIZED (
  SELECT s.*, dense_rank() OVER (ORDER BY s.client_ip, s.host, s.scope, s.host_only, s.secure, s.path) AS target
  FROM uses AS u
  JOIN sets AS s ON s.exchange_id = u.exchange_id AND s.ordinal = u.ordinal
  WHERE u.uses = 0
),
asked AS (
  SELECT
    connection_id,
    scheme,
    lower(
      substr(
        authority,
        1,
        CASE WHEN authority LIKE '[%' THEN instr(authority, ']') ELSE coalesce(nullif(instr(authority, ':'), 0) - 1, length(authority)) END
      )
    ) AS host,
    iif(
      EXISTS (SELECT 1 FROM unused WHERE path <> '/'),
      substr(path, 1, coalesce(nullif(instr(path, '?'), 0) - 1, length(path))),
      NULL
    ) AS path,
    request_start_ns
  FROM http_exchanges
  WHERE EXISTS (SELECT 1 FROM unused)
),
visits AS MATERIALIZED (
  SELECT c.client_ip, a.host, a.scheme, a.path, max(a.request_start_ns) AS last_ns
  FROM asked AS a
  JOIN connections AS c ON c.id = a.connection_id
  GROUP BY c.client_ip, a.host, a.scheme, a.path
),
targets AS (
  SELECT target, client_ip, host, scope, host_only, secure, path FROM unused GROUP BY target
),
-- Which requests of the client come through which rule.
passes AS (
  SELECT
    s.target,
    v.last_ns,
    v.host = s.scope OR (NOT s.host_only AND substr(v.host, -length(s.scope) - 1) = '.' || s.scope) AS host_fits,
    v.scheme = 'https' OR NOT s.secure AS scheme_fits,
    s.path = '/'
    OR v.path = s.path
    OR (substr(v.path, 1, length(s.path)) = s.path AND (s.path LIKE '%/' OR substr(v.path, length(s.path) + 1, 1) = '/')) AS path_fits,
    -- of one domain: shop.example and www.shop.example, or www.shop.example and api.shop.example
    substr(v.host, -length(s.host) - 1) = '.' || s.host
    OR substr(s.host, -length(v.host) - 1) = '.' || v.host
    OR (
      instr(substr(s.host, instr(s.host, '.') + 1), '.') > 0
      AND substr(v.host, instr(v.host, '.')) = substr(s.host, instr(s.host, '.'))
    ) AS related
  FROM targets AS s
  JOIN visits AS v ON v.client_ip = s.client_ip
),
-- The last one of them that did.
passed AS MATERIALIZED (
  SELECT
    target,
    coalesce(max(last_ns) FILTER (WHERE related), 0) AS related_ns,
    coalesce(max(last_ns) FILTER (WHERE host_fits), 0) AS host_ns,
    coalesce(max(last_ns) FILTER (WHERE host_fits AND scheme_fits), 0) AS scheme_ns,
    coalesce(max(last_ns) FILTER (WHERE host_fits AND scheme_fits AND path_fits), 0) AS path_ns
  FROM passes
  GROUP BY target
),
barred AS MATERIALIZED (
  SELECT
    s.exchange_id,
    s.ordinal,
    CASE
      WHEN p.host_ns <= s.time_ns THEN iif(p.related_ns > s.time_ns, 'domain', NULL)
      WHEN p.scheme_ns <= s.time_ns THEN 'secure'
      WHEN p.path_ns <= s.time_ns THEN 'path'
      WHEN s.ended = 'expired' THEN 'expiry'
    END AS rule
  FROM unused AS s
  JOIN passed AS p ON p.target = s.target
),
-- Those that expired, though a request in time should have brought them.
in_time AS MATERIALIZED (
  SELECT DISTINCT s.exchange_id, s.ordinal
  FROM connections AS c
  CROSS JOIN unused AS s ON s.client_ip = c.client_ip AND s.ended = 'expired' AND c.end_ns > s.time_ns AND c.start_ns < s.until_ns
  CROSS JOIN http_exchanges AS e
    ON
      e.connection_id = c.id
      AND (e.authority = s.host COLLATE NOCASE OR substr(e.authority, 1, length(s.host) + 1) = s.host || ':')
      AND e.request_start_ns > s.time_ns
      AND e.request_start_ns < s.until_ns
)
SELECT
  s.host,
  s.name,
  s.exchange_id AS set_exchange_id,
  u.uses,
  u.last_use_id AS last_use_exchange_id,
  s.ended,
  CASE
    WHEN u.uses > 0 THEN NULL
    WHEN s.refused IS NOT NULL THEN s.refused
    WHEN b.rule = 'expiry' AND t.exchange_id IS NOT NULL THEN NULL
    ELSE b.rule
  END AS never_returned_because,
  u.uses_after_end,
  s.client_ip,
  s.scope,
  s.path,
  s.connection_id,
  s.frame
FROM uses AS u
CROSS JOIN sets AS s ON s.exchange_id = u.exchange_id AND s.ordinal = u.ordinal
LEFT JOIN in_time AS t ON t.exchange_id = s.exchange_id AND t.ordinal = s.ordinal
LEFT JOIN barred AS b ON b.exchange_id = s.exchange_id AND b.ordinal = s.ordinal
UNION ALL
SELECT host, name, NULL, count(*), max(exchange_id), NULL, NULL, NULL, client_ip, NULL, NULL, NULL, min(frame)
FROM sent
WHERE kind IS NULL OR time_ns < first_ns
GROUP BY client_ip, host, name, value;
