-- Which clients took their credentials to another origin?
-- One row a client and target: the same Authorization went on with a redirect to another scheme, host or port.
-- Takes as long as redirect_hops.
CREATE VIEW finding_credentials_elsewhere AS
SELECT
  'error' AS severity,
  'credentials_elsewhere' AS kind,
  r.connection_id AS connection_id,
  min(r.exchange_id) AS exchange_id,
  r.frame AS frame,
  printf('%s sent the same Authorization to %s, where a redirect from %s pointed', c.client_ip, r.to_uri, r.from_uri) AS summary,
  'Whoever can make a redirect gets the credentials: send them to the origin alone that they are for.' AS advice
FROM redirect_hops AS r
JOIN connections AS c ON c.id = r.connection_id
WHERE r.credentials_carried
GROUP BY c.client_ip, r.to_uri;
