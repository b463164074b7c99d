// Rows about TCP.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct ConnectionRow {
  Integer id, capture_id;
  Text client_ip;
  Integer client_port;
  Text server_ip;
  Integer server_port, vlan;
  Text community_id;
  Integer start_ns, established_ns, end_ns, first_frame, last_frame;
  Integer client_syns, client_packets, server_packets, client_bytes, server_bytes;
  Integer client_retransmitted_bytes, server_retransmitted_bytes, client_out_of_order_packets, server_out_of_order_packets;
  Integer client_missing_bytes, server_missing_bytes, conflicting_overlap_bytes, handshake_rtt_ns;
  Integer client_unacknowledged_bytes, server_unacknowledged_bytes, client_acknowledged_ns, server_acknowledged_ns, unread_bytes;
  Integer client_mss, server_mss, client_zero_windows, server_zero_windows, window_probes;
  Text close_kind, closed_first, layers;
  Integer exchanges, midstream, one_way, cut, limited, near_loss;
  Text continued;

  static constexpr TableInfo table{"connections", "one TCP connection, SYN to the end, however long it was silent"};
  static constexpr Column<ConnectionRow> columns[] = {
      column("id", &ConnectionRow::id, "set-wide number of its first packet: the same on every run", primary_key),
      column("capture_id", &ConnectionRow::capture_id, "the capture of its first packet", references("captures")),
      column("client_ip", &ConnectionRow::client_ip, "who sent the SYN; midstream: see README, Client and server"),
      column("client_port", &ConnectionRow::client_port, "TCP port"),
      column("server_ip", &ConnectionRow::server_ip, "who was asked"),
      column("server_port", &ConnectionRow::server_port, "TCP port"),
      column("vlan", &ConnectionRow::vlan, "innermost VLAN id of its first packet; NULL = none"),
      column("community_id", &ConnectionRow::community_id, "Community ID 1.0, seed 0: the flow's name in other tools"),
      column("start_ns", &ConnectionRow::start_ns, "time of its first packet"),
      column("established_ns", &ConnectionRow::established_ns, "time of the ACK that completes the handshake; NULL = not seen"),
      column("end_ns", &ConnectionRow::end_ns, "time of its last packet"),
      column("first_frame", &ConnectionRow::first_frame, "frame of its first packet"),
      column("last_frame", &ConnectionRow::last_frame, "frame of its last packet, in the capture that holds end_ns"),
      column("client_syns", &ConnectionRow::client_syns, "SYNs of the client, those sent again too; 65535 = that many or more"),
      column("client_packets", &ConnectionRow::client_packets, "packets from the client"),
      column("server_packets", &ConnectionRow::server_packets, "packets from the server"),
      column("client_bytes", &ConnectionRow::client_bytes, "payload bytes from the client, each byte once"),
      column("server_bytes", &ConnectionRow::server_bytes, "payload bytes from the server, each byte once"),
      column("client_retransmitted_bytes", &ConnectionRow::client_retransmitted_bytes, "payload bytes of the client seen again"),
      column("server_retransmitted_bytes", &ConnectionRow::server_retransmitted_bytes, "payload bytes of the server seen again"),
      column("client_out_of_order_packets", &ConnectionRow::client_out_of_order_packets,
             "packets with payload beyond the next expected byte"),
      column("server_out_of_order_packets", &ConnectionRow::server_out_of_order_packets,
             "packets with payload beyond the next expected byte"),
      column("client_missing_bytes", &ConnectionRow::client_missing_bytes, "bytes of the client never captured"),
      column("server_missing_bytes", &ConnectionRow::server_missing_bytes, "bytes of the server never captured"),
      column("conflicting_overlap_bytes", &ConnectionRow::conflicting_overlap_bytes, "bytes sent twice with different values, both sides"),
      column("handshake_rtt_ns", &ConnectionRow::handshake_rtt_ns,
             "SYN to SYN-ACK plus SYN-ACK to ACK, last transmissions; NULL = not seen whole"),
      column("client_unacknowledged_bytes", &ConnectionRow::client_unacknowledged_bytes,
             "payload bytes of the client that the server had not acknowledged in the end"),
      column("server_unacknowledged_bytes", &ConnectionRow::server_unacknowledged_bytes,
             "payload bytes of the server that the client had not acknowledged in the end"),
      column("client_acknowledged_ns", &ConnectionRow::client_acknowledged_ns,
             "when the server last acknowledged something new of the client; NULL = never"),
      column("server_acknowledged_ns", &ConnectionRow::server_acknowledged_ns,
             "when the client last acknowledged something new of the server; NULL = never"),
      column(
          "unread_bytes", &ConnectionRow::unread_bytes,
          "closed by RST with ACK: payload its sender acknowledged since it last sent any, the most it can have left unread; NULL = none"),
      column("client_mss", &ConnectionRow::client_mss, "maximum segment size the client announced, bytes"),
      column("server_mss", &ConnectionRow::server_mss, "maximum segment size the server announced, bytes"),
      column("client_zero_windows", &ConnectionRow::client_zero_windows, "times the client's receive window closed"),
      column("server_zero_windows", &ConnectionRow::server_zero_windows, "times the server's receive window closed"),
      column("window_probes", &ConnectionRow::window_probes, "zero-window probes, both sides"),
      column("close_kind", &ConnectionRow::close_kind, "fin, rst, open (the capture ended first), evicted"),
      column("closed_first", &ConnectionRow::closed_first, "client or server: who sent the first FIN or RST; NULL = nobody"),
      column("layers", &ConnectionRow::layers, "readers of its bytes, outermost first: http1, http1/websocket, unknown; NULL = no bytes"),
      column("exchanges", &ConnectionRow::exchanges, "rows in http_exchanges"),
      column("midstream", &ConnectionRow::midstream, "1 = the capture began after the SYN"),
      column("one_way", &ConnectionRow::one_way, "1 = only one direction was seen"),
      column("cut", &ConnectionRow::cut, "1 = packets were cut by snaplen"),
      column("limited", &ConnectionRow::limited, "1 = a limit was reached"),
      column("near_loss", &ConnectionRow::near_loss,
             "1 = live: packets of it came while others were dropped, so what is missing may be our loss; else NULL"),
      column("continued", &ConnectionRow::continued,
             "live, with --rotate: from = it began in an earlier database, into = it goes on in the next one, both; NULL = whole here")};
};

