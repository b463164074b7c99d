// How a connection begins, and what TCP itself did.
#include "reassembly/connection.h"

#include <gtest/gtest.h>

#include "tests/recorded_streams.h"

namespace longwire {
namespace {

constexpr Side client = Side::client, server = Side::server;
constexpr std::uint8_t syn = tcp_flag::syn, ack = tcp_flag::ack;
using Close = ConnectionFacts::Close;

std::vector<Segment> operator+(std::vector<Segment> a, const std::vector<Segment>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Segment with_window(Segment segment, std::uint16_t window) {
  segment.window = window;
  return segment;
}

// --- handshakes

TEST(Handshake, TimesTheRoundTripWithoutTimeouts) {
  Conversation talk;
  // Packets are a millisecond apart: SYN lost once, its answer lost once.
  const auto it =
      only_connection({talk.syn(), after(1000, talk.syn()), talk.syn_ack(), after(500, talk.syn_ack()), talk.ack(client, 0, 0)});
  EXPECT_EQ(it.facts.handshake_rtt, 2'000'000) << "last SYN to SYN-ACK 1 ms, last SYN-ACK to ACK 1 ms";
  EXPECT_EQ(it.facts.syn, 1'002'000'000);
  EXPECT_EQ(it.facts.syn_ack, 1'504'000'000);
  EXPECT_EQ(it.facts.established, 1'505'000'000);
}

TEST(Handshake, TellsEachTryAgain) {
  Conversation talk;  // a second later, then two more: the steps by which a SYN is sent again (RFC 6298 section 5.5)
  const auto it =
      only_connection({talk.syn(), after(999, talk.syn()), after(1999, talk.syn()), talk.syn_ack(), after(999, talk.syn_ack())});
  EXPECT_EQ(it.told(), "client syn_retransmitted, client syn_retransmitted, server syn_retransmitted");
  EXPECT_EQ(it.events[1].at.time, 3'001'000'000);
  EXPECT_EQ(it.facts.client_syns, 3);
}

TEST(Handshake, IsNotCompleteWithoutTheLastAck) {
  Conversation talk;
  const auto it = only_connection({talk.syn(), talk.syn_ack()});
  EXPECT_EQ(it.facts.established, 0);
  EXPECT_EQ(it.facts.handshake_rtt, -1);
}

TEST(Handshake, ReadsTheMaximumSegmentSizesOfBoth) {
  Conversation talk;
  Segment one = talk.syn(), two = talk.syn_ack();
  const std::uint8_t mss_1460[]{2, 4, 0x05, 0xb4};  // RFC 9293 section 3.2
  const std::uint8_t mss_1380[]{1, 2, 4, 0x05, 0x64};
  one.options = mss_1460;
  two.options = mss_1380;
  const auto it = only_connection({one, two});
  EXPECT_EQ(it.facts.side[0].mss, 1460);
  EXPECT_EQ(it.facts.side[1].mss, 1380);
}

TEST(Handshake, DeliversDataOfTheSynOnce) {
  Conversation talk;  // RFC 7413: the server acknowledges the data or does not, then it is sent again
  for (const int acknowledged : {0, 4}) {
    const auto it = only_connection({talk.make(client, syn, 0, "fast"), talk.make(server, syn | ack, 0, "", acknowledged),
                                     talk.data(client, acknowledged, acknowledged == 0 ? "fast open" : " open")});
    EXPECT_EQ(it.client(), "fast open|open");
    EXPECT_EQ(it.facts.side[0].bytes, 9u);
    EXPECT_NE(it.facts.established, 0);
  }
}

TEST(Handshake, MayCrossInASimultaneousOpen) {
  Conversation talk;  // RFC 9293 section 3.5, figure 7
  const auto it = only_connection({talk.syn(), talk.make(server, syn, 0), talk.syn_ack(), talk.make(client, syn | ack, 0),
                                   talk.data(client, 0, "a"), talk.data(server, 0, "b")});
  EXPECT_EQ(it.client(), "a|open");
  EXPECT_EQ(it.server(), "b|open");
  EXPECT_EQ(it.facts.client.port, 40000) << "the first SYN names the client";
  EXPECT_EQ(it.facts.established, 4'000'000);
  EXPECT_EQ(it.told(), "") << "no SYN was sent again";
}

TEST(Handshake, MayBeSplitInFour) {
  Conversation talk;
  const auto it = only_connection({talk.syn(), talk.ack(server, 12345, 0), talk.make(server, syn, 0), talk.make(client, syn | ack, 0),
                                   talk.ack(server, 0, 0), talk.data(client, 0, "a"), talk.data(server, 0, "b")});
  EXPECT_EQ(it.client(), "a|open");
  EXPECT_EQ(it.server(), "b|open");
  EXPECT_NE(it.facts.established, 0);
}

TEST(Handshake, FollowsTheSynAckThatIsUsed) {
  Conversation stale(1000, 7777), used(1000, 500000);
  const auto it = only_connection({used.syn(), stale.syn_ack(), used.syn_ack(), used.ack(client, 0, 0), used.data(server, 0, "yes")});
  EXPECT_EQ(it.server(), "yes|open");
}

TEST(Handshake, FollowsTheFirstSynAckWhereTheSecondOneIsStale) {
  Conversation used(1000, 500000), stale(1000, 0x80000000);
  const auto waits = only_connection({used.syn(), used.syn_ack(), stale.syn_ack(), used.ack(client, 0, 0), used.data(server, 0, "yes")});
  EXPECT_EQ(waits.server(), "yes|open");
  EXPECT_NE(waits.facts.established, 0);
  const auto established = only_connection(used.handshake() + std::vector{stale.syn_ack(), used.data(server, 0, "yes")});
  EXPECT_EQ(established.server(), "yes|open");
  EXPECT_EQ(established.anomalies, std::vector<std::string>{"tcp.syn.moved"});
}

// Of one direction, and near the first number or far from it.
TEST(Handshake, FollowsTheSynAckThatItsSenderGoesOnFrom) {
  for (const std::uint32_t isn : {500'000u, 0x80000000u}) {
    Conversation stale(1000, 7777), used(1000, isn);
    const auto it = only_connection({used.syn(), stale.syn_ack(), used.syn_ack(), used.data(server, 0, "yes")});
    EXPECT_EQ(it.server(), "yes|open");
    EXPECT_EQ(it.facts.side[1].missing_bytes, 0u);
  }
}

TEST(Handshake, ASynAckWithAWrongNumberIsSetRightByWhatFollows) {
  Conversation wrong(1000, 7777), right(1000, 0x80000000);
  const auto it = only_connection({right.syn(), wrong.syn_ack(), right.data(client, 0, "ask"), right.data(server, 0, "yes", 3)});
  EXPECT_EQ(it.server(), "yes|open");
  EXPECT_EQ(it.client(), "ask|open");
  EXPECT_EQ(only_connection({right.syn(), wrong.syn_ack(), right.ack(client, 0, 0), wrong.data(server, 0, "no")}).server(), "no|open")
      << "one forged ACK is not enough";
}

TEST(Handshake, DoesNotBelieveASynAckThatAcknowledgesSomethingElse) {
  Conversation talk(1000, 500000), forged(4000, 7777);
  const auto it = only_connection({talk.syn(), forged.syn_ack(), talk.syn_ack(), talk.ack(client, 0, 0), talk.data(server, 0, "yes")});
  EXPECT_EQ(it.server(), "yes|open");
}

// --- midstream

TEST(Midstream, BeginsWithTheFirstByteSeen) {
  Conversation talk;
  const auto it = only_connection({talk.data(client, 5000, "abc"), talk.data(server, 70, "xyz", 5003)});
  EXPECT_EQ(it.client(), "abc|open");
  EXPECT_EQ(it.server(), "xyz|open");
  EXPECT_TRUE(it.facts.midstream);
  EXPECT_EQ(it.facts.side[0].missing_bytes + it.facts.side[1].missing_bytes, 0u);
}

TEST(Midstream, ASidesOwnSegmentTellsMoreThanAnAckOfThePeer) {
  Conversation talk, wrong(1000, 0x80000000);
  const auto it = only_connection({wrong.data(client, 0, "ask"), talk.data(server, 0, "yes", 3)});
  EXPECT_EQ(it.server(), "yes|open");
  EXPECT_EQ(it.facts.side[1].missing_bytes, 0u);
}

TEST(Midstream, GoesLowerUntilAByteIsRead) {
  Conversation talk;  // the ACK was captured before what it acknowledges
  const auto it = only_connection({talk.ack(server, 0, 8), talk.data(client, 3, "defgh"), talk.data(client, 8, "ijk")});
  EXPECT_EQ(it.client(), "defghijk|open");
}

TEST(Midstream, CountsBytesFromBeforeItsStartOnceWithoutDeliveringThem) {
  Conversation talk;
  const auto it = only_connection({talk.data(client, 100, "new"), talk.data(client, 95, "olden"), talk.data(client, 95, "olden")});
  EXPECT_EQ(it.client(), "new|open");
  EXPECT_EQ(it.facts.side[0].bytes, 8u);
  EXPECT_EQ(it.facts.side[0].retransmitted_bytes, 5u);
}

TEST(Midstream, DoesNotTakeAKeepaliveProbeForTheStart) {
  Conversation talk;
  const auto it =
      only_connection({talk.ack(client, 50, 9), talk.data(client, 49, "\1", 9), talk.ack(server, 9, 50), talk.data(client, 50, "GET")});
  EXPECT_EQ(it.client(), "GET|open");
}

TEST(Midstream, LacksNothingWhereItBeginsWithAKeepaliveProbe) {
  Conversation talk;
  const auto probe = talk.ack(client, 49, 9), answer = talk.ack(server, 9, 50);
  const std::vector close{talk.fin(client, 50, 9), talk.fin(server, 9, 51), talk.ack(client, 51, 10)};
  std::vector answered{probe, answer}, late{probe, probe, answer};
  answered.insert(answered.end(), close.begin(), close.end());
  late.insert(late.end(), close.begin(), close.end());
  for (const auto& segments : {answered, late}) {
    const auto it = only_connection(segments);
    EXPECT_EQ(it.told(), "client fin, server fin");
    EXPECT_EQ(it.facts.side[0].missing_bytes, 0u);
    EXPECT_EQ(it.facts.close, ConnectionFacts::Close::fin);
  }
}

TEST(Midstream, KnowsAFinThatWasCapturedBehindItsAck) {
  Conversation talk;  // else the first two look like a keepalive probe and its answer
  const auto it = only_connection({talk.ack(client, 50, 9), talk.fin(server, 9, 51), talk.fin(client, 50, 9), talk.ack(client, 51, 10)});
  EXPECT_EQ(it.told(), "server fin, client fin");
  EXPECT_EQ(it.anomalies, std::vector<std::string>{});
  EXPECT_EQ(it.facts.close, ConnectionFacts::Close::fin);
}

TEST(Midstream, ASynSeenLateIsTheSameConnection) {
  Conversation talk;
  const auto it = only_connection({talk.syn_ack(), talk.syn(), talk.ack(client, 0, 0)});
  EXPECT_FALSE(it.facts.midstream);
  EXPECT_EQ(it.facts.client.port, 40000);
}

TEST(Midstream, AResetAloneIsAConnection) {
  Conversation talk;
  const auto it = only_connection({talk.rst(server, 5)});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.facts.closed_first, server) << "port 80 is a server's";
  EXPECT_TRUE(it.facts.one_way);
}

// --- windows

TEST(Windows, AreCountedWhenTheyCloseNotWhileTheyAreClosed) {
  Conversation talk;
  const auto it =
      only_connection(talk.handshake() + std::vector{talk.data(client, 0, "abc"), with_window(talk.ack(server, 0, 3), 0),
                                                     with_window(talk.ack(server, 0, 3), 0), with_window(talk.ack(server, 0, 3), 100),
                                                     with_window(talk.ack(server, 0, 3), 0)});
  EXPECT_EQ(it.facts.side[1].zero_windows, 2u);
  EXPECT_EQ(it.told(), "server zero_window, server window_reopened, server zero_window");
}

TEST(Windows, AreProbedWithTheLastByteOrTheNext) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 0, "abc"), with_window(talk.ack(server, 0, 3), 0),
                                                                 talk.ack(client, 2, 0), talk.data(client, 2, "c"),
                                                                 talk.data(client, 3, "d"), talk.ack(client, 4, 0),
                                                                 with_window(talk.ack(server, 0, 4), 100), talk.ack(client, 3, 0)});
  EXPECT_EQ(it.facts.window_probes, 3u) << "the ordinary ACK is none, nor is what comes when the window is open";
  EXPECT_EQ(it.client(), "abcd|open");
}

TEST(Windows, OfASynOrAFinDoNotClose) {
  Conversation talk;
  const auto it = only_connection(
      {with_window(talk.syn(), 0), with_window(talk.syn_ack(), 0), talk.ack(client, 0, 0), with_window(talk.fin(client, 0), 0)});
  EXPECT_EQ(it.facts.side[0].zero_windows + it.facts.side[1].zero_windows, 0u);
}

// --- numbers that nobody can have sent

TEST(Numbers, FromBeforeTheBeginningAreAbsurd) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 0, "GET"), talk.ack(client, -77777, 0),
                                                                 talk.data(client, -2, "xx"), talk.data(client, -1, "x")});
  EXPECT_EQ(it.anomalies, (std::vector<std::string>{"tcp.seq.absurd", "tcp.seq.absurd"})) << "padding claims the SYN's own number";
  EXPECT_EQ(it.client(), "GET|open");
  EXPECT_EQ(it.facts.side[0].retransmitted_bytes, 0u);
}

