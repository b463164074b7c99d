-- Which HTTP/2 connections behave like the known attacks on servers, and which of them?
-- sign  rapid_reset: streams opened and cancelled before a response (CVE-2023-44487); resets: many RST_STREAM in a second;
--       continuation_flood (CVE-2024-27316): header blocks of many frames; empty_frames (CVE-2019-9518), ping_flood
--       (CVE-2019-9512), settings_flood (CVE-2019-9515): frames that cost an answer, or attention, and say nothing;
--       header_bomb: header lists that grow in decoding (CVE-2016-6581); slow_reader (CVE-2019-9511, 2019-9517): windows
--       kept shut for long.
-- value is what was counted, and limit what is taken for more than honest use: rules of thumb, to be changed.
CREATE VIEW http2_abuse AS
WITH signs (connection_id, sign, value, "limit") AS (
  SELECT connection_id, 'rapid_reset', resets_before_response, 50 FROM http2_connections WHERE 2 * resets_before_response >= streams
  UNION ALL
  SELECT connection_id, 'resets', resets_per_second_max, 100 FROM http2_connections
  UNION ALL
  SELECT connection_id, 'continuation_flood', continuations_in_a_row_max, 16 FROM http2_connections
  UNION ALL
  SELECT connection_id, 'empty_frames', empty_frames, 100 FROM http2_connections
  UNION ALL
  SELECT connection_id, 'ping_flood', pings_per_second_max, 50 FROM http2_connections
  UNION ALL
  SELECT connection_id, 'settings_flood', settings_per_second_max, 20 FROM http2_connections
  UNION ALL
  SELECT connection_id, 'header_bomb', count(*), 1 FROM anomalies WHERE code = 'http2.headers.expansion' GROUP BY connection_id
  UNION ALL
  SELECT connection_id, 'slow_reader', server_stalled_ns / 1000000000, 60 FROM http2_connections
)
SELECT
  s.connection_id,
  c.client_ip,
  c.server_ip,
  c.server_port,
  s.sign,
  s.value,
  s."limit",
  h.streams,
  h.goaway_error
FROM signs AS s
JOIN connections AS c ON c.id = s.connection_id
JOIN http2_connections AS h ON h.connection_id = s.connection_id
WHERE s.value >= s."limit";
