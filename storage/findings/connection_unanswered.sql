-- Which servers did not answer at all?
-- One row a server. Only where the SYN was sent again, or an ICMP error came: one SYN may just not have been answered in view.
CREATE VIEW finding_connection_unanswered AS
SELECT
  'warning' AS severity,
  'connection_unanswered' AS kind,
  min(a.connection_id) AS connection_id,
  NULL AS exchange_id,
  min(c.first_frame) AS frame,
  printf(
    '%s:%d did not answer %d connections of %d clients%s',
    c.server_ip,
    c.server_port,
    count(*),
    count(DISTINCT c.client_ip),
    iif(max(a.verdict = 'unreachable'), '; a router said that it cannot be reached', '')
  ) AS summary,
  'The host is down, or a firewall drops what comes: look for it on the way there.' AS advice
FROM close_audit AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE a.verdict = 'unreachable' OR (a.verdict = 'unanswered' AND a.syn_steps_ms IS NOT NULL AND c.client_bytes = 0)
GROUP BY c.server_ip, c.server_port;
