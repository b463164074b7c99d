#include "cli/report_sections.h"

#include <array>

namespace longwire {
namespace {

constexpr std::array<ReportSection, 8> sections{{
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
     6, "packet_kinds"},

    {"connections", "Connections", R"(
SELECT coalesce(layers, '(no bytes)') AS layers, kind, why, open, connections, exchanges, payload_bytes FROM connection_summary)",
     8, "connection_summary"},

    {"reuse", "Reuse", R"(
SELECT client_ip, server_ip || ':' || server_port AS server, authority, connections, exchanges,
  exchanges_median AS median, exchanges_max AS max, one_exchange_share AS one_share,
  handshake_ms_paid AS paid_ms, handshake_ms_avoidable AS avoidable_ms
FROM connection_reuse ORDER BY exchanges DESC, connections DESC, client_ip, server, authority)",
     5, "connection_reuse"},

    {"statuses", "Statuses", R"(
SELECT s.status, coalesce(c.reason, s.reason) AS reason, sum(s.exchanges) AS exchanges
FROM status_summary AS s LEFT JOIN status_codes AS c USING (status)
GROUP BY s.status ORDER BY s.status)",
     8, "status_summary"},

    {"slowest", "Slowest exchanges", R"(
SELECT exchange_id, wait_ms, total_ms, status, method, authority, path FROM slowest_exchanges)",
     5, "slowest_exchanges"},

    {"incomplete", "Exchanges not seen whole", R"(
SELECT why, exchanges FROM incomplete_exchanges)",
     5, "incomplete_exchanges"},

    {"anomalies", "Anomalies", R"(
SELECT code, anomalies, connections, first_frame, example FROM anomaly_summary)",
     8, "anomaly_summary"},
}};

}  // namespace

std::span<const ReportSection> report_sections() {
  return sections;
}

}  // namespace longwire
