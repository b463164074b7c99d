-- Who closed each connection, how, and was anything lost by it?
-- half_closed_ms: from the first FIN to the other side's FIN, to a RST, or, while it is open, to the end of the capture.
-- lost_bytes: sent, but not acknowledged when a RST came; and data that a side sent behind its own FIN.
-- unread_bytes: of a RST, what its sender had received since it last sent data: at most so much can it have left unread, as
-- where Linux resets because of that at close(). Whether it was read, packets do not tell.
-- rst_by: who sent the first RST. syn_steps_ms: the waits before each SYN that was sent again.
-- verdict  clean: two FINs, nothing lost; data_after_fin: likewise, but a side sent on behind its FIN
--          refused: RST instead of a handshake, to nothing but SYNs; unreachable: ICMP error for a SYN; unanswered: no answer to
--          any SYN, and nothing but SYNs; incomplete: a handshake never completed
--          peer_rebooted: RST for a keepalive probe; peer_lost: the prober of unanswered keepalive probes gave up
--          request_reset: RST of the server, with a request not answered, and no bytes of the server missing; lost_data: RST with
--          bytes not acknowledged
--          reset_after_fin: RST behind a FIN, with nothing lost; aborted: RST without a FIN, with nothing lost
--          half_closed: one side's FIN was acknowledged, the other side never sent its own (CLOSE_WAIT there)
--          fin_unanswered: one side's FIN was never acknowledged
--          open: nobody closed it before the capture ended; evicted: given up for want of memory
--          NULL: only one direction was captured, as of closed_first and half_closed_ms
CREATE VIEW close_audit AS
WITH closes AS (
  SELECT
    c.*,
    min(t.time_ns) FILTER (WHERE t.kind = 'fin') AS first_fin_ns,
    max(t.time_ns) FILTER (WHERE t.kind = 'fin') AS last_fin_ns,
    count(DISTINCT t.side) FILTER (WHERE t.kind = 'fin') AS fins,
    min(t.time_ns) FILTER (WHERE t.kind = 'rst') AS rst_ns,
    min(t.id) FILTER (WHERE t.kind = 'rst') AS rst_id,
    coalesce(sum(t.bytes) FILTER (WHERE t.kind = 'data_after_fin'), 0) AS after_fin_bytes,
    count(*) FILTER (WHERE t.kind = 'icmp_unreachable') AS unreachables,
    count(*) FILTER (WHERE t.kind = 'syn_retransmitted' AND t.side = 'client') AS syns
  FROM connections AS c
  LEFT JOIN tcp_events AS t
    ON t.connection_id = c.id AND t.kind IN ('fin', 'rst', 'data_after_fin', 'icmp_unreachable', 'syn_retransmitted')
  GROUP BY c.id
),
resets AS (
  SELECT *, (SELECT side FROM tcp_events WHERE id = rst_id) AS rst_by FROM closes
),
facts AS (
  SELECT
    *,
    CASE close_kind
      WHEN 'rst' THEN client_unacknowledged_bytes + server_unacknowledged_bytes + after_fin_bytes
      WHEN 'fin' THEN after_fin_bytes
    END AS lost_bytes,
    CASE closed_first WHEN 'client' THEN client_acknowledged_ns ELSE server_acknowledged_ns END AS closer_acknowledged_ns,
    -- What keepalive found before the RST (see keepalive_episodes): the last episode of each prober ends with it.
    CASE
      WHEN close_kind = 'rst' THEN
        (
          SELECT
            CASE
              WHEN max(k.answer = 'rst') THEN 'peer_rebooted'
              WHEN max(iif(k.prober = rst_by AND (k.ordinal >= 2 OR k.answer = 'icmp'), k.episode, 0)) > max(iif(k.answer = 'ack', k.episode, 0))
                THEN 'peer_lost'
            END
          FROM keepalive_probes AS k
          WHERE k.connection_id = resets.id
        )
    END AS keepalive_verdict
  FROM resets
)
SELECT
  f.id AS connection_id,
  f.close_kind,
  CASE WHEN NOT f.one_way THEN f.closed_first END AS closed_first,
  round(
    (CASE
      WHEN f.one_way THEN NULL
      WHEN f.fins = 2 THEN f.last_fin_ns
      WHEN f.close_kind = 'rst' THEN f.rst_ns
      WHEN f.close_kind IN ('open', 'evicted') THEN (SELECT max(ended_ns) FROM captures WHERE started_ns <= f.end_ns)
    END - f.first_fin_ns) / 1e6,
    3
  ) AS half_closed_ms,
  CASE WHEN NOT f.one_way THEN f.lost_bytes END AS lost_bytes,
  CASE
    WHEN f.client_packets = f.client_syns AND f.server_packets = 0 THEN iif(f.unreachables > 0, 'unreachable', 'unanswered')
    WHEN f.one_way THEN NULL
    WHEN f.close_kind = 'evicted' THEN 'evicted'
    WHEN
      f.established_ns IS NULL AND NOT f.midstream AND f.close_kind = 'rst' AND f.closed_first = 'server'
      AND f.client_packets = f.client_syns AND f.server_bytes = 0
      THEN 'refused'
    WHEN f.established_ns IS NULL AND NOT f.midstream THEN 'incomplete'
    WHEN f.close_kind = 'fin' THEN iif(f.lost_bytes > 0, 'data_after_fin', 'clean')
    WHEN f.close_kind = 'rst' THEN
      CASE
        WHEN f.keepalive_verdict IS NOT NULL THEN f.keepalive_verdict
        WHEN f.rst_by = 'server' AND f.server_missing_bytes = 0 AND EXISTS (
          SELECT 1
          FROM http_exchanges AS e
          WHERE e.connection_id = f.id AND e.ordinal = f.exchanges AND e.method IS NOT NULL AND e.response_start_ns IS NULL
        ) THEN 'request_reset'
        WHEN f.rst_by = 'server' AND f.server_missing_bytes = 0 AND EXISTS (
          SELECT 1
          FROM tls_turns AS t
          WHERE
            t.connection_id = f.id
            AND (f.exchanges = 0 OR f.layers LIKE '%/tls')
            AND NOT t.multiplexed
            AND t.response_start_ns IS NULL
        ) THEN 'request_reset'
        WHEN f.lost_bytes > 0 THEN 'lost_data'
        WHEN f.fins > 0 THEN 'reset_after_fin'
        ELSE 'aborted'
      END
    WHEN f.fins = 1 THEN iif(coalesce(f.closer_acknowledged_ns, 0) >= f.first_fin_ns, 'half_closed', 'fin_unanswered')
    ELSE 'open'
  END AS verdict,
  f.unread_bytes,
  f.rst_by,
  CASE
    WHEN f.syns > 0 THEN
      (
        SELECT group_concat(wait_ms, ', ')
        FROM (
          SELECT (time_ns - lag(time_ns, 1, f.start_ns) OVER (ORDER BY time_ns)) / 1000000 AS wait_ms
          FROM tcp_events
          WHERE connection_id = f.id AND kind = 'syn_retransmitted' AND side = 'client'
        )
      )
  END AS syn_steps_ms,
  f.last_frame
FROM facts AS f;
