#include "cli/report_sections.h"

namespace longwire {
namespace {

// What tells most stands left: on a narrow terminal the last columns are left out.
constexpr ReportSection sections[] = {
    {"captures", "Captures", R"(
SELECT path, format, packets, bytes,
  strftime('%Y-%m-%d %H:%M:%S', started_ns / 1000000000, 'unixepoch') AS started_utc,
  round((ended_ns - started_ns) / 1e9, 3) AS seconds,
  nullif(dropped, 0) AS dropped, damaged_at, damage
FROM captures ORDER BY id)",
     5, "captures"},

    {"other_packets", "Packets that are not TCP", R"(
SELECT kind, sum(packets) AS packets, sum(bytes) AS bytes
FROM packet_kinds WHERE kind <> 'tcp' GROUP BY kind ORDER BY sum(packets) DESC, kind)",
     4, "packet_kinds"},

    {"connections", "Connections", R"(
SELECT coalesce(layers, '(no bytes)') AS layers, kind, why, open, connections, exchanges, payload_bytes FROM connection_summary)",
     8, "connection_summary"},

    {"reuse", "Reuse", R"(
SELECT client_ip, coalesce(authority, iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip) || ':' || server_port) AS authority,
  connections, exchanges, one_exchange_share AS one_share,
  handshake_ms_paid AS paid_ms, handshake_ms_avoidable AS avoidable_ms, exchanges_median AS median, exchanges_max AS max,
  iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip) || ':' || server_port AS server
FROM connection_reuse ORDER BY exchanges DESC, connections DESC, client_ip, server, authority)",
     5, "connection_reuse"},

    {"closes", "Closes that were not clean", R"(
SELECT verdict, closed_first, count(*) AS connections, nullif(sum(lost_bytes), 0) AS lost_bytes, min(connection_id) AS first_connection_id
FROM close_audit WHERE verdict NOT IN ('clean', 'open', 'aborted', 'reset_after_fin') GROUP BY verdict, closed_first
ORDER BY connections DESC, verdict, closed_first)",
     6, "close_audit"},

    {"keepalive", "TCP keepalive", R"(
SELECT iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip) || ':' || c.server_port AS server,
  e.prober, e.verdict, max(s.idle_s) AS idle_s, max(s.interval_s) AS interval_s,
  max(s.count) AS count, count(DISTINCT c.id) AS connections, count(*) AS episodes, sum(e.probes) AS probes
FROM keepalive_episodes AS e
JOIN connections AS c ON c.id = e.connection_id
JOIN keepalive_settings AS s ON s.connection_id = e.connection_id AND s.prober = e.prober
GROUP BY c.server_ip, c.server_port, e.prober, e.verdict
ORDER BY e.verdict = 'alive', connections DESC, server, e.prober, e.verdict)",
     5, "keepalive_episodes"},

    {"timeouts", "Idle connections closed by servers", R"(
SELECT iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip) || ':' || server_port AS server,
  announced_s, effective_s, closes, longest_survived_s
FROM idle_timeouts WHERE announced_s IS NOT NULL OR effective_s IS NOT NULL ORDER BY closes DESC, server)",
     4, "idle_timeouts"},

    {"http2", "HTTP/2 and SPDY", R"(
SELECT iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip) || ':' || server_port AS server,
  protocol, how, count(*) AS connections, sum(streams) AS streams,
  max(open_at_once_max) AS at_once, nullif(sum(pushed_streams), 0) AS pushed, nullif(sum(resets), 0) AS resets,
  nullif(sum(stalls), 0) AS stalls, nullif(round(sum(stalled_ms), 1), 0) AS stalled_ms
FROM http2_summary
GROUP BY server_ip, server_port, protocol, how
ORDER BY sum(streams) DESC, server, protocol, how)",
     5, "http2_summary"},

    {"http2_abuse", "HTTP/2 connections that behave like an attack", R"(
SELECT client_ip AS client, iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip) || ':' || server_port AS server,
  sign, count(*) AS connections, max(value) AS value_max, min(connection_id) AS first_connection_id
