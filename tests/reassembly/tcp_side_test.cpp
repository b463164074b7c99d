// One direction's bytes: whatever order, overlap, loss or place in the sequence space, the same stream comes out.
#include "reassembly/tcp_side.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "tests/recorded_streams.h"

namespace longwire {
namespace {

constexpr Side client = Side::client, server = Side::server;

// Around every corner of the sequence space.
constexpr std::uint32_t initial_sequence_numbers[]{0,           1,           1000,        0x7ffffffeu, 0x7fffffffu,
                                                   0x80000000u, 0xfffffff0u, 0xfffffffdu, 0xffffffffu};

std::vector<Segment> operator+(std::vector<Segment> a, const std::vector<Segment>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<Segment> many_acks(Conversation& talk, std::uint64_t how_many, std::int64_t acknowledged) {
  return std::vector<Segment>(how_many, talk.ack(server, 0, acknowledged));
}

TEST(TcpSide, GivesTheSameBytesInEveryOrderAtEveryInitialSequenceNumber) {
  for (const std::uint32_t isn : initial_sequence_numbers) {
    Conversation talk(isn);
    const std::vector<Segment> parts{talk.data(client, 0, "ab"), talk.data(client, 2, "cde"), talk.data(client, 4, "ef"),
                                     talk.data(client, 1, "b"), talk.make(client, tcp_flag::fin | tcp_flag::ack, 6, "gh")};
    std::vector<std::size_t> order{0, 1, 2, 3, 4};
    do {
      std::vector<Segment> segments = talk.handshake();
      for (const std::size_t i : order) segments.push_back(parts[i]);
      const auto it = only_connection(segments);
      ASSERT_EQ(it.client(), "abcdefgh|fin") << "isn " << isn;
      ASSERT_EQ(it.facts.side[0].bytes, 8u);
      ASSERT_EQ(it.facts.side[0].retransmitted_bytes, 2u);
      ASSERT_EQ(it.facts.side[0].missing_bytes + it.facts.conflicting_overlap_bytes, 0u);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(TcpSide, GivesEachPieceThePacketThatCarriedIt) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() +
                                  std::vector{talk.data(client, 3, "def"), talk.data(client, 6, "ghi"), talk.data(client, 0, "abc")});
  EXPECT_EQ(it.client(), "abcdefghi|open");
  EXPECT_EQ(it.numbers(client), "6 4 5");
  EXPECT_EQ(it.facts.side[0].out_of_order_packets, 2u);
}

TEST(TcpSide, PrefersTheCopyThatThePolicyNamesAndCountsTheConflict) {
  Conversation talk;
  const auto segments =
      talk.handshake() + std::vector{talk.data(client, 2, "cde"), talk.data(client, 3, "DEF"), talk.data(client, 0, "ab")};
  const auto first = only_connection(segments, {Overlap::first});
  EXPECT_EQ(first.client(), "abcdeF|open");
  EXPECT_EQ(first.told(), "client conflicting_overlap 2");
  EXPECT_EQ(first.facts.conflicting_overlap_bytes, 2u);
  const auto last = only_connection(segments, {Overlap::last});
  EXPECT_EQ(last.client(), "abcDEF|open");
  EXPECT_EQ(last.facts.conflicting_overlap_bytes, 2u);
}

TEST(TcpSide, NoticesOtherBytesInPlaceOfThoseJustDelivered) {
  Conversation talk;
  const std::string real = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", forged = "HTTP/1.1 302 Found\r\n";
  const auto server_says = [&](const std::vector<Segment>& data) { return only_connection(talk.handshake() + data); };
  const auto forged_first = server_says({talk.data(server, 0, forged), talk.data(server, 0, real)});
  EXPECT_EQ(forged_first.told(), "server conflicting_overlap 20");
  EXPECT_EQ(forged_first.server(), forged + real.substr(forged.size()) + "|open");
  const auto one_between = server_says({talk.data(server, 0, "first"), talk.data(server, 5, "second"), talk.data(server, 0, "FIRST")});
  EXPECT_EQ(one_between.facts.conflicting_overlap_bytes, 5u);
  const auto out_of_order = server_says({talk.data(server, 5, "second"), talk.data(server, 0, "first"), talk.data(server, 5, "SECOND")});
  EXPECT_EQ(out_of_order.facts.conflicting_overlap_bytes, 6u);
  const auto same = server_says({talk.data(server, 0, real), talk.data(server, 0, real), talk.data(server, 0, real + "more")});
  EXPECT_EQ(same.told(), "");
  const auto probe = server_says({talk.data(server, 0, "x"), talk.data(server, 0, std::string(1, '\0'))});
  EXPECT_EQ(probe.told(), "") << "a keepalive probe's byte means nothing";
}

TEST(TcpSide, CountsAPayloadByteAtTheSynsOwnNumberOnceAndDeliversItNever) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, -1, std::string(1, 0)), talk.data(client, 0, "ab"),
                                                                 talk.data(client, -1, std::string(1, 0)), talk.data(client, 2, "c")});
  EXPECT_EQ(it.client(), "abc|open");
  EXPECT_EQ(it.facts.side[0].bytes, 4u);
  EXPECT_EQ(it.facts.side[0].retransmitted_bytes, 1u);
  EXPECT_EQ(it.facts.side[0].missing_bytes, 0u);
}

