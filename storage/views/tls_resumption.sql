-- How often did each client resume its TLS sessions with each server, and what did that save?
-- handshakes: those that the server answered. resumed_share: of those of which it is known. offers_rejected: the client offered
-- a session, and the server wanted the whole handshake all the same; first_rejected_id: the first such handshake. Durations are
-- those of completed handshakes, first byte of the ClientHello to the last of the second Finished: paid_ms is their sum;
-- saved_ms what the resumed ones would have taken longer, had each of them been a full one of median length.
CREATE VIEW tls_resumption AS
WITH handshakes AS (
  SELECT
    h.id,
    c.client_ip,
    c.server_ip,
    c.server_port,
    h.resumed <> 'no' AS resumed,
    h.resumed = 'no' AND h.resumption_offered <> 'no' AS rejected,
    CASE WHEN h.outcome = 'completed' AND NOT h.midstream THEN (h.end_ns - h.start_ns) / 1e6 END AS ms
  FROM tls_handshakes AS h
  JOIN connections AS c ON c.id = h.connection_id
  WHERE h.version IS NOT NULL
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY client_ip, server_ip, server_port, resumed ORDER BY ms NULLS LAST) AS rank,
    count(ms) OVER (PARTITION BY client_ip, server_ip, server_port, resumed) AS timed
  FROM handshakes
),
pairs AS (
  SELECT
    client_ip,
    server_ip,
    server_port,
    count(*) AS handshakes,
    coalesce(sum(resumed), 0) AS resumed,
    avg(resumed) AS resumed_share,
    coalesce(sum(rejected), 0) AS offers_rejected,
    min(id) FILTER (WHERE rejected) AS first_rejected_id,
    avg(ms) FILTER (WHERE NOT resumed AND rank IN ((timed + 1) / 2, (timed + 2) / 2)) AS full_ms,
    avg(ms) FILTER (WHERE resumed AND rank IN ((timed + 1) / 2, (timed + 2) / 2)) AS resumed_ms,
    count(ms) FILTER (WHERE resumed) AS resumed_timed,
    sum(ms) AS paid_ms
  FROM ranked
  GROUP BY client_ip, server_ip, server_port
)
SELECT
  client_ip,
  server_ip,
  server_port,
  handshakes,
  resumed,
  round(resumed_share, 4) AS resumed_share,
  offers_rejected,
  round(full_ms, 3) AS full_ms_median,
  round(resumed_ms, 3) AS resumed_ms_median,
  round(paid_ms, 3) AS paid_ms,
  round(resumed_timed * (full_ms - resumed_ms), 3) AS saved_ms,
  first_rejected_id
FROM pairs
ORDER BY handshakes DESC, client_ip, server_ip, server_port;