struct TcpEventRow {
  Integer id, connection_id, time_ns, frame;
  Text side, kind;
  Integer bytes;
  Text detail;

  static constexpr TableInfo table{"tcp_events", "what TCP itself did that a person would look up by frame"};
  static constexpr Column<TcpEventRow> columns[] = {
      column("id", &TcpEventRow::id, "set-wide number of the packet times 1000, and what happened", primary_key),
      column("connection_id", &TcpEventRow::connection_id, "the connection", indexed_reference("connections")),
      column("time_ns", &TcpEventRow::time_ns, "when"),
      column("frame", &TcpEventRow::frame, "the packet"),
      column("side", &TcpEventRow::side, "who did it; gap: whose bytes are missing; icmp_unreachable: whose segment is quoted"),
      column("kind", &TcpEventRow::kind,
             "rst, fin, syn_retransmitted, zero_window, window_reopened, gap, conflicting_overlap, icmp_unreachable, icmp_too_big, "
             "data_after_fin"),
      column("bytes", &TcpEventRow::bytes, "missing, conflicting or late bytes; NULL for the other kinds"),
      column("detail", &TcpEventRow::detail,
             "fin: crossed = the other side's was under way; rst: ack = it acknowledges, NULL = it answers a segment of a connection "
             "that its sender does not know; icmp: what is wrong; gap: end = behind the last byte seen")};
};

struct KeepaliveProbeRow {
  Integer id, connection_id;
  Text prober;
  Integer episode, ordinal, time_ns, frame, payload_bytes, idle_before_ns;
  Text answer;
  Integer answer_ns, answer_frame;

  static constexpr TableInfo table{"keepalive_probes", "one TCP keepalive probe and its answer; nothing to do with HTTP keep-alive"};
  static constexpr Column<KeepaliveProbeRow> columns[] = {
      column("id", &KeepaliveProbeRow::id, "set-wide number of the probe's packet times 1000", primary_key),
      column("connection_id", &KeepaliveProbeRow::connection_id, "the connection, index keepalive_probes_narrow",
             references("connections")),
      column("prober", &KeepaliveProbeRow::prober, "client or server: who asks whether the peer is there"),
      column("episode", &KeepaliveProbeRow::episode, "1, 2 ... of the prober: a run of probes until the peer is heard"),
      column("ordinal", &KeepaliveProbeRow::ordinal, "1, 2 ... in the episode; the same again for a copy that the network delivered, too"),
      column("time_ns", &KeepaliveProbeRow::time_ns, "when"),
      column("frame", &KeepaliveProbeRow::frame, "the probe"),
      column("payload_bytes", &KeepaliveProbeRow::payload_bytes, "0, or 1 byte sent again"),
      column("idle_before_ns", &KeepaliveProbeRow::idle_before_ns,
             "since the peer was last heard, other than probing, or the probe before; NULL = the capture began with it"),
      column("answer", &KeepaliveProbeRow::answer, "ack, rst, icmp (destination unreachable), none"),
      column("answer_ns", &KeepaliveProbeRow::answer_ns, "time of the answer"),
      column("answer_frame", &KeepaliveProbeRow::answer_frame, "frame of the answer")};
};

}  // namespace longwire
