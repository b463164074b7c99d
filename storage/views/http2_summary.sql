-- What was each connection of HTTP/2 or SPDY like: how it began, what it carried, what header compression saved, and how it ended?
-- header_share   header blocks as sent, of what they stand for: 0.1 = nine tenths saved.
CREATE VIEW http2_summary AS
SELECT
  h.connection_id,
  c.client_ip,
  c.server_ip,
  c.server_port,
  h.protocol,
  h.how,
  h.streams,
  h.pushed_streams,
  h.max_concurrent_streams_seen AS open_at_once_max,
  round(1.0 * h.client_header_wire_bytes / nullif(h.client_header_plain_bytes, 0), 3) AS client_header_share,
  round(1.0 * h.server_header_wire_bytes / nullif(h.server_header_plain_bytes, 0), 3) AS server_header_share,
  h.client_stalls + h.server_stalls AS stalls,
  round((h.client_stalled_ns + h.server_stalled_ns) / 1e6, 3) AS stalled_ms,
  h.client_resets + h.server_resets AS resets,
  h.pings,
  round(h.ping_rtt_min_ns / 1e6, 3) AS ping_rtt_ms_min,
  h.goaway_by,
  h.goaway_error
FROM http2_connections AS h
JOIN connections AS c ON c.id = h.connection_id;
