-- What in this capture should a person look at?
-- The union of all kinds, each a view of its own (storage/findings/): `longwire query DB finding_KIND`. severity: error (something
-- failed), warning (something will, or cost much), note (something could be better). connection_id, exchange_id, frame: where to
-- look first; NULL where it is about none. The secrets of header fields are in none of them.
-- Takes as long as all the questions that it asks together: a minute for a million exchanges.
CREATE VIEW findings AS
WITH kinds AS (
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_bad_request
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_body_with_304
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_capture_cut
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_capture_gaps
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_capture_incomplete
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_capture_one_way
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_certificate_expiring
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_certificate_name
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_certificate_untrusted
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_certificate_weak
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_challenge_missing
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_challenges_repeated
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_conflicting_bytes
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_connection_refused
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_connection_unanswered
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_cookie_barred
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_cookie_repeated
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_credentials_elsewhere
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_credentials_rejected
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_data_lost
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_flow_control_stall
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_gateway_error
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_grpc_failed
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_half_closed
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_handshakes_avoidable
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_http2_attack
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_http2_goaway
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_http2_ping_unanswered
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_idle_timeout_race
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_idle_timeout_shorter
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_limit_reached
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_malformed
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_missed_304
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_no_keep_alive
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_password_in_clear
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_peer_lost
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_polling_empty
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_pool_limit
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_ports_exhausted
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_rate_limited
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_receiver_stalled
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_redirect_downgrade
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_redirect_loop
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_redirect_violation
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_request_abandoned
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_request_reset
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_request_smuggling
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_request_unanswered
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_response_abandoned
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_response_cut
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_resumption_rejected
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_retransmissions
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_server_error
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_stream_reset
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_tls_failed
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_tls_outdated
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_tls_weak_cipher
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_websocket_died
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_websocket_refused
  UNION ALL
  SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM finding_websocket_timer
)
SELECT severity, kind, connection_id, exchange_id, frame, summary, advice
FROM kinds
ORDER BY CASE severity WHEN 'error' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END, kind, frame;
