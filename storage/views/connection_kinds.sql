-- Was each connection short, long or idle, and why?
-- kind  short: one exchange; long: two or more; idle: no exchange. Connections that carried another protocol have none.
-- why   short: negotiated = a side said it would close (HTTP/1.0 without keep-alive, or `Connection: close`);
--              unused = it could have been used again, and nobody came back; failed = its exchange was not completed;
--              upgraded = it went on as another protocol.
--       idle:  refused = RST instead of a handshake; unanswered = no handshake was completed; unused = not a byte was sent;
--              failed = bytes were sent, but no request came whole.
--       NULL:  long; or not closed yet; or too little was seen to tell: one_way, cut, missing bytes, no request; midstream or
--              evicted: what was not seen may have been exchanges, too, and kind is what is known so far.
-- open  1 = the capture ended first, or the connection was evicted: its kind so far.
-- encrypted  1 = TLS without keys: its turns (tls_turns) stand for exchanges, behind a CONNECT beside it; of HTTP/2 one may be
--       many. Of short ones, why is then known only where the turn failed. Of idle ones, failed = the TLS handshake was not
--       completed.
CREATE VIEW connection_kinds AS
WITH turns AS MATERIALIZED (
  SELECT connection_id, count(*) AS turns, max(response_start_ns IS NOT NULL) AS answered FROM tls_turns GROUP BY connection_id
),
uses AS (
  SELECT
    c.*,
    c.layers = 'tls' OR c.layers LIKE '%/tls' AS encrypted,
    replace(replace(c.layers, 'proxy/', ''), 'socks/', '') AS protocol,
    c.exchanges + iif(c.exchanges = 0 OR c.layers LIKE '%/tls', coalesce(t.turns, 0), 0) AS uses,
    t.answered
  FROM connections AS c
  LEFT JOIN turns AS t ON t.connection_id = c.id
),
kinds AS (
  SELECT
    id,
    exchanges,
    coalesce(encrypted, 0) AS encrypted,
    answered,
    CASE
      WHEN uses >= 2 THEN 'long'
      WHEN uses = 1 THEN 'short'
      WHEN client_bytes + server_bytes = 0 OR protocol IN ('http1', 'http2', 'http1/http2', 'tls/http1', 'tls/http2', 'tls') THEN 'idle'
    END AS kind,
    close_kind IN ('open', 'evicted') AS open,
    server_packets = 0 AND client_packets = client_syns AS only_syns,
    midstream OR close_kind = 'evicted' AS partly,
    coalesce(one_way OR cut OR midstream OR limited OR client_missing_bytes > 0 OR server_missing_bytes > 0, 0) AS unsure
  FROM uses
)
SELECT
  k.id AS connection_id,
  k.kind,
  CASE k.kind
    WHEN 'short' THEN
      CASE
        WHEN k.partly THEN NULL
        WHEN k.exchanges = 0 THEN iif(k.open OR k.unsure OR k.answered, NULL, 'failed')
        WHEN e.upgraded_to IS NOT NULL AND e.stream_id IS NULL THEN 'upgraded'
        WHEN (e.complete OR e.method IS NULL) AND NOT e.persistent THEN 'negotiated'
        WHEN k.open THEN NULL
        WHEN k.unsure THEN NULL
        WHEN e.complete AND e.persistent THEN 'unused'
        WHEN NOT e.complete AND e.method IS NOT NULL THEN 'failed'
      END
    WHEN 'idle' THEN
      CASE
        WHEN k.only_syns THEN 'unanswered'
        WHEN k.unsure THEN NULL
        WHEN c.established_ns IS NULL AND c.close_kind = 'rst' AND c.closed_first = 'server' THEN 'refused'
        WHEN c.established_ns IS NULL THEN 'unanswered'
        WHEN k.open THEN NULL
        WHEN c.client_bytes + c.server_bytes = 0 THEN 'unused'
        WHEN k.encrypted AND EXISTS (SELECT 1 FROM tls_handshakes AS h WHERE h.connection_id = k.id AND h.outcome = 'completed') THEN 'unused'
        ELSE 'failed'
      END
  END AS why,
  k.open,
  k.encrypted
FROM kinds AS k
JOIN connections AS c ON c.id = k.id
LEFT JOIN http_exchanges AS e ON k.exchanges = 1 AND e.connection_id = k.id
WHERE k.kind IS NOT NULL;
