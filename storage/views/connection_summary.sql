-- How many connections were short, long or idle, and why, by what they carried?
CREATE VIEW connection_summary AS
SELECT
  c.layers,
  k.kind,
  k.why,
  sum(k.open) AS open,
  count(*) AS connections,
  sum(c.exchanges) AS exchanges,
  sum(c.client_bytes + c.server_bytes) AS payload_bytes,
  sum(t.turns) AS encrypted_turns
FROM connections AS c
LEFT JOIN connection_kinds AS k ON k.connection_id = c.id
LEFT JOIN (SELECT connection_id, count(*) AS turns FROM tls_turns GROUP BY connection_id) AS t ON t.connection_id = c.id
GROUP BY c.layers, k.kind, k.why
ORDER BY connections DESC, c.layers, k.kind, k.why;
