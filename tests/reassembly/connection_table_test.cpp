// What a whole connection table tells of segments: whose connection, which bytes, when it ends.
#include "reassembly/connection_table.h"

#include <gtest/gtest.h>

#include "tests/recorded_streams.h"

namespace longwire {
namespace {

constexpr Side client = Side::client, server = Side::server;
using Close = ConnectionFacts::Close;

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
  EXPECT_EQ(it.facts.server.to_string(), "192.0.2.80:80");
  EXPECT_EQ(it.facts.close, Close::fin);
  EXPECT_EQ(it.facts.closed_first, client);
  EXPECT_EQ(it.facts.side[0].packets, 6u);
  EXPECT_EQ(it.facts.side[1].bytes, 6u);
  EXPECT_EQ(it.facts.last.number, 9u);
  EXPECT_FALSE(it.facts.midstream || it.facts.one_way || it.facts.cut || it.facts.limited);
}

TEST(ConnectionTable, KeepsBothDirectionsAndOtherTuplesApart) {
  Conversation talk;
  Segment elsewhere = talk.syn();
  elsewhere.source.port = 40001;
  Segment farther = talk.syn();
  farther.destination.address.octets[15] ^= 1;  // the same hash and ports, another address
  const auto sink = reassembled({talk.syn(), elsewhere, farther, talk.syn_ack()});
  ASSERT_EQ(sink.by_id.size(), 3u);
  EXPECT_EQ(sink.by_id.at(1).facts.side[1].packets, 1u);
  EXPECT_TRUE(sink.by_id.at(2).facts.one_way);
  EXPECT_TRUE(sink.by_id.at(3).facts.one_way);
}

TEST(ConnectionTable, ClosesWhatIsLeftAtTheEndInTheOrderOfIds) {
  Conversation talk;
  std::vector<Segment> segments;
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{5, 3, 9, 1}) {
    segments.push_back(talk.syn());
    segments.back().source.port = port;
    segments.back().hash = port;
  }
  EXPECT_EQ(reassembled(segments).closed_order, (std::vector<std::int64_t>{1, 2, 3, 4}));
}

TEST(ConnectionTable, MakesNoStreamForAConnectionWithoutBytes) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.fin(client, 0), talk.fin(server, 0, 1), talk.ack(client, 1, 1)});
  EXPECT_TRUE(it.calls.empty());
  EXPECT_TRUE(it.closed);
}

TEST(ConnectionTable, TellsAStreamMadeLateOfTheEndsBefore) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.fin(client, 0), talk.data(server, 0, "late", 1)});
  EXPECT_EQ(it.client(), "|fin");
  EXPECT_EQ(it.server(), "late|open");
  EXPECT_EQ(it.calls.front().side, client) << "the end came before the bytes";
}

// --- ports used again, stragglers

TEST(ConnectionTable, TakesASynSentAgainForTheSameConnection) {
  Conversation talk;
  const auto it = only_connection({talk.syn(), talk.syn(), talk.syn_ack(), talk.syn(), talk.syn_ack(), talk.ack(client, 0, 0)});
  EXPECT_EQ(it.facts.side[0].packets, 4u);
}

TEST(ConnectionTable, BeginsANewConnectionWithANewInitialSequenceNumber) {
  Conversation first(1000, 2000), second(90000, 80000);
  const auto sink = reassembled(first.handshake() + std::vector{first.data(client, 0, "one")} + second.handshake() +
                                std::vector{second.data(client, 0, "two")});
  ASSERT_EQ(sink.by_id.size(), 2u);
  EXPECT_EQ(sink.by_id.at(1).client(), "one|open");
  EXPECT_EQ(sink.by_id.at(1).facts.close, Close::open);
  EXPECT_EQ(sink.by_id.at(5).client(), "two|open");
}

