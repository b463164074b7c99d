-- What most questions ask of an exchange, without its text: 80 bytes a row instead of 900, and the exchanges of a connection
-- stand together. It costs an eighth of the import's time and a twelfth of the file's size, and answers three times as fast.
CREATE INDEX IF NOT EXISTS http_exchanges_narrow ON http_exchanges (
  connection_id,
  authority COLLATE NOCASE,
  status,
  reason,
  ordinal,
  request_start_ns,
  request_end_ns,
  response_start_ns,
  response_end_ns,
  idle_before_ns,
  response_body_bytes,
  keep_alive_timeout_s,
  upgraded_to,
  persistent,
  complete,
  midstream
);
