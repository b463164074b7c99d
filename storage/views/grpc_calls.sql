-- Which gRPC calls were made, and how did each end?
-- grpc_status   number of grpc-status, from the trailers, or from the headers of a response that has nothing else; NULL = not seen.
-- status_name   its name; http_status tells where a server in between answered without gRPC.
-- request_bytes, response_bytes: all messages of a side with their five bytes of framing each.
CREATE VIEW grpc_calls AS
WITH calls AS MATERIALIZED (
  SELECT id, request_headers, response_headers, response_trailers
  FROM http_exchanges
  WHERE stream_id IS NOT NULL AND instr(request_headers, 'application/grpc') > 0
),
sections (exchange_id, side, section, fields) AS (
  SELECT id, 'client', 'header', request_headers FROM calls
  UNION ALL
  SELECT id, 'server', 'header', response_headers FROM calls
  UNION ALL
  SELECT id, 'server', 'trailer', response_trailers FROM calls
),
fields AS (
  SELECT
    s.exchange_id,
    max(f.value ->> 1) FILTER (WHERE lower(f.value ->> 0) = 'content-type' AND s.side = 'client') AS content_type,
    max(f.value ->> 1) FILTER (WHERE lower(f.value ->> 0) = 'grpc-status' AND s.side = 'server') AS grpc_status,
    max(f.value ->> 1) FILTER (WHERE lower(f.value ->> 0) = 'grpc-message' AND s.side = 'server') AS grpc_message,
    max(f.value ->> 1) FILTER (WHERE lower(f.value ->> 0) = 'grpc-timeout' AND s.side = 'client') AS grpc_timeout
  FROM sections AS s
  JOIN json_each(s.fields) AS f
  GROUP BY s.exchange_id
),
names (code, name) AS (
  VALUES (0, 'OK'), (1, 'CANCELLED'), (2, 'UNKNOWN'), (3, 'INVALID_ARGUMENT'), (4, 'DEADLINE_EXCEEDED'), (5, 'NOT_FOUND'),
    (6, 'ALREADY_EXISTS'), (7, 'PERMISSION_DENIED'), (8, 'RESOURCE_EXHAUSTED'), (9, 'FAILED_PRECONDITION'), (10, 'ABORTED'),
    (11, 'OUT_OF_RANGE'), (12, 'UNIMPLEMENTED'), (13, 'INTERNAL'), (14, 'UNAVAILABLE'), (15, 'DATA_LOSS'), (16, 'UNAUTHENTICATED')
)
SELECT
  e.id AS exchange_id,
  e.connection_id,
  e.stream_id,
  e.authority,
  e.path AS method,
  CAST(f.grpc_status AS INTEGER) AS grpc_status,
  n.name AS status_name,
  f.grpc_message,
  e.status AS http_status,
  f.grpc_timeout,
  s.reset_error,
  round((e.response_end_ns - e.request_start_ns) / 1e6, 3) AS total_ms,
  e.request_body_bytes AS request_bytes,
  e.response_body_bytes AS response_bytes
FROM http_exchanges AS e
JOIN fields AS f ON f.exchange_id = e.id
LEFT JOIN http2_streams AS s ON s.exchange_id = e.id
LEFT JOIN names AS n ON n.code = CAST(f.grpc_status AS INTEGER)
WHERE f.content_type LIKE 'application/grpc%';
