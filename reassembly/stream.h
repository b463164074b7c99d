// What reassembly promises to the dissectors: three verbs for the bytes of a connection (data, gap, end), and what TCP
// itself did (events, and the facts of the whole connection).
#pragma once

#include <cstdint>
#include <string_view>

#include "capture/endpoint.h"
#include "capture/packet.h"

namespace longwire {

enum class Side : std::uint8_t { client = 0, server = 1 };
constexpr Side other(Side side) {
  return side == Side::client ? Side::server : Side::client;
}
constexpr std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}
constexpr std::string_view to_text(Side side) {
  return side == Side::client ? "client" : "server";
}

// How one side's byte stream ended.
enum class End : std::uint8_t {
  fin,      // its FIN was reached in order: everything it sent was seen or declared missing
  rst,      // the connection was reset by either side
  open,     // the capture ended first, or a new connection took the ports without a close in view
  evicted,  // given up under memory pressure
};

// What a person would look up by its frame. One row each in `tcp_events`.
struct TcpEvent {
  std::string_view kind;     // a literal: "rst", "fin", "zero_window", "window_reopened", "gap", "conflicting_overlap",
                             // "icmp_unreachable", "icmp_too_big", "data_after_fin", "syn_retransmitted"
  Side side = Side::client;  // who did it; for a gap: whose bytes are missing; for icmp: whose segment was quoted
  Stamp at;
  std::uint64_t bytes = 0;  // kind's own measure: missing, conflicting or late bytes; else 0
  // A literal; fin: "crossed" where the other side's FIN was under way; rst: "ack" where it acknowledges; icmp: what cannot
  // be reached; gap: "end" behind the last byte seen; else empty.
  std::string_view detail{};
};

// A TCP keepalive probe, told when its answer is known. One row each in `keepalive_probes`.
struct KeepaliveProbe {
  enum class Answer : std::uint8_t { none, icmp, rst, ack };  // the later, the better
  Side prober = Side::client;
  std::uint8_t payload_bytes = 0;  // 0 or 1
  std::uint32_t episode = 0;       // 1, 2 ... of the prober: a run of probes until the peer is heard
  std::uint32_t ordinal = 0;       // 1, 2 ... in the episode
  Stamp at;
  static constexpr Time unknown = -1;
  Time idle_before = 0;  // ns since the prober's timer was started: see keepalive_watcher.h; unknown where the capture began later
  Answer answer = Answer::none;
  Stamp answered;  // the answer's packet; without meaning where there is none
};
constexpr std::string_view to_text(KeepaliveProbe::Answer answer) {
  constexpr std::string_view texts[]{"none", "icmp", "rst", "ack"};
  return texts[static_cast<std::size_t>(answer)];
}

// Everything counted of one side.
struct SideFacts {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;                 // payload, each byte once
  std::uint64_t missing_bytes = 0;         // never captured, though sent: of a side that was seen (cut bytes included)
  std::uint64_t retransmitted_bytes = 0;   // payload seen again
  std::uint32_t out_of_order_packets = 0;  // with payload that begins beyond the next expected byte
  std::uint32_t zero_windows = 0;          // times the window this side advertised closed
  std::uint16_t mss = 0;                   // announced; 0 = not seen
  std::uint32_t unacknowledged_bytes = 0;  // payload that the peer had not acknowledged in the end
  Time acknowledged = 0;                   // when the peer last acknowledged something new; 0 = never
};

// A connection as far as it was seen. Times and frames are those of packets.
struct ConnectionFacts {
  std::int64_t id = 0;        // set-wide number of its first packet
  std::uint32_t capture = 0;  // capture file of its first packet
  Endpoint client, server;
  std::uint16_t vlan = 0;         // of its first packet; 0 = none. Not part of the connection's identity
  std::uint16_t client_syns = 0;  // SYNs without ACK of the client, those sent again too; 65535 = that many or more
  Stamp first, last;
  Time established = 0;       // 0 = the handshake was not seen to complete
  Time syn = 0, syn_ack = 0;  // 0 = not seen; of the last transmission before the answer
  Time handshake_rtt = -1;    // ns from SYN to the ACK that completes, -1 = unknown: see connection.h
  SideFacts side[2];
  std::uint64_t conflicting_overlap_bytes = 0;
  std::uint32_t window_probes = 0;
  // Live: number of its last packet that came while others were dropped, modulo 2^32; 0 = none.
  std::uint32_t near_loss = 0;
  std::uint32_t unread_bytes = 0;  // of a RST with ACK: what its sender had acknowledged since it last sent data itself
  enum class Close : std::uint8_t { open, fin, rst, evicted } close = Close::open;
  Side closed_first = Side::client;
  bool closed_first_known : 1 = false;
  bool midstream : 1 = false;  // the SYN was not seen
  bool one_way : 1 = false;    // only one direction has been seen
  bool cut : 1 = false;        // a segment was cut by snaplen
  bool limited : 1 = false;    // a bound was reached

  // Whether packets were dropped while one of its own came, packet `number` or a later one.
  bool lost_since(std::uint64_t number) const { return near_loss != 0 && near_loss - static_cast<std::uint32_t>(number) < 0x80000000u; }
};

}  // namespace longwire
