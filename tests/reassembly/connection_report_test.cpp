// While a capture goes on: what is told of connections that are not over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/connection_table.h"
#include "tests/recorded_streams.h"

namespace longwire {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr Side client = Side::client, server = Side::server;
using Close = ConnectionFacts::Close;

// A live capture: segments as they come, a millisecond apart.
class Live {
 public:
  Live& add(const std::vector<Segment>& segments) {
    for (Segment segment : segments) {
      number_ += segment.at.number + 1;
      segment.at = {static_cast<Time>(number_ * 1'000'000), number_, number_};
      table_.add(segment);
    }
    return *this;
  }
  // Facts of the connections that are told of now.
  std::vector<ConnectionFacts> report() {
    sink.reports.clear();
    table_.report([] { return true; });
    return sink.reports;
  }
  std::vector<std::int64_t> reported() {
    std::vector<std::int64_t> ids;
    for (const ConnectionFacts& facts : report()) ids.push_back(facts.id);
    return ids;
  }
  ConnectionTable<RecordingSink>& table() { return table_; }
  std::uint64_t number() const { return number_; }

  RecordingSink sink;

 private:
  ConnectionTable<RecordingSink> table_{sink, {.reports = true}};
  std::uint64_t number_ = 0;
};

std::vector<Segment> from_port(std::uint16_t port, std::vector<Segment> segments) {
  for (Segment& segment : segments) {
    (segment.destination.port == 80 ? segment.source : segment.destination).port = port;
    segment.hash = port * 0x01000193u;
  }
  return segments;
}

TEST(ConnectionReport, TellsOfWhatHasNewsAndOfNothingElse) {
  Conversation talk;
  Live live;
  live.add(from_port(1, talk.handshake())).add(from_port(2, talk.handshake()));
  EXPECT_THAT(live.reported(), UnorderedElementsAre(1, 4));
  EXPECT_THAT(live.reported(), ElementsAre());
  live.add(from_port(2, {talk.data(client, 0, "GET")}));
  EXPECT_THAT(live.reported(), ElementsAre(4));
}

TEST(ConnectionReport, TellsHowItStands) {
  Conversation talk;
  Live live;
  live.add(talk.handshake()).add({talk.data(client, 0, "GET"), talk.data(server, 0, "200", 3)});
  auto facts = live.report().at(0);
  EXPECT_EQ(facts.close, Close::open);
  EXPECT_EQ(facts.side[0].bytes, 3u);
  EXPECT_EQ(facts.side[0].unacknowledged_bytes, 0u);
  EXPECT_EQ(facts.side[1].unacknowledged_bytes, 3u) << "so far";
  live.add({talk.ack(client, 3, 3), talk.fin(client, 3, 3), talk.fin(server, 3, 4), talk.ack(client, 4, 4)});
  facts = live.report().at(0);
  EXPECT_EQ(facts.close, Close::fin);
  EXPECT_EQ(facts.side[1].unacknowledged_bytes, 0u);
  EXPECT_FALSE(live.sink.by_id.at(1).closed) << "it lingers";
}

TEST(ConnectionReport, TellsOfAProbeBeforeItsAnswerAndThenOnceMore) {
  Conversation talk;
  Live live;
  live.add(talk.handshake()).add({talk.data(client, 0, "GET"), talk.ack(server, 0, 3), after(1000, talk.ack(client, 2, 0))});
  live.report();
  const auto& probes = live.sink.by_id.at(1).probes;
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].answer, KeepaliveProbe::Answer::none);
  live.add({talk.ack(server, 0, 3)});
  ASSERT_EQ(probes.size(), 2u);
  EXPECT_EQ(probes[1].at.number, probes[0].at.number);
  EXPECT_EQ(probes[1].answer, KeepaliveProbe::Answer::ack);
}

TEST(ConnectionReport, OneThatEndsBeforeTheReportIsToldOnlyAtItsEnd) {
  Conversation first(1000, 2000), second(90000, 80000);
  Live live;
  live.add(first.handshake()).add(second.handshake());  // the ports are taken over
  EXPECT_TRUE(live.sink.by_id.at(1).closed);
  EXPECT_THAT(live.reported(), ElementsAre(4));
  live.table().finish();
  EXPECT_THAT(live.reported(), ElementsAre());
}

TEST(ConnectionReport, TellsOfAllWhereAsked) {
  Conversation talk;
  Live live;
  for (std::uint16_t port = 1; port <= 100; ++port) live.add(from_port(port, {talk.syn()}));
  EXPECT_EQ(live.reported().size(), 100u);
  std::size_t marked = 0;
  for (std::size_t part = 0; part < limits::memory_parts; ++part) marked += live.table().mark_all(part);
  EXPECT_EQ(marked, 100u);
  EXPECT_EQ(live.reported().size(), 100u);
}

TEST(ConnectionReport, AClosedOneGoesWhenItsTimeIsOverHoweverFewPacketsCome) {
  Conversation talk;
  Live live;
  live.add(from_port(1, talk.handshake())).add(from_port(1, {talk.rst(client, 0)}));
  const std::uint64_t closed = live.number();
  live.add(from_port(2, talk.handshake()));
  live.table().expire_closed_by(closed - 1);
  EXPECT_EQ(live.table().open(), 2u);
  live.table().expire_closed_by(live.number());
  EXPECT_EQ(live.table().open(), 1u) << "the open one stays";
  EXPECT_EQ(live.sink.by_id.at(1).facts.close, Close::rst);
}

TEST(ConnectionReport, KnowsWhichPacketsCameWhileOthersWereLost) {
  Conversation talk;
  Live live;
  live.add(talk.handshake());
  EXPECT_FALSE(live.report().at(0).lost_since(1));
  Segment lossy = talk.data(client, 0, "GET");
  lossy.near_loss = true;
  live.add({lossy, talk.ack(server, 0, 3)});
  const auto facts = live.report().at(0);
  EXPECT_TRUE(facts.lost_since(1));
  EXPECT_TRUE(facts.lost_since(4));
  EXPECT_FALSE(facts.lost_since(5)) << "what came behind it is whole";
}

}  // namespace
}  // namespace longwire
