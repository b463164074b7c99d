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
  const auto it = only_connection(idle_connection(talk) + std::vector{after(99, talk.data(server, 1, "K", 3)), talk.ack(client, 3, 2)});
  EXPECT_EQ(told(it), "server 1.1 @107 ack @108");
  EXPECT_EQ(it.probes[0].payload_bytes, 1);
  EXPECT_EQ(it.server(), "OK|open") << "the byte is not of the stream a second time";
  EXPECT_EQ(it.facts.conflicting_overlap_bytes, 0u) << "what was delivered is not compared";
  EXPECT_EQ(it.facts.side[1].retransmitted_bytes, 0u) << "nor is it a retransmission: nothing was lost";
}

TEST(KeepaliveWatcher, CountsUnansweredProbesInOneEpisodeAndAnsweredOnesInTheirOwn) {
  Conversation talk;
  const auto probe = after(999, talk.ack(client, 2, 2));
  const auto answer = talk.ack(server, 2, 3);
  const auto it = only_connection(idle_connection(talk) + std::vector{probe, answer, probe, probe, answer, probe, probe});
  EXPECT_EQ(told(it),
            "client 1.1 @1007 ack @1008, client 2.1 @2008 none, client 2.2 @3008 ack @3009, client 3.1 @4009 none, client 3.2 @5009 none");
  EXPECT_EQ(it.probes[1].idle_before, 1'000'000'000);
  EXPECT_EQ(it.probes[2].idle_before, 1'000'000'000) << "since the probe before it";
}

Segment quoted(Segment segment, std::uint8_t code = 1) {
  segment.kind = Segment::Kind::icmp_unreachable;
  segment.flags = 0;
  segment.icmp_code = code;
  return segment;
}

TEST(KeepaliveWatcher, TellsAResetAnUnreachableAndAnythingElseOfThePeer) {
  Conversation talk;
  const auto probe = talk.ack(client, 2, 2);
  const auto asked = idle_connection(talk) + std::vector{after(99, probe)};
  EXPECT_EQ(told(only_connection(asked + std::vector{talk.rst(server, 2)})), "client 1.1 @107 rst @108");
  EXPECT_EQ(told(only_connection(asked + std::vector{quoted(probe), after(999, probe)})),
            "client 1.1 @107 icmp @108, client 1.2 @1108 none");
  EXPECT_EQ(told(only_connection(asked + std::vector{talk.data(server, 2, "old ack", 1)})), "client 1.1 @107 none");
}

TEST(KeepaliveWatcher, BelievesThePeersOwnWordBeforeThatOfOthers) {
  Conversation talk;
  const auto probe = talk.ack(client, 2, 2), answer = talk.ack(server, 2, 3);
  const auto asked = idle_connection(talk) + std::vector{after(99, probe)};
  EXPECT_EQ(told(only_connection(asked + std::vector{quoted(probe), answer})), "client 1.1 @107 ack @109");
  EXPECT_EQ(told(only_connection(asked + std::vector{talk.rst(server, 2), answer})), "client 1.1 @107 ack @109");
  EXPECT_EQ(told(only_connection(asked + std::vector{answer, quoted(probe), talk.rst(server, 2)})), "client 1.1 @107 ack @108");
}

TEST(KeepaliveWatcher, LearnsNothingOfThePeerWhereThePathIsTooNarrow) {
  Conversation talk;
  const auto probe = talk.ack(client, 2, 2);
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{after(99, probe), quoted(probe, 4)})), "client 1.1 @107 none");
}

TEST(KeepaliveWatcher, TakesNoOldSegmentForAProbe) {
  Conversation talk;  // without a silence before it, the network held it back
  const auto it = only_connection(idle_connection(talk) + std::vector{talk.ack(client, 2, 2), after(999, talk.ack(client, 2, 2)),
                                                                      talk.ack(server, 2, 3), after(99, talk.data(client, 3, "x", 2)),
                                                                      talk.ack(server, 2, 4), talk.ack(client, 3, 2)});
  EXPECT_EQ(told(it), "client 1.1 @1008 ack @1009");
}