TEST(TcpSide, CountsPayloadBehindTheFinOnceAndDeliversItNever) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 0, "ab"), talk.fin(client, 2),
                                                                 talk.data(client, 1, "bxy"), talk.data(client, 2, "xyz")});
  EXPECT_EQ(it.client(), "ab|fin");
  EXPECT_EQ(it.facts.side[0].bytes, 5u);
}

TEST(TcpSide, DeclaresAHoleOnlyAfterPatienceWithAnAckThatCoversIt) {
  Conversation talk;
  const auto begun = talk.handshake() + std::vector{talk.data(client, 0, "abc"), talk.data(client, 5, "fgh")};
  const auto late = std::vector{talk.data(client, 3, "de")};
  EXPECT_EQ(only_connection(begun + many_acks(talk, limits::reorder_patience, 8) + late).client(), "abcdefgh|open");
  const auto it = only_connection(begun + many_acks(talk, limits::reorder_patience + 1, 8) + late);
  EXPECT_EQ(it.client(), "abc[2]fgh|open");
  EXPECT_EQ(it.facts.side[0].bytes, 8u) << "late bytes are counted";
  EXPECT_EQ(it.facts.side[0].missing_bytes, 0u) << "and no longer missing";
  EXPECT_EQ(it.told(), "client gap 2");
  EXPECT_EQ(it.events.front().at.number, 5u) << "the first packet behind the hole";
}

TEST(TcpSide, WaitsWithoutLimitOfTimeWhileNothingIsAcknowledged) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 5, "fgh")} +
                                  many_acks(talk, 10 * limits::reorder_patience, 0) + std::vector{talk.data(client, 0, "abcde")});
  EXPECT_EQ(it.client(), "abcdefgh|open");
}

TEST(TcpSide, DeclaresAHoleWhenTooMuchWaitsBehindIt) {
  Conversation talk;
  auto segments = talk.handshake();
  for (std::uint64_t i = 0; i <= limits::reorder_segments; ++i)
    segments.push_back(talk.data(client, 1 + 2 * static_cast<std::int64_t>(i), "x"));
  auto it = only_connection(segments);
  EXPECT_EQ(it.calls.front().missing, 1u);
  EXPECT_EQ(it.calls[0].at.number, 4u);
  EXPECT_TRUE(it.facts.limited);

  const std::string large(64 << 10, 'x');
  segments = talk.handshake();
  for (std::uint64_t i = 0; i <= limits::reorder_bytes / large.size(); ++i) {
    segments.push_back(talk.data(client, 10 + static_cast<std::int64_t>(i * large.size()), large));
  }
  it = only_connection(segments + std::vector{talk.data(client, 0, "late bytes")});
  EXPECT_EQ(it.calls.front().missing, 10u);
  EXPECT_TRUE(it.facts.limited);
}

TEST(TcpSide, TellsWhatWaitedWhenTheConnectionEnds) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 2, "cd"), talk.data(client, 6, "gh")});
  EXPECT_EQ(it.client(), "[2]cd[2]gh|open");
  EXPECT_EQ(it.facts.side[0].missing_bytes, 4u);
}

TEST(TcpSide, ToldOfAcknowledgedBytesBehindTheLastSeenIsAGap) {
  Conversation talk;
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 0, "abc"), talk.ack(server, 0, 9)});
  EXPECT_EQ(it.client(), "abc[5]|open") << "the ninth may have been a FIN";
}

