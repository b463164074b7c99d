-- Which servers did not answer at all?
-- One row a server. Only where the SYN was sent again, or an ICMP error came: one SYN may just not have been answered in view.
CREATE VIEW finding_connection_unanswered AS
SELECT
  'warning' AS severity,
  'connection_unanswered' AS kind,
  min(a.connection_id) AS connection_id,
  NULL AS exchange_id,
  c.first_frame AS frame,
  printf(
    '%s:%d did not answer %s of %s%s',
    iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip),
    c.server_port,
    iif(count(*) = 1, '1 attempt', count(*) || ' attempts'),
    iif(count(DISTINCT c.client_ip) = 1, c.client_ip, count(DISTINCT c.client_ip) || ' clients'),
    iif(sum(a.verdict = 'unreachable') > 0, '; a router said that it cannot be reached', '')
  ) AS summary,
  'The host is down, or a firewall drops what comes: look for it on the way there.' AS advice
FROM close_audit AS a
JOIN connections AS c ON c.id = a.connection_id
WHERE a.verdict = 'unreachable' OR (a.verdict = 'unanswered' AND a.syn_steps_ms IS NOT NULL AND c.client_bytes = 0)
GROUP BY c.server_ip, c.server_port;
