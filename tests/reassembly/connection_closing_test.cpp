// How a connection ends: which FIN and RST are believed, and what is known in the end.
#include <gtest/gtest.h>

#include "reassembly/connection.h"
#include "tests/recorded_streams.h"

namespace longwire {
namespace {

constexpr Side client = Side::client, server = Side::server;
constexpr std::uint8_t ack = tcp_flag::ack, fin = tcp_flag::fin, rst = tcp_flag::rst;
using Close = ConnectionFacts::Close;
using Codes = std::vector<std::string>;

std::vector<Segment> operator+(std::vector<Segment> a, const std::vector<Segment>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(Closing, IsByFinOnceBothAreAcknowledged) {
  Conversation talk;
  auto segments = talk.handshake() + std::vector{talk.fin(server, 0), talk.ack(client, 0, 1), talk.data(client, 0, "half", 1)};
  auto it = only_connection(segments);
  EXPECT_EQ(it.facts.close, Close::open) << "half closed";
  EXPECT_EQ(it.facts.closed_first, server);
  segments = segments + std::vector{talk.fin(client, 4, 1), talk.ack(server, 1, 5)};
  it = only_connection(segments);
  EXPECT_EQ(it.facts.close, Close::fin);
  EXPECT_EQ(it.client(), "half|fin");
  EXPECT_EQ(it.server(), "|fin");
}

TEST(Closing, IsByFinWhereOnlyTheLastAckWasNotCaptured) {
  Conversation talk;
  EXPECT_EQ(only_connection(talk.handshake() + std::vector{talk.fin(client, 0), talk.fin(server, 0, 1)}).facts.close, Close::fin);
}

TEST(Closing, ByResetEndsBothSidesButDataInFlightIsStillRead) {
  Conversation talk;
  const auto it =
      only_connection(talk.handshake() + std::vector{talk.data(client, 0, "GET"), talk.rst(server, 0), talk.data(client, 3, " /")});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.facts.closed_first, server);
  EXPECT_EQ(it.client(), "GET /|rst");
  EXPECT_EQ(it.server(), "|rst");
}

TEST(Closing, ByAResetAfterOneFinIsAResetBegunByTheFin) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 0, "x"), talk.fin(client, 1), talk.rst(server, 0)});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.facts.closed_first, client);
  EXPECT_EQ(it.client(), "x|fin");
  EXPECT_EQ(it.server(), "|rst");
}

TEST(Closing, ARefusedSynIsAReset) {
  Conversation talk;
  Segment refused = talk.make(server, rst | ack, 0, "", 0);
  refused.seq = 0;  // RFC 9293 section 3.10.7.1: to a segment without ACK the reset has sequence number zero
  const auto it = only_connection({talk.syn(), refused});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.facts.closed_first, server);
}

TEST(Closing, WhereBothFinsCrossIsTold) {
  Conversation talk;
  auto it = only_connection(talk.handshake() +
                            std::vector{talk.fin(client, 0), talk.fin(server, 0), talk.ack(client, 1, 1), talk.ack(server, 1, 1)});
  EXPECT_EQ(it.facts.close, Close::fin);
  EXPECT_EQ(it.events[0].detail, "");
  EXPECT_EQ(it.events[1].detail, "crossed") << "RFC 9293 figure 13: both wait in TIME-WAIT";
  it = only_connection(talk.handshake() + std::vector{talk.fin(client, 0), talk.fin(server, 0, 1), talk.ack(client, 1, 1)});
  EXPECT_EQ(it.events[1].detail, "");
}

TEST(Closing, IsNotBegunByAFinOutsideOfTheWindow) {
  Conversation talk;
  const auto it =
      only_connection(talk.handshake() + std::vector{talk.data(client, 0, "a"), talk.fin(server, 70000, 1), talk.fin(client, -70000),
                                                     talk.data(server, 0, "b", 1), talk.ack(client, 1, 1)});
  EXPECT_EQ(it.facts.close, Close::open);
  EXPECT_FALSE(it.facts.closed_first_known);
  EXPECT_EQ(it.anomalies, (Codes{"tcp.fin.window", "tcp.seq.absurd"})) << "the second one stands before the SYN";
  EXPECT_EQ(it.server(), "b|open");
  EXPECT_EQ(it.told(), "");
}