TEST(TcpSide, KnowsBytesThatSnaplenCutAtOnce) {
  Conversation talk;
  Segment cut = talk.data(client, 0, "abc");
  cut.cut = 7;
  const auto it = only_connection(talk.handshake() + std::vector{cut, talk.data(client, 10, "klm"), cut});
  EXPECT_EQ(it.client(), "abc[7]klm|open");
  EXPECT_EQ(it.facts.side[0].bytes, 6u);
  EXPECT_EQ(it.facts.side[0].missing_bytes, 7u);
  EXPECT_EQ(it.facts.side[0].retransmitted_bytes, 3u);
  EXPECT_TRUE(it.facts.cut);
  EXPECT_EQ(it.told(), "");
}

TEST(TcpSide, KnowsCutBytesOfPacketsOutOfOrder) {
  Conversation talk;
  Segment cut = talk.data(client, 3, "de");
  cut.cut = 5;
  Segment cut_fin = talk.fin(client, 13);
  const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 10, "klm"), cut, cut_fin, talk.data(client, 0, "abc")});
  EXPECT_EQ(it.client(), "abcde[5]klm|fin");
  EXPECT_EQ(it.numbers(client), "7 5 4");
}

TEST(TcpSide, DoesNotBelieveSequenceNumbersFartherThanAnyWindow) {
  for (const std::uint32_t isn : initial_sequence_numbers) {
    Conversation talk(isn);
    const auto it = only_connection(talk.handshake() + std::vector{talk.data(client, 0, "ab"), talk.data(client, (1 << 30) + 100, "far"),
                                                                   talk.fin(client, 0x7fffffff), talk.data(client, 2, "cd")});
    EXPECT_EQ(it.client(), "abcd|open");
    EXPECT_EQ(it.facts.side[0].packets, 6u);
    EXPECT_EQ(it.facts.side[0].bytes, 4u);
    EXPECT_EQ(it.anomalies, (std::vector<std::string>{"tcp.seq.absurd", "tcp.seq.absurd"}));
  }
}

TEST(TcpSide, FollowsAStreamLongerThanTheSequenceSpace) {
  Conversation talk(0xfffff000u);
  std::vector<Segment> segments = talk.handshake();
  constexpr std::int64_t step = 1 << 29;
  for (std::int64_t i = 0; i < 20; ++i) {  // 10 GiB, most of it never captured but acknowledged
    segments.push_back(talk.data(client, i * step, "piece"));
    segments.push_back(talk.ack(server, 0, i * step + 5));
  }
  const auto it = only_connection(segments);
  EXPECT_EQ(it.facts.side[0].bytes, 100u);
  EXPECT_EQ(it.facts.side[0].missing_bytes, 19u * (step - 5));
}

// Random cuts, losses, duplicates and order of a random text, against a byte map.
TEST(TcpSide, AgreesWithAByteMapWhateverHappensOnTheWay) {
  std::mt19937 random(20241);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  for (int round = 0; round < 2000; ++round) {
    Conversation talk(initial_sequence_numbers[below(std::size(initial_sequence_numbers))] - static_cast<std::uint32_t>(below(50)));
    std::string sent(1 + below(80), ' ');
    for (char& c : sent) c = static_cast<char>('a' + below(26));
    std::vector<Segment> segments;
    std::vector<bool> seen(sent.size());
    std::uint64_t carried = 0;
    for (std::size_t count = 1 + below(20); count > 0; --count) {
      const std::size_t begin = below(sent.size());
      const std::size_t length = 1 + below(std::min<std::size_t>(12, sent.size() - begin));
      segments.push_back(talk.data(client, static_cast<std::int64_t>(begin), sent.substr(begin, length)));
      std::fill_n(seen.begin() + static_cast<std::ptrdiff_t>(begin), length, true);
      carried += length;
    }
    std::shuffle(segments.begin(), segments.end(), random);
    std::string expected;
    std::uint64_t missing = 0, bytes = 0, run = 0;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (!seen[i]) {
        ++run;
        continue;
      }
      if (run > 0) expected += "[" + std::to_string(run) + "]";
      missing += run;
      run = 0;
      ++bytes;
      expected += sent[i];
    }
    const auto it = only_connection(talk.handshake() + segments, {round % 2 == 0 ? Overlap::first : Overlap::last});
    ASSERT_EQ(it.client(), expected + "|open") << "round " << round;
    ASSERT_EQ(it.facts.side[0].bytes, bytes);
    ASSERT_EQ(it.facts.side[0].missing_bytes, missing);
    ASSERT_EQ(it.facts.side[0].retransmitted_bytes, carried - bytes);
    ASSERT_EQ(it.facts.conflicting_overlap_bytes, 0u);
  }
}

}  // namespace
}  // namespace longwire