// --- ICMP errors

Segment quoted(Segment segment, std::uint8_t code) {
  segment.kind = Segment::Kind::icmp_unreachable;
  segment.flags = 0;
  segment.icmp_type = 3;
  segment.icmp_code = code;
  return segment;
}

TEST(Unreachable, SaysWhatIsWrong) {
  Conversation talk;
  const auto it = only_connection({talk.syn(), quoted(talk.syn(), 1), quoted(talk.syn(), 13), quoted(talk.syn(), 4)});
  EXPECT_EQ(it.told(), "client icmp_unreachable, client icmp_unreachable, client icmp_too_big");
  EXPECT_EQ(it.events[0].detail, "host unreachable");
  EXPECT_EQ(it.events[1].detail, "administratively prohibited");
  EXPECT_EQ(it.events[2].detail, "fragmentation needed");
}

TEST(Unreachable, IsNotBelievedOfASegmentThatNobodySent) {
  Conversation talk;
  const auto begun = talk.handshake() + std::vector{talk.data(client, 0, "GET")};
  for (const std::int64_t nowhere : {-77777, 70000, 1 << 30, -(1 << 30)}) {
    const auto it = only_connection(begun + std::vector{quoted(talk.data(client, nowhere, ""), 1)});
    EXPECT_EQ(it.told(), "") << nowhere;
    EXPECT_EQ(it.anomalies, std::vector<std::string>{"tcp.icmp.quotation"}) << nowhere;
  }
  EXPECT_EQ(only_connection(begun + std::vector{quoted(talk.data(client, 40, ""), 1)}).told(), "client icmp_unreachable")
      << "one that was not captured";
}