TEST(ConnectionTable, BeginsANewConnectionWhereOnlyTheServerIsCaptured) {
  Conversation first(1000, 2000), second(90000, 80000);
  const auto sink = reassembled({first.syn_ack(), first.data(server, 0, "one", 3), second.syn_ack(), second.data(server, 0, "two", 3)});
  ASSERT_EQ(sink.by_id.size(), 2u);
  EXPECT_EQ(sink.by_id.at(1).server(), "one|open");
  EXPECT_EQ(sink.by_id.at(3).server(), "two|open");
}

std::vector<Segment> closed_conversation(Conversation& talk) {
  return talk.handshake() + std::vector{talk.data(client, 0, "x"), talk.fin(client, 1), talk.fin(server, 0, 2), talk.ack(client, 2, 1)};
}

TEST(ConnectionTable, CountsStragglersToTheClosedConnection) {
  Conversation talk;
  const auto it = only_connection(closed_conversation(talk) +
                                  std::vector{talk.fin(server, 0, 2), after(limits::linger_packets - 2, talk.rst(client, 2))});
  EXPECT_EQ(it.facts.side[0].packets, 6u);
  EXPECT_EQ(it.facts.side[1].packets, 3u);
  EXPECT_EQ(it.facts.close, Close::fin) << "the reset came after the close";
  EXPECT_EQ(it.told(), "client fin, server fin, client rst");
}

TEST(ConnectionTable, TakesPacketsAfterTheLingerForAnotherConnection) {
  Conversation talk;
  const auto sink = reassembled(closed_conversation(talk) + std::vector{after(limits::linger_packets, talk.rst(client, 2))});
  ASSERT_EQ(sink.by_id.size(), 2u);
  EXPECT_TRUE(sink.by_id.rbegin()->second.facts.midstream);
}

TEST(ConnectionTable, ExpiresByPacketNumbersOnlySoThatItDoesNotMatterWhen) {
  Conversation talk;
  for (const bool often : {false, true}) {
    RecordingSink sink;
    ConnectionTable<RecordingSink> table(sink, {});
    std::uint64_t number = 0;
    for (Segment segment : closed_conversation(talk)) {
      segment.at.number = ++number;
      table.add(segment);
    }
    if (often) table.expire(number + limits::linger_packets);
    EXPECT_EQ(table.open(), 1u);
    Segment straggler = talk.ack(server, 1, 2);
    straggler.at.number = number + limits::linger_packets;
    table.add(straggler);
    if (often) table.expire(number + limits::linger_packets + 1);
    EXPECT_EQ(table.open(), often ? 0u : 1u);
    table.finish();
    ASSERT_EQ(sink.by_id.size(), 1u);
    EXPECT_EQ(sink.by_id.at(1).facts.last.number, straggler.at.number);
  }
}

// It must not be freed as if it still were closed, nor twice when it closes again, nor keep others from being freed.
TEST(ConnectionTable, WhatGoesOnAfterAResetLingersNoMore) {
  Conversation talk;
  const auto reset = talk.handshake() + std::vector{talk.data(client, 0, "GET", 0), talk.rst(server, 0)};
  const std::vector<Segment> goes_on{talk.data(client, 3, "more", 0), talk.ack(server, 0, 7)};
  const std::vector<Segment> closes{talk.fin(client, 7, 0), talk.fin(server, 0, 8), talk.ack(client, 8, 1)};
  RecordingSink sink;
  ConnectionTable<RecordingSink> table(sink, {});
  std::uint64_t number = 0;
  const auto add = [&](std::vector<Segment> segments, std::uint16_t port) {
    for (Segment& segment : segments) {
      (segment.source.port == 80 ? segment.destination : segment.source).port = port;
      segment.at.number = ++number;
      table.add(segment);
    }
  };
  add(reset + goes_on, 40000);
  table.expire(number + limits::linger_packets + 1);
  EXPECT_EQ(table.open(), 1u) << "it goes on";

  add(reset, 40001);
  table.expire(number + limits::linger_packets + 1);
  EXPECT_EQ(table.open(), 1u) << "the other one does not";

  add(closes, 40000);
  table.expire(number + limits::linger_packets + 1);
  EXPECT_EQ(table.open(), 0u);
  table.finish();
  EXPECT_EQ(sink.closed_order, (std::vector<std::int64_t>{8, 1}));
}

