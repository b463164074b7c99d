-- How long did each WebSocket live, and what did it die of?
-- duration_ms: from the end of its handshake, or, where that was not captured, its first packet, to its end, or, where it is open,
-- to its last frame.
-- end_cause  close: a Close frame of either side, before the other one had closed the connection
--            fin, rst: the connection closed without one (applications see code 1006)
--            silence: nothing was acknowledged any more, or TCP keepalive found nobody: the link, or the peer, is gone
--            open: nobody had closed it when the capture ended
--            NULL: a Close frame may have been in what was not captured. Of one direction nobody knows which one was the first.
-- close_code: of the first Close frame, where that is the cause (one that came too late is in websockets alone); 1005 = it held
-- none. closed_by: who sent it, else who closed the connection first.
-- idle_at_end_ms: from the last frame to the end. longest_silence_ms: between two frames, or that.
-- keepalive_verdict: the last one of TCP keepalive on its connection (see keepalive_episodes).
-- timer: `idle` or `age` where at least three WebSockets to the same server, and half of all that the same side ended there in
-- the same way, died at the same idle time or the same age (within 200 ms, from 10 s on within a second): a timer of a proxy, of
-- the server or of the client. Not where fewer than three such moments can be told apart: then it was one event, a restart maybe.
-- timer_s: what it is set to, as far as can be seen; timer_websockets: how many it killed.
-- Takes a second for a million pings and pongs, and as long as keepalive_episodes, which tells of links that are gone: seconds
-- for a million probes.
CREATE VIEW websocket_lifetimes AS
WITH pings AS MATERIALIZED (
  SELECT
    websocket_id,
    count(*) FILTER (WHERE opcode = 'ping') AS pings,
    count(*) FILTER (WHERE opcode = 'pong') AS pongs,
    count(*) FILTER (WHERE opcode = 'pong' AND answers_id IS NULL) AS unsolicited_pongs,
    count(rtt_ns) AS answered
  FROM websocket_messages NOT INDEXED
  WHERE opcode IN ('ping', 'pong')
  GROUP BY websocket_id
),
round_trips AS (
  SELECT websocket_id, rtt_ns, row_number() OVER (PARTITION BY websocket_id ORDER BY rtt_ns) AS rank
  FROM websocket_messages NOT INDEXED
  WHERE rtt_ns IS NOT NULL
),
medians AS (
  SELECT websocket_id, avg(rtt_ns) AS rtt_ns
  FROM round_trips
  WHERE
    (websocket_id, rank) IN (
      SELECT websocket_id, (answered + 1) / 2 FROM pings
      UNION ALL
      SELECT websocket_id, (answered + 2) / 2 FROM pings
    )
  GROUP BY websocket_id
),
verdicts AS (
  -- With a bare column SQLite takes the row of the maximum.
  SELECT connection_id, verdict, prober, max(start_ns)
  FROM keepalive_episodes
  WHERE connection_id IN (SELECT connection_id FROM websockets)
  GROUP BY connection_id
),
lives AS (
  SELECT
    w.*,
    c.client_ip,
    c.server_ip,
    c.server_port,
    coalesce(w.end_ns, w.last_ns, w.start_ns) - w.start_ns AS life_ns,
    iif(w.exchange_id IS NULL, NULL, coalesce(w.end_ns, w.last_ns, w.start_ns) - w.start_ns) AS age_ns,
    max(0, w.end_ns - coalesce(w.last_ns, w.start_ns)) AS idle_ns,
    v.verdict AS keepalive_verdict,
    c.one_way,
    CASE
      WHEN w.end_cause IN ('rst', 'fin') AND c.one_way THEN NULL
      WHEN w.end_cause = 'fin' AND c.client_missing_bytes + c.server_missing_bytes > 0 THEN NULL
      WHEN w.end_cause IN ('rst', 'fin') AND v.verdict IN ('crashed', 'unreachable') AND v.prober = w.closed_by THEN 'silence'
      WHEN w.end_cause = 'open' AND v.verdict IN ('crashed', 'unreachable') THEN 'silence'
      ELSE w.end_cause
    END AS cause,
    p.pings,
    p.pongs,
    p.unsolicited_pongs,
    m.rtt_ns
  FROM websockets AS w
  JOIN connections AS c ON c.id = w.connection_id
  LEFT JOIN verdicts AS v ON v.connection_id = w.connection_id
  LEFT JOIN pings AS p ON p.websocket_id = w.id
  LEFT JOIN medians AS m ON m.websocket_id = w.id
),
deaths AS (
  -- moment: 1 = none died in the 0.1 s before. Those that die together may do so of one and the same event.
  SELECT
    *,
    coalesce(end_ns - lag(end_ns) OVER (side ORDER BY end_ns), 1e18) > 1e8 AS moment
  FROM lives
  WINDOW side AS (PARTITION BY server_ip, server_port, closed_by, end_cause, end_ns IS NULL)
),
ended AS (
  SELECT
    *,
    count(*) OVER side AS all_ended,
    count(*) OVER of_age AS of_age,
    sum(moment) OVER of_age AS moments_of_age,
    count(*) OVER of_age_roughly AS of_age_roughly,
    sum(moment) OVER of_age_roughly AS moments_of_age_roughly,
    count(*) OVER as_idle AS as_idle,
    sum(moment) OVER as_idle AS moments_as_idle,
    count(*) OVER as_idle_roughly AS as_idle_roughly,
    sum(moment) OVER as_idle_roughly AS moments_as_idle_roughly
  FROM deaths
  WINDOW
    side AS (PARTITION BY server_ip, server_port, closed_by, end_cause, end_ns IS NULL),
    of_age AS (side ORDER BY age_ns RANGE BETWEEN 200000000 PRECEDING AND 200000000 FOLLOWING),
    of_age_roughly AS (side ORDER BY age_ns RANGE BETWEEN 1000000000 PRECEDING AND 1000000000 FOLLOWING),
    as_idle AS (side ORDER BY idle_ns RANGE BETWEEN 200000000 PRECEDING AND 200000000 FOLLOWING),
    as_idle_roughly AS (side ORDER BY idle_ns RANGE BETWEEN 1000000000 PRECEDING AND 1000000000 FOLLOWING)
),
counted AS (
  SELECT
    *,
    iif(age_ns < 10000000000, of_age, of_age_roughly) AS as_old,
    iif(age_ns < 10000000000, moments_of_age, moments_of_age_roughly) AS moments_as_old,
    iif(idle_ns < 10000000000, as_idle, as_idle_roughly) AS as_silent,
    iif(idle_ns < 10000000000, moments_as_idle, moments_as_idle_roughly) AS moments_as_silent
  FROM ended
),
-- A second is the least that is called a timer: below, it is how long an answer takes.
timed AS (
  SELECT
    *,
    CASE
      WHEN end_ns IS NULL OR one_way OR cause IS NULL THEN NULL
      WHEN moments_as_silent >= 3 AND 2 * as_silent >= all_ended AND idle_ns >= 1000000000 THEN 'idle'
      WHEN moments_as_old >= 3 AND 2 * as_old >= all_ended AND age_ns >= 1000000000 THEN 'age'
    END AS timer
  FROM counted
)
SELECT
  id AS websocket_id,
  connection_id,
  round(life_ns / 1e6, 3) AS duration_ms,
  cause AS end_cause,
  CASE WHEN cause = 'close' AND NOT one_way THEN close_code END AS close_code,
  CASE WHEN NOT one_way THEN closed_by END AS closed_by,
  round(longest_silence_ns / 1e6, 3) AS longest_silence_ms,
  coalesce(pings, 0) AS pings,
  coalesce(pongs, 0) AS pongs,
  round(rtt_ns / 1e6, 3) AS ping_rtt_ms_median,
  coalesce(unsolicited_pongs, 0) AS unsolicited_pongs,
  CASE WHEN cause = 'close' THEN close_reason END AS close_reason,
  CASE WHEN cause = 'close' THEN close_answered END AS close_answered,
  CASE WHEN cause = 'close' THEN answer_code END AS answer_code,
  round(idle_ns / 1e6, 3) AS idle_at_end_ms,
  keepalive_verdict,
  timer,
  round(CASE timer WHEN 'idle' THEN idle_ns WHEN 'age' THEN age_ns END / 1e9, 1) AS timer_s,
  CASE timer WHEN 'idle' THEN as_silent WHEN 'age' THEN as_old END AS timer_websockets,
  last_frame AS frame
FROM timed
ORDER BY id;
