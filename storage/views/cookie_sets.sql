-- Which cookies were set, for which hosts and paths, and what ended them?
-- One row a Set-Cookie that sets something; one that deletes (its expiry has passed) only ends the one before.
-- scope: the domain that it goes back to; host_only: 1 = to this very host alone (RFC 6265 section 5.3). path: of the cookie,
-- else the folder of the request's path (section 5.1.4). expires_at_ns: by Max-Age, else by Expires; NULL = with the session.
-- until_ns: when it was replaced, deleted or expired, which is `ended`; NULL = it outlived the capture.
-- refused: the rule by which a user agent does not take it: domain (the host is not of it, is an address, or the domain is one
-- word alone), secure (Secure over http, RFC 6265bis section 5.7), or what the prefixes __Host- and __Secure- ask for (section
-- 4.1.3). Public suffixes of several words, as co.uk, are not known here: browsers refuse those as a Domain, too.
-- Takes a second and more for a million cookies: those of one name are sorted by their times.
CREATE VIEW cookie_sets AS
WITH requests AS (
  SELECT id, scheme, substr(path, 1, coalesce(nullif(instr(path, '?'), 0) - 1, length(path))) AS path FROM http_exchanges
),
sets AS MATERIALIZED (
  SELECT
    k.*,
    c.client_ip,
    coalesce(k.domain, k.host) AS scope,
    k.domain IS NULL AS host_only,
    r.scheme,
    rtrim(r.path, replace(r.path, '/', '')) AS folder,  -- up to the last slash
    CASE
      WHEN k.max_age_s IS NULL THEN k.expires_ns
      WHEN k.max_age_s > 7000000000 THEN 9223372036854775807
      ELSE k.time_ns + max(k.max_age_s, 0) * 1000000000
    END AS expires_at_ns
  FROM http_cookies AS k
  JOIN requests AS r ON r.id = k.exchange_id
  JOIN connections AS c ON c.id = k.connection_id
  WHERE k.direction = 'set'
),
scoped AS (
  SELECT *, coalesce(path, nullif(substr(folder, 1, length(folder) - 1), ''), '/') AS cookie_path FROM sets
),
followed AS (
  SELECT
    *,
    expires_at_ns <= time_ns AS deletes,
    lead(time_ns) OVER next_set AS next_ns,
    lead(expires_at_ns <= time_ns) OVER next_set AS next_deletes
  FROM scoped
  WINDOW next_set AS (PARTITION BY client_ip, name, scope, cookie_path ORDER BY time_ns, exchange_id, ordinal)
)
SELECT
  f.exchange_id,
  f.ordinal,
  f.connection_id,
  f.client_ip,
  f.host,
  f.name,
  f.value,
  f.scope,
  f.host_only,
  f.cookie_path AS path,
  f.secure,
  f.http_only,
  f.same_site,
  f.time_ns,
  f.expires_at_ns,
  CASE
    WHEN f.next_ns <= coalesce(f.expires_at_ns, f.next_ns) THEN f.next_ns
    WHEN f.expires_at_ns <= (SELECT max(ended_ns) FROM captures) THEN f.expires_at_ns
  END AS until_ns,
  CASE
    WHEN f.next_ns <= coalesce(f.expires_at_ns, f.next_ns) THEN iif(coalesce(f.next_deletes, 0), 'deleted', 'replaced')
    WHEN f.expires_at_ns <= (SELECT max(ended_ns) FROM captures) THEN 'expired'
  END AS ended,
  CASE
    WHEN f.host <> f.scope AND (substr(f.host, -length(f.scope) - 1) <> '.' || f.scope OR instr(f.scope, '.') = 0) THEN 'domain'
    WHEN f.host <> f.scope AND f.host NOT GLOB '*[^0-9.]*' THEN 'domain'
    WHEN f.name LIKE '\_\_Host-%' ESCAPE '\' AND NOT f.host_only THEN 'domain'
    WHEN f.name LIKE '\_\_Host-%' ESCAPE '\' AND f.cookie_path <> '/' THEN 'path'
    WHEN (f.name LIKE '\_\_Host-%' ESCAPE '\' OR f.name LIKE '\_\_Secure-%' ESCAPE '\') AND NOT f.secure THEN 'secure'
    WHEN f.secure AND f.scheme = 'http' THEN 'secure'
  END AS refused,
  f.frame
FROM followed AS f
WHERE NOT coalesce(f.deletes, 0);