TEST(ConnectionTable, BeginsANewConnectionAtOnceWhereTheOldOneIsClosed) {
  Conversation first(1000, 2000), second(5000, 6000);
  const auto sink = reassembled(closed_conversation(first) + closed_conversation(second));
  ASSERT_EQ(sink.by_id.size(), 2u);
  EXPECT_EQ(sink.by_id.at(8).client(), "x|fin");
  EXPECT_EQ(sink.closed_order, (std::vector<std::int64_t>{1, 8}));
}

// --- memory

// `count` connections of one memory part, each with one request, in the order of their ports 1, 2 ...
std::vector<Segment> requests(Conversation& talk, std::uint16_t count) {
  std::vector<Segment> segments;
  for (std::uint16_t port = 1; port <= count; ++port) {
    segments.push_back(talk.data(client, 0, "request"));
    segments.back().source.port = port;
    segments.back().hash = port;
  }
  return segments;
}

ReassemblyOptions room_for(std::uint64_t connections) {
  constexpr std::uint64_t about = 500;  // bytes of a connection
  return {.memory = connections * about * limits::memory_parts};
}

TEST(ConnectionTable, GivesUpTheLongestSilentWhereMemoryRunsShort) {
  Conversation talk;
  std::vector<Segment> segments = requests(talk, 70);
  for (std::uint16_t port = 1; port <= 10; ++port) {  // the first ten speak again
    segments.push_back(talk.data(client, 7, " more"));
    segments.back().source.port = port;
    segments.back().hash = port;
  }
  for (Segment late : requests(talk, 60)) {
    late.source.port = static_cast<std::uint16_t>(late.source.port + 1000);
    segments.push_back(late);
  }
  const auto sink = reassembled(segments, room_for(100));
  std::vector<std::int64_t> evicted, kept;
  for (const auto& [id, connection] : sink.by_id) (connection.facts.close == Close::evicted ? evicted : kept).push_back(id);
  ASSERT_FALSE(evicted.empty());
  EXPECT_EQ(evicted.front(), 11) << "those before it spoke later";
  EXPECT_EQ(evicted.back(), 10 + static_cast<std::int64_t>(evicted.size())) << "the longest silent, one after the other";
  EXPECT_LT(evicted.size(), 60u);
  const RecordedConnection& gone = sink.by_id.at(11);
  EXPECT_EQ(gone.client(), "request|evicted");
  EXPECT_TRUE(gone.facts.limited);
  EXPECT_FALSE(sink.by_id.at(1).facts.limited);
}

TEST(ConnectionTable, WhatOnlyLingersGoesFirstAndKeepsItsClose) {
  Conversation talk;
  std::vector<Segment> segments = requests(talk, 50);
  Segment reset = talk.rst(client, 7);  // of the one that spoke last
  reset.source.port = 50;
  reset.hash = 50;
  segments.push_back(reset);
  for (Segment late : requests(talk, 60)) {
    late.source.port = static_cast<std::uint16_t>(late.source.port + 1000);
    segments.push_back(late);
  }
  const auto sink = reassembled(segments, room_for(100));
  ASSERT_FALSE(sink.closed_order.empty());
  EXPECT_EQ(sink.closed_order.front(), 50);
  EXPECT_EQ(sink.by_id.at(50).facts.close, Close::rst);
  EXPECT_EQ(sink.closed_order.at(1), 1);
  EXPECT_EQ(sink.by_id.at(1).facts.close, Close::evicted);
}

TEST(ConnectionTable, MemoryOfOnePartIsNotTakenFromAnother) {
  Conversation talk;
  std::vector<Segment> segments;
  for (Segment segment : requests(talk, 120)) {
    segment.hash |= static_cast<std::uint32_t>(segment.source.port % 4) << 30;
    segments.push_back(segment);
  }
  for (const auto& [id, connection] : reassembled(segments, room_for(60)).by_id) EXPECT_EQ(connection.facts.close, Close::open) << id;
}

