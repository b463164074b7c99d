-- How many exchanges were not seen from first to last byte, and what is missing?
CREATE VIEW incomplete_exchanges AS
SELECT
  CASE
    WHEN e.method IS NULL AND e.request_start_ns IS NULL THEN 'no request'
    WHEN e.status IS NULL AND c.one_way THEN 'no response: one direction captured'
    WHEN e.status IS NULL AND c.close_kind IN ('open', 'evicted') THEN 'no response: still open'
    WHEN e.status IS NULL THEN 'no response'
    WHEN e.midstream THEN 'began unseen'
    ELSE 'a part'
  END AS why,
  count(*) AS exchanges,
  min(e.id) AS first_exchange_id
FROM http_exchanges AS e
JOIN connections AS c ON c.id = e.connection_id
WHERE e.id IN (SELECT id FROM http_exchanges WHERE NOT coalesce(complete, 0))
GROUP BY why
ORDER BY exchanges DESC, why;
