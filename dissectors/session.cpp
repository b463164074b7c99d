#include "dissectors/session.h"

#include <algorithm>
#include <iterator>

#include "dissectors/community_id.h"
#include "dissectors/detector.h"

namespace longwire {
namespace {

Text address_text(const Address& address, Arena& arena) {
  return arena.copy(address.to_string());
}

Text close_text(ConnectionFacts::Close close) {
  switch (close) {
    case ConnectionFacts::Close::fin:
      return "fin";
    case ConnectionFacts::Close::rst:
      return "rst";
    case ConnectionFacts::Close::evicted:
      return "evicted";
    case ConnectionFacts::Close::open:
      break;
  }
  return "open";
}

// A packet makes one event at most of a kind and side, and none of a connection but its own: so the id needs no counter, and
// is the same however many connections there are in between.
std::int64_t event_id(const TcpEvent& event) {
  constexpr std::string_view kinds[] = {
      "syn_retransmitted", "fin",          "rst",           "zero_window", "window_reopened", "gap", "conflicting_overlap",
      "icmp_unreachable",  "icmp_too_big", "data_after_fin"};
  const auto kind = std::find(std::begin(kinds), std::end(kinds), event.kind) - std::begin(kinds);
  const bool behind_all = event.kind == "gap" && event.detail == "end";  // that packet may have one before its bytes too
  const auto which = static_cast<std::int64_t>(behind_all ? std::size(kinds) : static_cast<std::size_t>(kind));
  return Ids::only(event.at.number) + tcp_ids.first + 2 * which + static_cast<std::int64_t>(index(event.side));
}

// NULL where `unknown` stands for "not seen".
template <class T>
Integer unless(T value, T unknown) {
  return value == unknown ? Integer() : Integer(value);
}

void fill_sides(ConnectionRow& row, const ConnectionFacts& facts) {
  const SideFacts& client = facts.side[index(Side::client)];
  const SideFacts& server = facts.side[index(Side::server)];
  row.client_syns = facts.client_syns;
  row.client_packets = client.packets;
  row.server_packets = server.packets;
  row.client_bytes = client.bytes;
  row.server_bytes = server.bytes;
  row.client_retransmitted_bytes = client.retransmitted_bytes;
  row.server_retransmitted_bytes = server.retransmitted_bytes;
  row.client_out_of_order_packets = client.out_of_order_packets;
  row.server_out_of_order_packets = server.out_of_order_packets;
  row.client_missing_bytes = client.missing_bytes;
  row.server_missing_bytes = server.missing_bytes;
  row.client_unacknowledged_bytes = client.unacknowledged_bytes;
  row.server_unacknowledged_bytes = server.unacknowledged_bytes;
  row.client_acknowledged_ns = unless<Time>(client.acknowledged, 0);
  row.server_acknowledged_ns = unless<Time>(server.acknowledged, 0);
  row.client_mss = unless<std::uint16_t>(client.mss, 0);
  row.server_mss = unless<std::uint16_t>(server.mss, 0);
  row.client_zero_windows = client.zero_windows;
  row.server_zero_windows = server.zero_windows;
}

}  // namespace

Session::Session(const DissectOptions& options, const ConnectionFacts& facts, RowSink& sink)
    : options_(options), facts_(facts), sink_(sink), channel_(make_detector()) {}

Session::Session(const DissectOptions& options, const ConnectionFacts& facts, RowSink& sink, Asleep asleep)
    : options_(options), facts_(facts), sink_(sink), channel_(std::move(asleep.channel)) {
  ids_.exchanges = asleep.exchanges;
}

std::optional<Session::Asleep> Session::sleep() {
  if (ids_.given(facts_.last.number)) return std::nullopt;
  auto channel = channel_.sleep();
  if (!channel) return std::nullopt;
  return Asleep{std::move(*channel), ids_.exchanges};
}

void SessionSink::tcp(const ConnectionFacts& facts, const TcpEvent& event) {
  TcpEventRow row;
  row.id = event_id(event);
  row.connection_id = facts.id;
  row.time_ns = event.at.time;
  row.frame = event.at.frame;
  row.side = to_text(event.side);
  row.kind = event.kind;
  row.bytes = unless<std::uint64_t>(event.bytes, 0);
  if (!event.detail.empty()) row.detail = event.detail;
  sink_.rows->add(row);
}

void SessionSink::anomaly(const ConnectionFacts& facts, Side side, const Stamp& at, std::string_view code) {
  AnomalyRow row;
  row.id = tcp_ids_.next(at.number);
  row.connection_id = facts.id;
  row.time_ns = at.time;
  row.frame = at.frame;
  row.side = to_text(side);
  row.layers = "tcp";
  row.code = code;
  sink_.rows->add(row);
}

void SessionSink::keepalive(const ConnectionFacts& facts, const KeepaliveProbe& probe) {
  KeepaliveProbeRow row;
  row.id = Ids::only(probe.at.number);
  row.connection_id = facts.id;
  row.prober = to_text(probe.prober);
  row.episode = probe.episode;
  row.ordinal = probe.ordinal;
  row.time_ns = probe.at.time;
  row.frame = probe.at.frame;
  row.payload_bytes = probe.payload_bytes;
  row.idle_before_ns = unless<Time>(probe.idle_before, KeepaliveProbe::unknown);
  row.answer = to_text(probe.answer);
  if (probe.answer != KeepaliveProbe::Answer::none) {
    row.answer_ns = probe.answered.time;
    row.answer_frame = probe.answered.frame;
  }
  sink_.rows->add(row);
}

void SessionSink::add_connection(const ConnectionFacts& facts, Session* session) {
  Arena& arena = sink_.rows->arena;
  ConnectionRow row;
  row.id = facts.id;
  row.capture_id = options_.first_capture_id + facts.capture;
  row.client_ip = address_text(facts.client.address, arena);
  row.client_port = facts.client.port;
  row.server_ip = address_text(facts.server.address, arena);
  row.server_port = facts.server.port;
  row.vlan = unless<std::uint16_t>(facts.vlan, 0);
  row.community_id = arena.copy(community_id(facts.client, facts.server));
  row.start_ns = facts.first.time;
  row.established_ns = unless<Time>(facts.established, 0);
  row.end_ns = facts.last.time;
  row.first_frame = facts.first.frame;
  row.last_frame = facts.last.frame;
  fill_sides(row, facts);
  row.conflicting_overlap_bytes = facts.conflicting_overlap_bytes;
  row.handshake_rtt_ns = unless<Time>(facts.handshake_rtt, -1);
  row.unread_bytes = unless<std::uint32_t>(facts.unread_bytes, 0);
  row.window_probes = facts.window_probes;
  row.close_kind = close_text(facts.close);
  if (facts.closed_first_known) row.closed_first = to_text(facts.closed_first);
  if (session != nullptr) row.layers = arena.copy(session->layers());
  row.exchanges = session == nullptr ? 0 : session->exchanges();
  row.midstream = facts.midstream;
  row.one_way = facts.one_way;
  row.cut = facts.cut;
  row.limited = facts.limited;
  if (facts.near_loss != 0) row.near_loss = 1;
  if (facts.capture < first_capture_) row.continued = "from";
  sink_.rows->add(row);
}

}  // namespace longwire
