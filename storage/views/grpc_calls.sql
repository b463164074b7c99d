-- Which gRPC calls were made, and how did each end?
-- grpc_status   number of grpc-status, from the trailers, or from the headers of a response that has nothing else; NULL = not seen.
-- status_name   its name; http_status tells where a server in between answered without gRPC.
-- messages      DATA frames are no messages: request_bytes and response_bytes are what the bodies came to.
CREATE VIEW grpc_calls AS
WITH fields AS (
  SELECT
    e.id,
    max(f.value ->> 1) FILTER (WHERE lower(f.value ->> 0) = 'content-type' AND f.side = 'client') AS content_type,
    max(f.value ->> 1) FILTER (WHERE lower(f.value ->> 0) = 'grpc-status') AS grpc_status,
    max(f.value ->> 1) FILTER (WHERE lower(f.value ->> 0) = 'grpc-message') AS grpc_message,
    max(f.value ->> 1) FILTER (WHERE lower(f.value ->> 0) = 'grpc-timeout') AS grpc_timeout
  FROM http_exchanges AS e
  JOIN (
    SELECT id, 'client' AS side, value FROM http_exchanges, json_each(request_headers)
    UNION ALL
    SELECT id, 'server', value FROM http_exchanges, json_each(response_headers)
    UNION ALL
    SELECT id, 'server', value FROM http_exchanges, json_each(response_trailers)
  ) AS f USING (id)
  WHERE e.stream_id IS NOT NULL
  GROUP BY e.id
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
JOIN fields AS f ON f.id = e.id
LEFT JOIN http2_streams AS s ON s.exchange_id = e.id
LEFT JOIN names AS n ON n.code = CAST(f.grpc_status AS INTEGER)
WHERE f.content_type LIKE 'application/grpc%';
