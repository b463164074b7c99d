-- Who closed each connection, how, and was anything lost by it?
-- half_closed_ms: from the first FIN to the other side's FIN, to a RST, or, while it is open, to the end of the capture.
-- lost_bytes: sent, but not acknowledged when a RST came; and data that a side sent behind its own FIN.
-- unread_bytes: of a RST, what its sender had received since it last sent data: the most that it can have left unread.
-- rst_by: who sent the first RST. syn_steps_ms: the waits before each SYN that was sent again.
-- verdict  clean: two FINs, nothing lost; data_after_fin: likewise, but a side sent on behind its FIN
--          refused: RST instead of a handshake; unreachable: ICMP error for a SYN; unanswered: no answer to any SYN;
--          incomplete: a handshake never completed
--          peer_rebooted: RST for a keepalive probe; peer_lost: the prober of unanswered keepalive probes gave up
--          request_reset: RST of the server, with a request not answered; lost_data: RST with bytes not acknowledged
--          unread_data: RST, nothing lost on the way, but unread_bytes; Linux resets where data is unread at close()
--          reset_after_fin: RST behind a FIN, with nothing lost; aborted: RST without a FIN, with nothing lost
--          half_closed: one side's FIN was acknowledged, the other side never sent its own (CLOSE_WAIT there)
--          fin_unanswered: one side's FIN was never acknowledged
--          open: nobody closed it before the capture ended; evicted: given up for want of memory
--          NULL: only one direction was captured
CREATE VIEW close_audit AS
WITH closes AS (
  SELECT
    connection_id,
    min(time_ns) FILTER (WHERE kind = 'fin') AS first_fin_ns,
    max(time_ns) FILTER (WHERE kind = 'fin') AS last_fin_ns,
    count(DISTINCT side) FILTER (WHERE kind = 'fin') AS fins,
    min(time_ns) FILTER (WHERE kind = 'rst') AS rst_ns,
    max(side) FILTER (WHERE kind = 'rst') AS rst_by,
    coalesce(sum(bytes) FILTER (WHERE kind = 'data_after_fin'), 0) AS after_fin_bytes,
    count(*) FILTER (WHERE kind = 'icmp_unreachable') AS unreachables
  FROM tcp_events
  WHERE kind IN ('fin', 'rst', 'data_after_fin', 'icmp_unreachable')
  GROUP BY connection_id
),
syn_waits AS (
  SELECT
    t.connection_id,
    (t.time_ns - lag(t.time_ns, 1, c.start_ns) OVER (PARTITION BY t.connection_id ORDER BY t.time_ns)) / 1000000 AS wait_ms
  FROM tcp_events AS t
  JOIN connections AS c ON c.id = t.connection_id
  WHERE t.kind = 'syn_retransmitted' AND t.side = 'client'
),
syn_steps AS (
  SELECT connection_id, group_concat(wait_ms, ', ') AS steps_ms FROM syn_waits GROUP BY connection_id
),
probed AS (
  SELECT connection_id, max(verdict = 'rebooted') AS rebooted, max(verdict IN ('crashed', 'unreachable') AND ended_by = 'rst') AS lost
  FROM keepalive_episodes
  GROUP BY connection_id
),
facts AS (
  SELECT
    c.*,
    s.*,
    CASE c.close_kind
      WHEN 'rst' THEN c.client_unacknowledged_bytes + c.server_unacknowledged_bytes + coalesce(s.after_fin_bytes, 0)
      WHEN 'fin' THEN coalesce(s.after_fin_bytes, 0)
    END AS lost_bytes,
    CASE c.closed_first WHEN 'client' THEN c.client_acknowledged_ns ELSE c.server_acknowledged_ns END AS closer_acknowledged_ns
  FROM connections AS c
  LEFT JOIN closes AS s ON s.connection_id = c.id
)
SELECT
  f.id AS connection_id,
  f.close_kind,
  f.closed_first,
  round(
    (CASE
      WHEN f.fins = 2 THEN f.last_fin_ns
      WHEN f.close_kind = 'rst' THEN f.rst_ns
      WHEN f.close_kind IN ('open', 'evicted') THEN (SELECT max(ended_ns) FROM captures WHERE started_ns <= f.end_ns)
    END - f.first_fin_ns) / 1e6,
    3
  ) AS half_closed_ms,
  CASE WHEN NOT f.one_way THEN f.lost_bytes END AS lost_bytes,
  CASE
    WHEN f.server_packets = 0 AND NOT f.midstream THEN iif(f.unreachables > 0, 'unreachable', 'unanswered')
    WHEN f.one_way THEN NULL
    WHEN f.close_kind = 'evicted' THEN 'evicted'
    WHEN f.established_ns IS NULL AND NOT f.midstream AND f.close_kind = 'rst' AND f.closed_first = 'server' THEN 'refused'
    WHEN f.established_ns IS NULL AND NOT f.midstream THEN 'incomplete'
    WHEN f.close_kind = 'fin' THEN iif(f.lost_bytes > 0, 'data_after_fin', 'clean')
    WHEN f.close_kind = 'rst' THEN
      CASE
        WHEN p.rebooted THEN 'peer_rebooted'
        WHEN p.lost THEN 'peer_lost'
        WHEN f.rst_by = 'server' AND EXISTS (
          SELECT 1
          FROM http_exchanges AS e
          WHERE e.connection_id = f.id AND e.ordinal = f.exchanges AND e.method IS NOT NULL AND e.response_start_ns IS NULL
        ) THEN 'request_reset'
        WHEN f.rst_by = 'server' AND EXISTS (
          SELECT 1
          FROM tls_turns AS t
          WHERE t.connection_id = f.id AND f.exchanges = 0 AND NOT t.multiplexed AND t.response_start_ns IS NULL
        ) THEN 'request_reset'
        WHEN f.lost_bytes > 0 THEN 'lost_data'
        WHEN f.unread_bytes > 0 THEN 'unread_data'
        WHEN f.fins > 0 THEN 'reset_after_fin'
        ELSE 'aborted'
      END
    WHEN f.fins = 1 THEN iif(coalesce(f.closer_acknowledged_ns, 0) >= f.first_fin_ns, 'half_closed', 'fin_unanswered')
    ELSE 'open'
  END AS verdict,
  f.unread_bytes,
  f.rst_by,
  y.steps_ms AS syn_steps_ms,
  f.last_frame
FROM facts AS f
LEFT JOIN syn_steps AS y ON y.connection_id = f.id
LEFT JOIN probed AS p ON p.connection_id = f.id;
