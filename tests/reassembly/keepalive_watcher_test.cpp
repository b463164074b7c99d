// Which segments are keepalive probes, what answers them, and which episodes they make.
#include "reassembly/keepalive_watcher.h"

#include <gtest/gtest.h>

#include "tests/recorded_streams.h"

namespace longwire {
namespace {

constexpr Side client = Side::client, server = Side::server;

std::vector<Segment> operator+(std::vector<Segment> a, const std::vector<Segment>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A connection of seven packets that is idle: the client sent 3 bytes, the server 2, all acknowledged.
std::vector<Segment> idle_connection(Conversation& talk) {
  return talk.handshake() +
         std::vector{talk.data(client, 0, "GET"), talk.ack(server, 0, 3), talk.data(server, 0, "OK", 3), talk.ack(client, 3, 2)};
}

// Probes in the order they were told: "client 1.1 @8 ack @9" is episode.ordinal, frame, answer and its frame.
std::string told(const RecordedConnection& it) {
  std::string text;
  for (const KeepaliveProbe& probe : it.probes) {
    text += (text.empty() ? "" : ", ") + std::string(to_text(probe.prober)) + " " + std::to_string(probe.episode) + "." +
            std::to_string(probe.ordinal) + " @" + std::to_string(probe.at.number) + " " + std::string(to_text(probe.answer));
    if (probe.answer != KeepaliveProbe::Answer::none) text += " @" + std::to_string(probe.answered.number);
  }
  return text;
}

TEST(KeepaliveWatcher, TellsAProbeWithItsAnswerAndTheSilenceBefore) {
  Conversation talk;
  const auto it = only_connection(idle_connection(talk) + std::vector{after(6999, talk.ack(client, 2, 2)), talk.ack(server, 2, 3)});
  EXPECT_EQ(told(it), "client 1.1 @7007 ack @7008");
  EXPECT_EQ(it.probes[0].idle_before, 7'000'000'000) << "packets are a millisecond apart";
  EXPECT_EQ(it.probes[0].payload_bytes, 0);
}

TEST(KeepaliveWatcher, KnowsTheProbeThatCarriesTheLastByteAgain) {
  Conversation talk;
  const auto it = only_connection(idle_connection(talk) + std::vector{talk.data(server, 1, "K", 3), talk.ack(client, 3, 2)});
  EXPECT_EQ(told(it), "server 1.1 @8 ack @9");
  EXPECT_EQ(it.probes[0].payload_bytes, 1);
  EXPECT_EQ(it.server(), "OK|open") << "the byte is not of the stream a second time";
  EXPECT_EQ(it.facts.conflicting_overlap_bytes, 0u) << "what was delivered is not compared";
}

TEST(KeepaliveWatcher, CountsUnansweredProbesInOneEpisodeAndAnsweredOnesInTheirOwn) {
  Conversation talk;
  const auto probe = talk.ack(client, 2, 2);
  const auto answer = talk.ack(server, 2, 3);
  const auto it = only_connection(idle_connection(talk) + std::vector{probe, answer, probe, probe, answer, probe, probe});
  EXPECT_EQ(told(it), "client 1.1 @8 ack @9, client 2.1 @10 none, client 2.2 @11 ack @12, client 3.1 @13 none, client 3.2 @14 none");
}

TEST(KeepaliveWatcher, TellsAResetAnUnreachableAndAnythingElseOfThePeer) {
  Conversation talk;
  const auto probe = talk.ack(client, 2, 2);
  Segment quoted = probe;
  quoted.kind = Segment::Kind::icmp_unreachable;
  quoted.flags = 0;
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{probe, talk.rst(server, 2)})), "client 1.1 @8 rst @9");
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{probe, quoted, probe})), "client 1.1 @8 icmp @9, client 1.2 @10 none");
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{probe, talk.data(server, 2, "old ack", 1)})), "client 1.1 @8 none");
}

TEST(KeepaliveWatcher, SaysNothingOfSegmentsThatOnlyLookAlike) {
  Conversation talk;
  Segment closed_window = talk.ack(server, 2, 3);
  closed_window.window = 0;
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{closed_window, talk.ack(client, 2, 2)})), "")
      << "that is a window probe";
  EXPECT_EQ(told(only_connection(talk.handshake() + std::vector{talk.data(client, 0, "G"), talk.data(client, 0, "G")})), "")
      << "a byte sent again because it was not acknowledged";
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{talk.data(client, 1, "ET", 2), talk.ack(client, 3, 2)})), "");
}

TEST(KeepaliveWatcher, KnowsAProbeBehindAFin) {
  Conversation talk;  // RFC 9293: the FIN has taken a sequence number
  const auto it = only_connection(
      idle_connection(talk) + std::vector{talk.fin(client, 3, 2), talk.ack(server, 2, 4), talk.ack(client, 3, 2), talk.ack(server, 2, 4)});
  EXPECT_EQ(told(it), "client 1.1 @10 ack @11");
}

}  // namespace
}  // namespace longwire