// --- bounds

TEST(Events, AreBoundedForEachConnection) {
  Conversation talk;
  std::vector<Segment> segments = talk.handshake();
  for (std::uint64_t i = 0; i < limits::tcp_events; ++i) {
    segments.push_back(with_window(talk.ack(server, 0, 0), 0));
    segments.push_back(talk.ack(server, 0, 0));
  }
  const auto it = only_connection(segments);
  EXPECT_EQ(it.events.size(), limits::tcp_events);
  EXPECT_EQ(it.facts.side[1].zero_windows, limits::tcp_events) << "counted on";
  EXPECT_TRUE(it.facts.limited);
}

TEST(Events, ThatRepeatDoNotCrowdOutTheClose) {
  Conversation talk;
  std::vector<Segment> segments = talk.handshake();
  for (std::uint64_t i = 0; i < limits::tcp_events; ++i) {
    segments.push_back(with_window(talk.ack(server, 0, 0), 0));
    segments.push_back(talk.ack(server, 0, 0));
    segments.push_back(quoted(talk.ack(client, 0, 0), 1));
  }
  const auto it = only_connection(segments + std::vector{talk.fin(server, 0, 0), talk.rst(client, 0)});
  EXPECT_EQ(it.events.size(), limits::tcp_events + limits::tcp_closing_events + 2);
  EXPECT_EQ(it.events[it.events.size() - 2].kind, "fin");
  EXPECT_EQ(it.events.back().kind, "rst");
  EXPECT_TRUE(it.facts.limited);
}

}  // namespace
}  // namespace longwire