TEST(Closing, KnowsWhatWasLostByAReset) {
  Conversation talk;  // of 10 bytes the server had acknowledged 4 when it reset; its own answer was acknowledged
  const auto it =
      only_connection(talk.handshake() + std::vector{talk.data(client, 0, "GETs"), talk.data(server, 0, "OK", 4), talk.ack(client, 4, 2),
                                                     talk.data(client, 4, "unread", 2), talk.rst(server, 2)});
  EXPECT_EQ(it.facts.side[0].unacknowledged_bytes, 6u);
  EXPECT_EQ(it.facts.side[1].unacknowledged_bytes, 0u);
  EXPECT_EQ(it.facts.side[0].acknowledged, 5'000'000) << "the server's word on the first four, packet 5";
  EXPECT_EQ(it.facts.side[1].acknowledged, 6'000'000);
}

TEST(Closing, AResetMayThrowAwayWhatCameSinceItsSenderLastSpoke) {
  Conversation talk;  // the server answered the first four bytes; of the next nine it acknowledged six
  const auto segments =
      talk.handshake() + std::vector{talk.data(client, 0, "GETs"),   talk.data(server, 0, "OK", 4), talk.data(client, 4, "one", 2),
                                     talk.data(client, 7, "two", 2), talk.ack(server, 2, 10),       talk.data(client, 10, "new", 2)};
  const auto closed_by = [&](Segment reset) { return only_connection(segments + std::vector{reset}).facts; };
  const auto active = closed_by(talk.make(server, rst | ack, 2, "", 10));
  EXPECT_EQ(active.unread_bytes, 6u);
  EXPECT_EQ(active.side[0].unacknowledged_bytes, 3u);
  EXPECT_EQ(closed_by(talk.make(client, rst | ack, 13, "", 2)).unread_bytes, 0u) << "it spoke last";
  EXPECT_EQ(closed_by(talk.rst(server, 2)).unread_bytes, 0u) << "without ACK it answers for a socket that is gone";
}

TEST(Closing, AResetMayAcknowledgeWhatItThrowsAway) {
  Conversation talk;  // close(2) with data unread: RST with ACK
  Segment reset = talk.make(server, rst | ack, 0, "", 3);
  EXPECT_EQ(only_connection(talk.handshake() + std::vector{talk.data(client, 0, "GET"), reset}).facts.side[0].unacknowledged_bytes, 0u);
  reset = talk.make(server, rst | ack, 0, "", 4000);  // of what nobody sent
  EXPECT_EQ(only_connection(talk.handshake() + std::vector{talk.data(client, 0, "GET"), reset}).facts.side[0].unacknowledged_bytes, 3u);
}

TEST(Closing, ASecondFinElsewhereIsNotBelieved) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() +
                                  std::vector{talk.data(client, 0, "abc"), talk.fin(client, 3), talk.fin(client, 3), talk.fin(client, 9)});
  EXPECT_EQ(it.client(), "abc|fin");
  EXPECT_EQ(it.told(), "client fin");
  EXPECT_EQ(it.anomalies, std::vector<std::string>{"tcp.fin.moved"});
}

TEST(Closing, DataBehindTheFinIsToldButNotPartOfTheStream) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.make(client, fin | ack, 0, "abc"), talk.data(client, 3, "more")});
  EXPECT_EQ(it.client(), "abc|fin");
  EXPECT_EQ(it.told(), "client fin, client data_after_fin 4");
}

TEST(Closing, AFinBehindAHoleWaitsForIt) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.fin(client, 3), talk.data(client, 0, "abc")});
  EXPECT_EQ(it.client(), "abc|fin");
}

TEST(Closing, AFinThatWasAcknowledgedEndsTheStreamBehindAGap) {
  Conversation talk;
  const auto it =
      only_connection(talk.handshake() + std::vector{talk.data(client, 0, "abc"), talk.fin(client, 10), talk.ack(server, 0, 11)});
  EXPECT_EQ(it.client(), "abc[7]|fin");
  EXPECT_EQ(it.facts.side[0].missing_bytes, 7u);
}

