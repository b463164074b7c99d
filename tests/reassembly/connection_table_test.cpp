// What a whole connection table tells of segments: whose connection, which bytes, when it ends.
#include "reassembly/connection_table.h"

#include <gtest/gtest.h>

#include "tests/recorded_streams.h"

namespace longwire {
namespace {

constexpr Side client = Side::client, server = Side::server;

std::vector<Segment> operator+(std::vector<Segment> a, const std::vector<Segment>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(ConnectionTable, TellsAWholeConversationInOrder) {
  Conversation talk;
  const auto it =
      only_connection(talk.handshake() + std::vector{talk.data(client, 0, "GET"), talk.data(server, 0, "200 OK", 3), talk.ack(client, 3, 6),
                                                     talk.fin(client, 3, 6), talk.fin(server, 6, 4), talk.ack(client, 4, 7)});
  EXPECT_EQ(it.client(), "GET|fin");
  EXPECT_EQ(it.server(), "200 OK|fin");
  EXPECT_EQ(it.told(), "client fin, server fin");
  EXPECT_EQ(it.facts.id, 1);
  EXPECT_EQ(it.facts.client.to_string(), "192.0.2.1:40000");
  EXPECT_EQ(it.facts.close, ConnectionFacts::Close::fin);
  EXPECT_EQ(it.facts.closed_first, client);
  EXPECT_EQ(it.facts.side[0].packets, 6u);
  EXPECT_EQ(it.facts.side[1].bytes, 6u);
  EXPECT_EQ(it.facts.established, 3'000'000);
  EXPECT_EQ(it.facts.handshake_rtt, 2'000'000);
  EXPECT_FALSE(it.facts.midstream || it.facts.one_way || it.facts.cut || it.facts.limited);
}

TEST(ConnectionTable, HoldsBytesBehindAHoleUntilItIsFilled) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() +
                                  std::vector{talk.data(client, 3, "def"), talk.data(client, 6, "ghi"), talk.data(client, 0, "abc")});
  EXPECT_EQ(it.client(), "abcdefghi|open");
  EXPECT_EQ(it.numbers(client), "6 4 5");
  EXPECT_EQ(it.facts.side[0].out_of_order_packets, 2u);
  EXPECT_EQ(it.facts.side[0].missing_bytes, 0u);
}

}  // namespace
}  // namespace longwire
