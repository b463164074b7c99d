-- Which exchanges asked for credentials or brought them, by which scheme, and with what success?
-- proxy: 1 = for a proxy (407), else for the server (401). Schemes only: the credentials themselves are told nowhere.
-- outcome  challenge: asked for credentials, or for the next step: a new nonce (stale), a dialogue that goes on (Negotiate)
--          no_challenge: 401 or 407 that does not say what it wants (RFC 9110 section 11.6.1)
--          rejected: credentials were brought, and asked for again; accepted: they were not asked for again
--          forbidden: 403 to credentials: who it is was understood, and it is not allowed
--          NULL: no answer, or an error of the server
-- by_connection: 1 = it brought none, as NTLM and Negotiate may have authenticated its connection before (RFC 4559 section 6):
-- where the answer to that log-in said so in Persistent-Auth, or said nothing, and it was NTLM or took several rounds, as NTLM
-- inside Negotiate does and Kerberos does not ([MS-N2HT] section 3.2.5); until credentials are asked for or brought again.
CREATE VIEW authentication AS
WITH sides (proxy, refusal) AS (
  VALUES (0, 401), (1, 407)
),
both AS (
  SELECT
    a.exchange_id,
    a.status,
    iif(s.proxy, a.proxy_schemes_offered, a.schemes_offered) AS scheme_offered,
    iif(s.proxy, a.proxy_scheme_used, a.scheme_used) AS scheme_used,
    s.proxy,
    a.stale,
    a.continued,
    s.refusal
  FROM http_authentications AS a
  CROSS JOIN sides AS s
  WHERE a.status = s.refusal OR iif(s.proxy, a.proxy_scheme_used, a.scheme_used) IS NOT NULL
),
bindable AS MATERIALIZED (
  SELECT DISTINCT e.connection_id
  FROM both AS b
  CROSS JOIN http_exchanges AS e ON e.id = b.exchange_id
  WHERE b.scheme_used IN ('ntlm', 'negotiate')
),
-- All that was asked and brought on such a connection.
steps AS MATERIALIZED (
  SELECT
    b.*,
    e.connection_id,
    e.ordinal,
    e.method,
    e.response_headers,
    lead(e.ordinal) OVER on_connection AS next_ordinal,
    lag(b.continued) OVER on_connection AS was_continued
  FROM bindable AS c
  CROSS JOIN http_exchanges AS e ON e.connection_id = c.connection_id
  CROSS JOIN both AS b ON b.exchange_id = e.id
  WINDOW on_connection AS (PARTITION BY e.connection_id, b.proxy ORDER BY e.ordinal)
),
hints AS (
  SELECT s.exchange_id, lower(field.value ->> 1) AS persistent
  FROM steps AS s
  JOIN json_each(s.response_headers) AS field ON lower(field.value ->> 0) = 'persistent-auth'
),
log_ins AS (
  SELECT s.connection_id, s.ordinal, s.next_ordinal, s.scheme_used, s.proxy, s.refusal
  FROM steps AS s
  WHERE
    s.scheme_used IN ('ntlm', 'negotiate')
    AND s.status < 500
    AND s.status NOT IN (401, 407)
    AND s.method <> 'CONNECT'  -- what goes through a tunnel does not ask the proxy
    AND coalesce(
      (SELECT h.persistent = 'true' FROM hints AS h WHERE h.exchange_id = s.exchange_id AND h.persistent IN ('true', 'false')),
      s.scheme_used = 'ntlm' OR s.was_continued
    )
),
told AS (
  SELECT *, 0 AS by_connection FROM both
  UNION ALL
  SELECT e.id, e.status, NULL, l.scheme_used, l.proxy, 0, 0, l.refusal, 1
  FROM log_ins AS l
  CROSS JOIN http_exchanges AS e
    ON e.connection_id = l.connection_id AND e.ordinal > l.ordinal AND (l.next_ordinal IS NULL OR e.ordinal < l.next_ordinal)
)
SELECT
  exchange_id,
  status,
  scheme_offered,
  scheme_used,
  CASE
    WHEN status = refusal AND scheme_offered IS NULL THEN 'no_challenge'
    WHEN status = refusal AND (scheme_used IS NULL OR stale OR continued) THEN 'challenge'
    WHEN status = refusal THEN 'rejected'
    WHEN status = 403 AND NOT proxy THEN 'forbidden'
    WHEN status < 500 AND status <> 407 THEN 'accepted'
  END AS outcome,
  proxy,
  by_connection
FROM told;
