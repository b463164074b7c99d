-- Which server answered with which status, how often?
CREATE VIEW status_summary AS
SELECT
  c.server_ip,
  c.server_port,
  e.authority,
  e.status,
  e.reason,
  count(*) AS exchanges
FROM http_exchanges AS e
JOIN connections AS c ON c.id = e.connection_id
WHERE e.status IS NOT NULL
GROUP BY c.server_ip, c.server_port, e.authority, e.status, e.reason
ORDER BY exchanges DESC, c.server_ip, c.server_port, e.authority, e.status;
