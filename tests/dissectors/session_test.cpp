#include "dissectors/session.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/conversation.h"

namespace longwire {
namespace {

using test::rows_as_text;

Address ipv6(std::uint8_t last) {
  const std::array<std::uint8_t, 16> octets{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last};
  return Address::from(octets);
}

struct Worker {
  Worker() : sink(options()) { sink.into(rows); }
  static DissectOptions options() {
    DissectOptions made;
    made.first_capture_id = 3;
    return made;
  }
  RowBatch rows;
  SessionSink sink;
};

TEST(Session, AConnectionsRowSaysWhatIsKnown) {
  Worker worker;
  ConnectionFacts facts = test::Conversation().facts;
  facts.capture = 1;
  facts.vlan = 12;
  facts.first = {100, 7, 5};
  facts.last = {900, 19, 17};
  facts.established = 300;
  facts.handshake_rtt = 200;
  facts.side[0] = {.packets = 6,
                   .bytes = 500,
                   .missing_bytes = 1,
                   .retransmitted_bytes = 2,
                   .out_of_order_packets = 3,
                   .zero_windows = 4,
                   .mss = 1460,
                   .unacknowledged_bytes = 12};
  facts.side[1] = {.packets = 5,
                   .bytes = 70000,
                   .missing_bytes = 6,
                   .retransmitted_bytes = 7,
                   .out_of_order_packets = 8,
                   .zero_windows = 9,
                   .mss = 1400,
                   .unacknowledged_bytes = 0,
                   .acknowledged = 800};
  facts.conflicting_overlap_bytes = 11;
  facts.window_probes = 2;
  facts.unread_bytes = 13;
  facts.client_syns = 2;
  facts.close = ConnectionFacts::Close::fin;
  facts.closed_first_known = true;
  facts.closed_first = Side::server;
  facts.one_way = facts.cut = true;
  Session session = worker.sink.open(facts);
  worker.sink.closed(facts, &session);
  EXPECT_EQ(rows_as_text(worker.rows),
            "connections id=7 capture_id=4 client_ip=192.0.2.1 client_port=50000 server_ip=198.51.100.2 server_port=80 vlan=12 "
            "community_id=1:iCK7+mP3iUYRur5EDHjJzqeyFAE= start_ns=100 established_ns=300 end_ns=900 first_frame=5 last_frame=17 "
            "client_syns=2 client_packets=6 server_packets=5 client_bytes=500 server_bytes=70000 client_retransmitted_bytes=2 "
            "server_retransmitted_bytes=7 client_out_of_order_packets=3 server_out_of_order_packets=8 client_missing_bytes=1 "
            "server_missing_bytes=6 conflicting_overlap_bytes=11 handshake_rtt_ns=200 "
            "client_unacknowledged_bytes=12 server_unacknowledged_bytes=0 server_acknowledged_ns=800 unread_bytes=13 client_mss=1460 "
            "server_mss=1400 "
            "client_zero_windows=4 server_zero_windows=9 window_probes=2 close_kind=fin closed_first=server layers=unknown exchanges=0 "
            "midstream=0 one_way=1 cut=1 limited=0\n");
}

TEST(Session, WhatWasNotSeenIsNull) {
  Worker worker;
  ConnectionFacts facts;
  facts.client = {ipv6(1), 50000};
  facts.server = {ipv6(2), 443};
  worker.sink.closed(facts, nullptr);
  EXPECT_EQ(rows_as_text(worker.rows, {"connections client_ip server_ip vlan established_ns handshake_rtt_ns client_mss close_kind "
                                       "closed_first layers exchanges"}),
            "connections client_ip=2001:db8::1 server_ip=2001:db8::2 vlan=NULL established_ns=NULL handshake_rtt_ns=NULL "
            "client_mss=NULL close_kind=open closed_first=NULL layers=NULL exchanges=0\n");
}

TEST(Session, EventsAreRows) {
  Worker worker;
  const ConnectionFacts facts = test::Conversation().facts;
  worker.sink.tcp(facts, {"gap", Side::server, {5, 2, 1}, 1460});
  worker.sink.tcp(facts, {"fin", Side::client, {6, 3, 2}, 0, "crossed"});
  EXPECT_EQ(rows_as_text(worker.rows, {"tcp_events connection_id time_ns frame side kind bytes detail"}),
            "tcp_events connection_id=7 time_ns=5 frame=1 side=server kind=gap bytes=1460 detail=NULL\n"
            "tcp_events connection_id=7 time_ns=6 frame=2 side=client kind=fin bytes=NULL detail=crossed\n");
}

TEST(Session, EventsHaveIdsThatTheirPacketsGive) {
  Worker worker;
  const ConnectionFacts facts = test::Conversation().facts;
  // All that one packet can be told for, and once more.
  for (const Side side : {Side::client, Side::server}) {
    for (const std::string_view kind : {"syn_retransmitted", "fin", "rst", "zero_window", "window_reopened", "gap", "conflicting_overlap",
                                        "icmp_unreachable", "icmp_too_big", "data_after_fin"}) {
      worker.sink.tcp(facts, {kind, side, {5, 2, 1}});
    }
    worker.sink.tcp(facts, {"gap", side, {5, 2, 1}, 1, "end"});
  }
  worker.sink.tcp(facts, {"fin", Side::client, {5, 2, 1}});
  const std::string ids = rows_as_text(worker.rows, {"tcp_events id"});
  for (int n = 0; n < 22; ++n) EXPECT_NE(ids.find("tcp_events id=" + std::to_string(2800 + n) + "\n"), std::string::npos) << n;
  EXPECT_TRUE(ids.ends_with("tcp_events id=2802\n")) << "the same for the same, whatever came before";
}

TEST(Session, OdditiesOfTcpHaveIdsOfTheirOwn) {
  Worker worker;
  const ConnectionFacts facts = test::Conversation().facts;
  worker.sink.anomaly(facts, Side::server, {5, 2, 1}, "tcp.fin.moved");
  EXPECT_EQ(rows_as_text(worker.rows), "anomalies id=2800 connection_id=7 time_ns=5 frame=1 side=server layers=tcp code=tcp.fin.moved\n");
}

TEST(Session, LayersAndExchangesComeFromItsBytes) {
  Worker worker;
  const ConnectionFacts facts = test::Conversation().facts;
  Session session = worker.sink.open(facts);
  for (int i = 0; i < 2; ++i) {
    session.data(Side::client, as_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), {1, 1, 1});
    session.data(Side::server, as_bytes("HTTP/1.1 204 No Content\r\n\r\n"), {2, 2, 2});
  }
  session.end(Side::client, End::fin, {3, 3, 3});
  session.end(Side::server, End::fin, {3, 3, 3});
  worker.sink.closed(facts, &session);
  EXPECT_EQ(rows_as_text(worker.rows, {"connections layers exchanges"}), "connections layers=http1 exchanges=2\n");
}

}  // namespace
}  // namespace longwire
