-- Which server answered with which status, how often, and what does that mean?
-- meaning, class: see status_codes; NULL = not registered. By path: see status_paths.
-- Takes one to two seconds for a million exchanges: they are sorted by what was said.
CREATE VIEW status_summary AS
WITH by_connection AS (
  SELECT connection_id, authority, status, reason, count(*) AS exchanges
  FROM http_exchanges
  WHERE status IS NOT NULL
  GROUP BY connection_id, authority COLLATE NOCASE, status, reason
)
SELECT
  c.server_ip,
  c.server_port,
  b.authority,
  b.status,
  b.reason,
  sum(b.exchanges) AS exchanges,
  known.class,
  known.meaning
FROM by_connection AS b
JOIN connections AS c ON c.id = b.connection_id
LEFT JOIN status_codes AS known ON known.status = b.status
GROUP BY c.server_ip, c.server_port, b.authority COLLATE NOCASE, b.status, b.reason
ORDER BY exchanges DESC, c.server_ip, c.server_port, b.authority, b.status;
