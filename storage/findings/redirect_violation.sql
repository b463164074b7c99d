-- Which clients followed redirects by another method than the standard has?
-- One row a client, status and pair of methods (RFC 9110 section 15.4).
-- Takes as long as redirect_hops.
CREATE VIEW finding_redirect_violation AS
SELECT
  'warning' AS severity,
  'redirect_violation' AS kind,
  r.connection_id AS connection_id,
  min(r.exchange_id) AS exchange_id,
  r.frame AS frame,
  printf(
    '%s followed %s with %d by %s after %s%s%s %s',
    c.client_ip,
    iif(count(*) = 1, '1 redirect', count(*) || ' redirects'),
    r.status,
    r.to_method,
    r.from_method,
    iif(r.body_kept = 0 AND r.to_method = r.from_method, ' without the body', ''),
    iif(count(*) = 1, ', to', ', the first one to'),
    r.to_uri
  ) AS summary,
  '307 and 308 keep method and body, 303 asks for GET, 301 and 302 let only POST become GET.' AS advice
FROM redirect_hops AS r
JOIN connections AS c ON c.id = r.connection_id
WHERE r.verdict = 'violation'
GROUP BY c.client_ip, r.status, r.from_method, r.to_method;