FROM http2_abuse
GROUP BY client_ip, server_ip, server_port, sign
ORDER BY connections DESC, client, server, sign)",
     5, "http2_abuse"},

    {"tls", "TLS handshakes", R"(
SELECT iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip) || ':' || c.server_port AS server,
  h.version, h.key_exchange, count(*) AS handshakes,
  nullif(count(*) FILTER (WHERE h.resumed <> 'no'), 0) AS resumed, nullif(count(*) FILTER (WHERE h.outcome = 'failed'), 0) AS failed,
  group_concat(DISTINCT h.alert) AS alerts, nullif(count(h.decrypted_by), 0) AS decrypted
FROM tls_handshakes AS h
JOIN connections AS c ON c.id = h.connection_id
GROUP BY c.server_ip, c.server_port, h.version, h.key_exchange
ORDER BY handshakes DESC, server, h.version, h.key_exchange)",
     6, "tls_resumption"},

    {"chains", "Certificates with a finding", R"(
SELECT iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip) || ':' || server_port AS server,
  sni, chain_status, chain_error_depth AS depth, name_matches, count(*) AS handshakes,
  min(expires_utc) AS expires_utc, min(frame) AS first_frame
FROM certificate_chains
WHERE chain_status <> 'ok' OR NOT name_matches OR ocsp_status = 'revoked'
GROUP BY server_ip, server_port, sni, chain_status, chain_error_depth, name_matches
ORDER BY handshakes DESC, server, sni)",
     6, "certificate_chains"},

    {"statuses", "Statuses", R"(
SELECT s.status, coalesce(c.reason, s.reason) AS reason, sum(s.exchanges) AS exchanges
FROM status_summary AS s LEFT JOIN status_codes AS c USING (status)
GROUP BY s.status ORDER BY s.status)",
     8, "status_summary"},

    {"slowest", "Slowest exchanges", R"(
SELECT exchange_id, wait_ms, total_ms, status, method, authority, path FROM slowest_exchanges)",
     5, "slowest_exchanges"},

    {"push", "How clients get news", R"(
SELECT client_ip, path, technique, requests, period_s, empty_share, wire_bytes_per_body_byte AS wire_per_byte,
  iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip) || ':' || server_port AS server, authority
FROM push_techniques ORDER BY requests DESC, server, path, client_ip, technique)",
     6, "push_techniques"},

    {"websockets", "How WebSockets ended", R"(
SELECT iif(instr(c.server_ip, ':'), '[' || c.server_ip || ']', c.server_ip) || ':' || c.server_port AS server,
  l.end_cause, l.closed_by, l.close_code, count(*) AS websockets,
  round(avg(l.duration_ms) / 1000, 1) AS s_avg, round(max(l.longest_silence_ms) / 1000, 1) AS silence_s_max, l.timer, max(l.timer_s) AS timer_s
FROM websocket_lifetimes AS l
JOIN connections AS c ON c.id = l.connection_id
GROUP BY c.server_ip, c.server_port, l.end_cause, l.closed_by, l.close_code, l.timer
ORDER BY websockets DESC, server, l.end_cause, l.closed_by, l.close_code)",
     6, "websocket_lifetimes"},

    {"incomplete", "Exchanges not seen whole", R"(
SELECT why, exchanges FROM incomplete_exchanges)",
     5, "incomplete_exchanges"},

    {"anomalies", "Anomalies", R"(
SELECT code, anomalies, connections, first_frame FROM anomaly_summary)",
     8, "anomaly_summary"},

    {"findings", "Findings", R"(
SELECT severity, kind, connection_id, exchange_id, frame, summary, advice FROM findings)",
     20, "findings", true},
};

}  // namespace

std::span<const ReportSection> report_sections() {
  return sections;
}

}  // namespace longwire