// --- which resets are believed

// Both have sent three bytes, which are acknowledged; then the server sends three that are not.
std::vector<Segment> in_flight(Conversation& talk) {
  return talk.handshake() +
         std::vector{talk.data(client, 0, "GET"), talk.data(server, 0, "one", 3), talk.ack(client, 3, 3), talk.data(server, 3, "two", 3)};
}

TEST(Reset, IsBelievedAtTheVeryByteThatIsExpected) {
  Conversation talk;
  for (const std::int64_t expected : {3, 6}) {  // as the receiver may have got the last bytes, or not
    const auto it = only_connection(in_flight(talk) + std::vector{talk.rst(server, expected), talk.ack(client, 3, 6)});
    EXPECT_EQ(it.facts.close, Close::rst);
    EXPECT_EQ(it.facts.closed_first, server);
    EXPECT_EQ(it.told(), "server rst");
    EXPECT_EQ(it.anomalies, Codes{});
  }
}

TEST(Reset, ElsewhereIsNotBelieved) {
  Conversation talk;  // RFC 9293 section 3.10.7.4: below and beyond the window, it is dropped; inside, it is asked back about
  for (const std::int64_t elsewhere : {-70000, -28672, -3, 0, 2, 7, 1003, 8193, 70000, 1 << 30}) {
    const auto it = only_connection(in_flight(talk) + std::vector{talk.rst(server, elsewhere), talk.ack(client, 3, 6),
                                                                  talk.data(client, 3, "more", 6), talk.data(server, 6, "three", 7)});
    EXPECT_EQ(it.facts.close, Close::open) << elsewhere;
    EXPECT_FALSE(it.facts.closed_first_known);
    EXPECT_EQ(it.told(), "");
    EXPECT_EQ(it.anomalies, Codes{"tcp.rst.window"});
    EXPECT_EQ(it.server(), "onetwothree|open");
  }
}

TEST(Reset, OutsideOfASmallWindowIsNotBelievedEvenAsTheLastWord) {
  Conversation talk;
  Segment small = talk.ack(client, 3, 6);
  small.window = 500;
  EXPECT_EQ(only_connection(in_flight(talk) + std::vector{small, talk.rst(server, 507)}).facts.close, Close::open);
  EXPECT_EQ(only_connection(in_flight(talk) + std::vector{small, talk.rst(server, 5)}).facts.close, Close::open);
}

TEST(Reset, BehindBytesThatWereNotCapturedCountsAsTheLastWord) {
  Conversation talk;
  const auto it = only_connection(in_flight(talk) + std::vector{talk.rst(server, 1003)});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.facts.closed_first, server);
  EXPECT_EQ(it.told(), "server rst");
  EXPECT_EQ(it.server(), "onetwo|rst");
}

TEST(Reset, OfWhoGivesUpIsBelievedThoughTheCaptureBeganWithItsProbes) {
  Conversation talk;  // nobody answers, so the first packet alone does not tell that it is a keepalive probe
  const auto probe = talk.ack(client, 49, 9);
  const auto it = only_connection({probe, probe, probe, talk.rst(client, 50)});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.anomalies, std::vector<std::string>{});
}

TEST(Reset, CapturedBeforeTheBytesThatItFollowsCounts) {
  Conversation talk;
  const auto it = only_connection(in_flight(talk) + std::vector{talk.rst(server, 11), talk.data(server, 6, "three", 3)});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.server(), "onetwothree|rst");
}

TEST(Reset, ThatAnswersForAForgottenConnectionIsBelieved) {
  Conversation talk;  // RFC 9293 section 3.10.7.1: its number is what the provoking segment acknowledged
  const auto it = only_connection(in_flight(talk) + std::vector{after(99, talk.data(client, 3, "again", 3)), talk.rst(server, 3)});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.facts.side[0].unacknowledged_bytes, 5u);
}

