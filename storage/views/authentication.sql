-- Which exchanges asked for credentials or brought them, by which scheme, and with what success?
-- proxy: 1 = for a proxy (407), else for the server (401). Schemes only: the credentials themselves are told nowhere.
-- outcome  challenge: asked for credentials, or for the next step: a new nonce (stale), a dialogue that goes on (Negotiate)
--          no_challenge: 401 or 407 that does not say what it wants (RFC 9110 section 11.6.1)
--          rejected: credentials were brought, and asked for again; accepted: they were not asked for again
--          forbidden: 403 to credentials: who it is was understood, and it is not allowed
--          NULL: no answer, or an error of the server
CREATE VIEW authentication AS
WITH both (exchange_id, status, scheme_offered, scheme_used, proxy, stale, continued, refusal) AS (
  SELECT exchange_id, status, schemes_offered, scheme_used, 0, stale, continued, 401
  FROM http_authentications
  WHERE status = 401 OR scheme_used IS NOT NULL
  UNION ALL
  SELECT exchange_id, status, proxy_schemes_offered, proxy_scheme_used, 1, stale, continued, 407
  FROM http_authentications
  WHERE status = 407 OR proxy_scheme_used IS NOT NULL
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
  proxy
FROM both;
