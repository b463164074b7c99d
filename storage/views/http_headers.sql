-- Which header and trailer fields did each message carry?
-- position: 1, 2 ... as sent, in its section (header, trailer). class: see header_fields; NULL = a name not known there.
-- Takes ten seconds and more for all fields of a million exchanges, which are 15 million rows; of one exchange, no time.
CREATE VIEW http_headers AS
WITH sections (exchange_id, side, section, fields) AS (
  SELECT id, 'client', 'header', request_headers FROM http_exchanges
  UNION ALL
  SELECT id, 'server', 'header', response_headers FROM http_exchanges
  UNION ALL
  SELECT id, 'client', 'trailer', request_trailers FROM http_exchanges
  UNION ALL
  SELECT id, 'server', 'trailer', response_trailers FROM http_exchanges
)
SELECT
  s.exchange_id,
  s.side,
  field.key + 1 AS position,
  field.value ->> 0 AS name,
  field.value ->> 1 AS value,
  known.class,
  s.section
FROM sections AS s
JOIN json_each(s.fields) AS field
LEFT JOIN header_fields AS known ON known.name = lower(field.value ->> 0);