TEST(Reset, MayHaveTheNumberOfItsSendersFin) {
  Conversation talk;
  for (const std::int64_t number : {6, 7}) {
    const auto it =
        only_connection(in_flight(talk) + std::vector{talk.fin(server, 6, 3), talk.ack(client, 3, 7), talk.rst(server, number)});
    EXPECT_EQ(it.facts.close, Close::rst) << number;
  }
}

TEST(Reset, OfASynHasToAcknowledgeIt) {
  Conversation talk;  // RFC 9293 section 3.10.7.3
  const auto refused = [&](std::uint8_t flags, std::int64_t acknowledged) {
    Segment segment = talk.make(server, flags, 0, "", acknowledged);
    segment.seq = 0;
    return only_connection({talk.syn(), segment, talk.syn()});
  };
  EXPECT_EQ(refused(rst | ack, 0).facts.close, Close::rst);
  for (const auto& it : {refused(rst, 0), refused(rst | ack, 9), refused(rst | ack, -1)}) {
    EXPECT_EQ(it.facts.close, Close::open);
    EXPECT_EQ(it.anomalies, Codes{"tcp.rst.window"});
  }
}

TEST(Reset, IsTakenBackWhereBothGoOn) {
  Conversation talk;  // forged, with the right number
  const auto forged = in_flight(talk) + std::vector{talk.ack(client, 3, 6), talk.rst(server, 6)};
  const auto answered = only_connection(forged + std::vector{talk.data(client, 3, "more", 6), talk.ack(server, 6, 7)});
  const auto taken = only_connection(forged + std::vector{talk.data(server, 6, "three", 3), talk.ack(client, 3, 11)});
  const auto asked = only_connection(forged + std::vector{after(1999, talk.ack(client, 2, 6)), talk.ack(server, 6, 3)});
  for (const auto& it : {answered, taken, asked}) {
    EXPECT_EQ(it.facts.close, Close::open);
    EXPECT_FALSE(it.facts.closed_first_known);
    EXPECT_EQ(it.told(), "") << "nor is it an event";
    EXPECT_EQ(it.anomalies, Codes{"tcp.rst.ignored"});
  }
  EXPECT_EQ(answered.client(), "GETmore|open");
}

TEST(Reset, IsNotTakenBackForWhatWasUnderWay) {
  Conversation talk;
  const auto reset = in_flight(talk) + std::vector{talk.rst(server, 6)};
  for (const auto& stragglers : {std::vector{talk.data(client, 3, "more", 3), talk.ack(client, 7, 6)},
                                 std::vector{talk.ack(client, 3, 6), talk.data(server, 3, "two", 3)},
                                 std::vector{after(1999, talk.data(client, 3, "more", 6)), talk.rst(server, 6)},
                                 std::vector{after(1999, talk.data(server, 3, "two", 3))}}) {
    EXPECT_EQ(only_connection(reset + stragglers).facts.close, Close::rst);
  }
}

TEST(Reset, ClosesAgainWhatOnlyItsSenderWentOnWith) {
  Conversation talk;  // somebody in between reset the client alone: the server does not know, until the client says so
  const auto it =
      only_connection(in_flight(talk) + std::vector{talk.rst(server, 6), talk.data(server, 6, "three", 3), talk.rst(client, 3)});
  EXPECT_EQ(it.facts.close, Close::rst);
  EXPECT_EQ(it.facts.closed_first, server);
}

TEST(Reset, ThatWasTakenBackLeavesAConnectionThatClosesAsAnyOther) {
  Conversation talk;
  const auto it =
      only_connection(in_flight(talk) + std::vector{talk.rst(server, 6), talk.data(client, 3, "more", 6), talk.ack(server, 6, 7),
                                                    talk.fin(client, 7, 6), talk.fin(server, 6, 8), talk.ack(client, 8, 7)});
  EXPECT_EQ(it.facts.close, Close::fin);
  EXPECT_EQ(it.facts.closed_first, client);
  EXPECT_EQ(it.told(), "client fin, server fin");
}

}  // namespace
}  // namespace longwire
