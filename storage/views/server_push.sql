-- Which responses did servers push, and were they of use?
-- outcome       reset: a side cancelled it; used: it came whole; unknown: it was not seen to its end.
-- bytes         DATA sent for it; wasted_bytes: those of pushes that were reset.
-- asked_again   1 = the client asked for the same thing on this connection all the same, after it was promised.
CREATE VIEW server_push AS
SELECT
  p.connection_id,
  p.stream_id,
  s.promised_by,
  p.path,
  CASE
    WHEN s.reset_code IS NOT NULL THEN 'reset'
    WHEN p.complete THEN 'used'
    ELSE 'unknown'
  END AS outcome,
  s.data_bytes_server AS bytes,
  CASE WHEN s.reset_code IS NOT NULL THEN s.data_bytes_server ELSE 0 END AS wasted_bytes,
  EXISTS (
    SELECT 1 FROM http_exchanges AS again
    WHERE again.connection_id = p.connection_id AND NOT again.pushed AND again.method = p.method AND again.authority IS p.authority
      AND again.path = p.path AND again.request_start_ns >= p.request_start_ns
  ) AS asked_again,
  s.reset_by,
  s.reset_error,
  p.id AS exchange_id
FROM http_exchanges AS p
JOIN http2_streams AS s ON s.exchange_id = p.id
WHERE p.pushed;