TEST(KeepaliveWatcher, KnowsThatWhatIsClosedIsNotProbed) {
  Conversation talk;
  const auto it =
      only_connection(idle_connection(talk) + std::vector{talk.fin(client, 3, 2), talk.fin(server, 2, 4), talk.ack(client, 4, 3),
                                                          after(999, talk.ack(client, 3, 3)), talk.ack(server, 3, 4)});
  EXPECT_EQ(told(it), "");
}

TEST(KeepaliveWatcher, SaysNothingOfSegmentsThatOnlyLookAlike) {
  Conversation talk;
  Segment closed_window = talk.ack(server, 2, 3);
  closed_window.window = 0;
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{closed_window, after(99, talk.ack(client, 2, 2))})), "")
      << "that is a window probe";
  EXPECT_EQ(told(only_connection(talk.handshake() + std::vector{talk.data(client, 0, "G"), talk.data(client, 0, "G")})), "")
      << "a byte sent again because it was not acknowledged";
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{talk.data(client, 1, "ET", 2), talk.ack(client, 3, 2)})), "");
}

TEST(KeepaliveWatcher, FollowsBothSidesAtOnceEachByItsOwnTimer) {
  Conversation talk;
  const auto client_asks = talk.ack(client, 2, 2), client_answers = talk.ack(client, 3, 2);
  const auto server_asks = talk.ack(server, 1, 3), server_answers = talk.ack(server, 2, 3);
  // Seconds since the last word: the server asks at 3, the client at 5; at 8 they ask at the same moment.
  const auto it = only_connection(idle_connection(talk) + std::vector{after(2999, server_asks), client_answers, after(1998, client_asks),
                                                                      server_answers, after(2998, server_asks), client_asks, client_answers,
                                                                      server_answers});
  EXPECT_EQ(told(it), "server 1.1 @3007 ack @3008, client 1.1 @5007 ack @5008, server 2.1 @8007 ack @8009, client 2.1 @8008 ack @8010");
  EXPECT_EQ(it.probes[1].idle_before, 5'000'000'000) << "neither the server's probe nor the answer to it is the server's word";
}

TEST(KeepaliveWatcher, DoesNotTakeTheOtherSidesProbesForSignsOfLife) {
  Conversation talk;  // the client asks at 5 s; what the server asks at 4 s does not start its timer anew
  const auto it =
      only_connection(idle_connection(talk) + std::vector{after(3999, talk.ack(server, 1, 3)), after(999, talk.ack(client, 2, 2))});
  EXPECT_EQ(told(it), "client 1.1 @5007 none, server 1.1 @4007 none");
  EXPECT_EQ(it.probes[0].idle_before, 5'000'000'000);
}

TEST(KeepaliveWatcher, GoesOnInTheEpisodeWhenAnAnswerWasLost) {
  Conversation talk;  // the peer is there, but its first two answers never came
  const auto probe = after(999, talk.ack(client, 2, 2));
  const auto it = only_connection(idle_connection(talk) + std::vector{probe, probe, probe, talk.ack(server, 2, 3), probe});
  EXPECT_EQ(told(it), "client 1.1 @1007 none, client 1.2 @2007 none, client 1.3 @3007 ack @3008, client 2.1 @4008 none");
}

TEST(KeepaliveWatcher, CountsAProbeThatTheNetworkDeliveredTwiceOnce) {
  Conversation talk;
  const auto probe = talk.ack(client, 2, 2), answer = talk.ack(server, 2, 3);
  const auto asked = idle_connection(talk) + std::vector{after(99, probe)};
  EXPECT_EQ(told(only_connection(asked + std::vector{probe, answer, answer, after(999, probe)})),
            "client 1.1 @107 none, client 1.1 @108 ack @109, client 2.1 @1110 none");
  EXPECT_EQ(told(only_connection(asked + std::vector{answer, probe, answer, after(999, probe)})),
            "client 1.1 @107 ack @108, client 1.1 @109 ack @110, client 2.1 @1110 none")
      << "the copy was captured behind the first one's answer";
}

TEST(KeepaliveWatcher, KnowsProbesAcrossTheWrapOfSequenceNumbers) {
  // The last byte is the highest sequence number there is; then the next one is 0, and after that 1.
  for (const std::uint32_t client_isn : {0xfffffffcu, 0xfffffffbu, 0xfffffffdu}) {
    Conversation talk(client_isn, 0xfffffffdu);
    const auto it = only_connection(idle_connection(talk) + std::vector{after(999, talk.ack(client, 2, 2)), talk.ack(server, 2, 3),
                                                                        after(999, talk.ack(server, 1, 3)), talk.ack(client, 3, 2),
                                                                        after(999, talk.data(client, 2, "T", 2)), talk.ack(server, 2, 3)});
    EXPECT_EQ(told(it), "client 1.1 @1007 ack @1008, server 1.1 @2008 ack @2009, client 2.1 @3009 ack @3010") << client_isn;
  }
}

TEST(KeepaliveWatcher, KnowsProbesOfAConnectionWhoseBeginningWasNotSeen) {
  Conversation talk;  // only the silence is in the capture; what its first packet was, the answer tells
  const auto probe = after(999, talk.ack(client, 5000, 700)), answer = talk.ack(server, 700, 5001);
  const auto it = only_connection({probe, answer, probe, answer, after(999, talk.data(client, 5000, "x", 700)), answer});
  EXPECT_EQ(told(it), "client 1.1 @1000 ack @1001, client 2.1 @2001 ack @2002, client 3.1 @3002 ack @3003");
  EXPECT_EQ(it.probes[0].idle_before, KeepaliveProbe::unknown);
  EXPECT_EQ(it.probes[1].idle_before, 1'000'000'000);
  EXPECT_TRUE(it.facts.midstream);
  EXPECT_EQ(it.facts.side[0].bytes, 0u);
}

TEST(KeepaliveWatcher, TakesNoOrdinaryAckForTheProbeThatACaptureBeginsWith) {
  Conversation talk;
  EXPECT_EQ(told(only_connection({talk.ack(client, 5000, 700), talk.ack(server, 700, 5000)})), "");
  EXPECT_EQ(told(only_connection({talk.ack(client, 5000, 700), talk.ack(server, 700, 5002)})), "") << "two bytes were sent meanwhile";
  EXPECT_EQ(told(only_connection({talk.fin(client, 5000, 700), talk.ack(server, 700, 5001)})), "");
  EXPECT_EQ(told(only_connection({talk.data(client, 4999, "x", 700), talk.ack(server, 700, 5000)})), "");
}

TEST(KeepaliveWatcher, KnowsThatTheByteOfAProbeIsNobodysData) {
  Conversation talk;  // before any data it stands where the SYN was
  const auto it = only_connection(talk.handshake() + std::vector{after(99, talk.data(client, -1, "\1")), talk.ack(server, 0, 0)});
  EXPECT_EQ(told(it), "client 1.1 @103 ack @104");
  EXPECT_EQ(it.facts.side[0].bytes, 0u);
}

TEST(KeepaliveWatcher, AsksOnWhereOneSideHasClosed) {
  Conversation talk;  // the server sent FIN; the client's application holds on to the connection, and its kernel asks
  const auto it = only_connection(idle_connection(talk) + std::vector{talk.fin(server, 2, 3), talk.ack(client, 3, 3),
                                                                      after(999, talk.ack(client, 2, 3)), talk.ack(server, 3, 3)});
  EXPECT_EQ(told(it), "client 1.1 @1009 ack @1010");
}

TEST(KeepaliveWatcher, EndsAnEpisodeWhereTheProberGoesOnTalking) {
  Conversation talk;
  const auto probe = after(999, talk.ack(client, 2, 2));
  const auto it = only_connection(idle_connection(talk) + std::vector{probe, talk.data(client, 3, "more", 2), talk.ack(server, 2, 7),
                                                                      after(999, talk.ack(client, 6, 2))});
  EXPECT_EQ(told(it), "client 1.1 @1007 ack @1009, client 2.1 @2009 none") << "what acknowledges more answers, too";
}

TEST(KeepaliveWatcher, SaysNothingOfOrdinaryAcksSentTwice) {
  Conversation talk;
  EXPECT_EQ(told(only_connection(idle_connection(talk) + std::vector{talk.ack(client, 3, 2), talk.ack(client, 3, 2), talk.ack(server, 2, 3),
                                                                     talk.ack(server, 2, 3)})),
            "");
}

TEST(KeepaliveWatcher, SaysNothingWhileDataIsUnderWay) {
  Conversation talk;  // a reordered ACK of before the data, and the last byte alone sent again
  EXPECT_EQ(told(only_connection(idle_connection(talk) +
                                 std::vector{talk.data(client, 3, "abc", 2), talk.ack(client, 5, 2), talk.data(client, 5, "c", 2)})),
            "");
}

// --- what is not to be believed

TEST(KeepaliveWatcher, IsNotAnsweredByAResetOutsideOfTheWindow) {
  Conversation talk;
  const auto probe = after(999, talk.ack(client, 2, 2));
  const auto it = only_connection(idle_connection(talk) + std::vector{probe, talk.rst(server, 200000), probe, talk.ack(server, 2, 3)});
  EXPECT_EQ(told(it), "client 1.1 @1007 none, client 1.2 @2008 ack @2009");
  EXPECT_EQ(it.anomalies, std::vector<std::string>{"tcp.rst.window"});
}

TEST(KeepaliveWatcher, IsNotAnsweredByAResetBeforeItThatIsBelievedInTheEnd) {
  Conversation talk;  // the RST was captured before the bytes that it follows
  const auto it = only_connection(idle_connection(talk) +
                                  std::vector{talk.rst(server, 7), talk.data(server, 2, "there", 3), after(999, talk.ack(client, 2, 7))});
  EXPECT_EQ(it.facts.close, ConnectionFacts::Close::rst);
  EXPECT_EQ(told(it), "client 1.1 @1009 none");
}

TEST(KeepaliveWatcher, IsNotAnsweredByAnIcmpErrorThatQuotesSomethingElse) {
  Conversation talk;
  const auto probe = after(999, talk.ack(client, 2, 2));
  Segment half = quoted(talk.ack(client, 2, 2)), other_segment = half, absurd = half;
  half.quoted_seq = false;  // it ended behind the ports
  half.seq = 0;
  other_segment.seq -= 2;    // the client's first byte
  absurd.seq += 0x80000000;  // nobody's
  for (const Segment& error : {half, other_segment, absurd}) {
    const auto it = only_connection(idle_connection(talk) + std::vector{probe, error, probe});
    EXPECT_EQ(told(it), "client 1.1 @1007 none, client 1.2 @2008 none");
  }
}

TEST(KeepaliveWatcher, IsNotAProbeWhoseNumberIsAbsurd) {
  Conversation talk;
  Segment absurd = talk.ack(client, 2, 2);
  absurd.seq += 0x80000000;
  const auto it =
      only_connection(idle_connection(talk) + std::vector{absurd, after(999, talk.ack(client, 2, 2)), absurd, talk.ack(server, 2, 3)});
  EXPECT_EQ(told(it), "client 1.1 @1008 ack @1010");
  EXPECT_EQ(it.anomalies, (std::vector<std::string>{"tcp.seq.absurd", "tcp.seq.absurd"}));
}

TEST(KeepaliveWatcher, KnowsAProbeBehindAFin) {
  Conversation talk;  // RFC 9293: the FIN has taken a sequence number
  const auto it = only_connection(idle_connection(talk) + std::vector{talk.fin(client, 3, 2), talk.ack(server, 2, 4),
                                                                      after(99, talk.ack(client, 3, 2)), talk.ack(server, 2, 4)});
  EXPECT_EQ(told(it), "client 1.1 @109 ack @110");
}

}  // namespace
}  // namespace longwire