TEST(ConnectionTable, HeldBytesCountAsMemory) {
  Conversation talk;
  const std::string much(60000, 'x');
  std::vector<Segment> segments = requests(talk, 20);
  for (int i = 1; i <= 20; ++i) segments.push_back(talk.data(client, i * 100000, much));
  const auto sink = reassembled(segments, {.memory = 1'000'000 * limits::memory_parts});
  EXPECT_EQ(sink.by_id.at(1).facts.close, Close::evicted) << "a silent one goes before the one that holds much";
}

// --- sleep

// One connection with a request, `silence` packets of others, and another request.
RecordedConnection silent_for(std::uint64_t silence, ReassemblyOptions options = {}) {
  Conversation talk;
  Segment elsewhere = talk.syn();  // of the same part; its packet is the first to come behind the silence
  elsewhere.source.port = 40001;
  return reassembled(talk.handshake() + std::vector{talk.data(client, 0, "one"), after(silence, elsewhere), talk.data(client, 3, "two"),
                                                    talk.fin(client, 6)},
                     options)
      .by_id.at(1);
}

TEST(ConnectionTable, AStreamSleepsAfterALongSilenceAndGoesOnWithTheNextByte) {
  const auto it = silent_for(limits::sleep_packets);
  EXPECT_EQ(it.slept, 1u);
  EXPECT_EQ(it.client(), "onetwo|fin");
  EXPECT_EQ(it.server(), "|open");
  EXPECT_EQ(silent_for(limits::sleep_packets / 2).slept, 0u);
}

TEST(ConnectionTable, EndsAreToldToAStreamThatSleeps) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 0, "one"), talk.ack(server, 0, 3), talk.fin(client, 3)},
                                  {.sleep_packets = 1});
  EXPECT_GE(it.slept, 1u);
  EXPECT_EQ(it.client(), "one|fin");
  EXPECT_EQ(it.server(), "|open");
  EXPECT_TRUE(it.closed);
}

TEST(ConnectionTable, AStreamDoesNotSleepWhileBytesWaitBehindAHole) {
  Conversation talk;
  const std::vector<Segment> holed =
      talk.handshake() + std::vector{talk.data(client, 0, "one"), talk.data(client, 6, "three"), after(50, talk.ack(server, 0, 3))};
  const auto it = only_connection(holed + std::vector{talk.data(client, 3, "two")}, {.sleep_packets = 10});
  EXPECT_EQ(it.slept, 0u);
  EXPECT_EQ(it.client(), "onetwothree|open");
}

TEST(ConnectionTable, WhatIsClosedDoesNotSleep) {
  Conversation talk;
  Segment elsewhere = talk.syn();
  elsewhere.source.port = 40001;
  const auto sink =
      reassembled(talk.handshake() + std::vector{talk.data(client, 0, "one"), talk.rst(client, 3), after(50, elsewhere), elsewhere},
                  {.sleep_packets = 10});
  EXPECT_EQ(sink.by_id.at(1).slept, 0u);
  EXPECT_EQ(sink.by_id.at(1).client(), "one|rst");
}

// --- unreachable

TEST(ConnectionTable, TellsAnUnreachableOfTheConnectionItQuotes) {
  Conversation talk;
  Segment error = talk.data(client, 0, "");
  error.kind = Segment::Kind::icmp_unreachable;
  error.flags = 0;
  Segment absurd = error;
  absurd.seq += 0x70000000u;
  const auto it = only_connection(talk.handshake() + std::vector{error, absurd});
  EXPECT_EQ(it.told(), "client icmp_unreachable");
  EXPECT_EQ(it.facts.side[0].packets, 2u) << "it is no packet of the connection";
  EXPECT_TRUE(reassembled({error}).by_id.empty()) << "nor does it make one";
}

}  // namespace
}  // namespace longwire
