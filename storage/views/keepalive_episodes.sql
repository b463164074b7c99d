-- What did TCP keepalive find out about the peer, each time it asked?
-- An episode is a run of probes of one side until the peer is heard, or the end; probes that the network delivered twice
-- count once. ended_by: what ended it: the answer (ack, rst), or how the prober gave up (rst, fin), or its silence.
-- verdict  alive: the peer answered; crashed: not one answer, and the prober gave up: a RST or FIN of its own after two
--          probes or more, or no more probes though a capture went on for two more intervals; rebooted: answered by RST;
--          unreachable: no answer, but an ICMP error; given_up: the prober itself closed after one probe, which proves
--          nothing; unfinished: the capture ended too early to tell; NULL: only one direction was captured.
-- Takes two to three seconds for a million probes: all of them are put together to episodes.
CREATE VIEW keepalive_episodes AS
WITH episodes AS (
  SELECT
    connection_id,
    prober,
    episode,
    max(ordinal) AS probes,
    min(time_ns) AS start_ns,
    max(time_ns) AS last_probe_ns,
    max(answer_ns) AS answer_ns,
    max(answer = 'ack') AS acknowledged,
    max(answer = 'rst') AS reset,
    max(answer = 'icmp') AS unreachable,
    min(frame) AS first_frame,
    max(max(frame), max(coalesce(answer_frame, 0))) AS last_frame
  FROM keepalive_probes
  GROUP BY connection_id, prober, episode
),
answered AS (
  SELECT * FROM episodes WHERE acknowledged OR reset
),
-- The peer was heard where a later episode follows, though not as an answer.
unheard AS MATERIALIZED (
  SELECT
    *,
    EXISTS (
      SELECT 1
      FROM keepalive_probes AS p
      WHERE p.connection_id = e.connection_id AND p.prober = e.prober AND p.episode > e.episode
    ) AS heard_later
  FROM episodes AS e
  WHERE NOT coalesce(acknowledged OR reset, 0)
),
unanswered AS (
  SELECT connection_id, prober, episode, last_probe_ns, (last_probe_ns - start_ns) / nullif(probes - 1, 0) AS interval_ns
  FROM unheard
  WHERE NOT heard_later
),
given_up AS (
  SELECT
    u.connection_id,
    u.prober,
    u.episode,
    min(t.time_ns) AS at_ns,
    -- With a bare column SQLite takes the row of the minimum.
    t.kind AS how,
    t.frame,
    -- An evicted connection was not followed any further.
    c.close_kind <> 'evicted' AND EXISTS (
      SELECT 1
      FROM captures
      WHERE u.last_probe_ns + 2 * u.interval_ns BETWEEN started_ns AND ended_ns
    ) AS fell_silent
  FROM unanswered AS u
  JOIN connections AS c ON c.id = u.connection_id
  LEFT JOIN tcp_events AS t
    ON t.connection_id = u.connection_id AND t.side = u.prober AND t.kind IN ('rst', 'fin') AND t.time_ns >= u.last_probe_ns
  GROUP BY u.connection_id, u.prober, u.episode
)
SELECT
  e.connection_id,
  e.prober,
  e.episode,
  e.probes,
  CASE WHEN c.one_way THEN NULL WHEN e.reset THEN 'rebooted' ELSE 'alive' END AS verdict,
  e.start_ns,
  max(e.last_probe_ns, coalesce(e.answer_ns, 0)) AS end_ns,
  iif(e.reset, 'rst', 'ack') AS ended_by,
  e.first_frame,
  e.last_frame
FROM answered AS e
JOIN connections AS c ON c.id = e.connection_id
UNION ALL
SELECT
  e.connection_id,
  e.prober,
  e.episode,
  e.probes,
  CASE
    WHEN c.one_way THEN NULL
    WHEN e.heard_later THEN 'alive'
    WHEN e.unreachable THEN 'unreachable'
    WHEN e.probes >= 2 AND (g.at_ns IS NOT NULL OR g.fell_silent) THEN 'crashed'
    WHEN g.at_ns IS NOT NULL THEN 'given_up'
    ELSE 'unfinished'
  END,
  e.start_ns,
  max(e.last_probe_ns, coalesce(e.answer_ns, 0), coalesce(g.at_ns, 0)),
  CASE WHEN NOT e.heard_later THEN coalesce(g.how, CASE WHEN g.fell_silent THEN 'silence' END) END,
  e.first_frame,
  max(e.last_frame, coalesce(g.frame, 0))
FROM unheard AS e
JOIN connections AS c ON c.id = e.connection_id
LEFT JOIN given_up AS g USING (connection_id, prober, episode);
