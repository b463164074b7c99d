// A toy protocol shows what a channel does with each answer of a reader.
//
//   unit:  length(1) type(1) body(length)        every unit that is read makes an anomaly `toy.TYPE` with its body
//   types  u  a unit like any other
//          w  waits (hold) until the other side has read a unit, then is read
//          s  the next NN bytes (body: two digits) are skipped; `toy.skipped` tells how many were
//          n  the channel's next reader is another toy, named by the body
//          l  framing is lost behind it
//          m  a unit with which reading starts again behind a hole
#include "dissectors/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "capture/limits.h"
#include "tests/conversation.h"

namespace longwire {
namespace {

using test::Conversation;
using test::rows_at_every_cut;

const std::vector<std::string> where{"anomalies frame side layers offset code detail"};

std::string unit(char type, std::string_view body = {}) {
  return std::string(1, static_cast<char>(body.size())) + type + std::string(body);
}

class Toy : public Dissector {
 public:
  explicit Toy(std::string_view name = "toy") : name_(name) {}
  std::string_view name() const override { return name_; }

  Progress data(Side side, Bytes in, Context& context) override {
    Progress progress;
    if (in.empty()) {
      context.anomaly("toy.skipped", {}, std::to_string(context.skipped()) + " to frame " + std::to_string(context.skipped_stamp().frame));
      return progress;
    }
    if (in.size() < 2) return {.need = 2};
    const std::size_t size = 2 + std::size_t{in[0]};
    if (in.size() < size) return {.need = size};
    const Bytes whole = in.first(size);
    const char type = static_cast<char>(in[1]);
    const std::string_view body = as_text(whole.subspan(2));
    if (type == 'w' && units_[index(other(side))] == 0 && !context.must_proceed()) return {.need = Progress::hold};
    ++units_[index(side)];
    context.anomaly(code(type), whole, std::string(body) + " ends in frame " + std::to_string(context.last_stamp(whole).frame));
    progress.used = size;
    if (type == 's') progress.skip = std::stoul(std::string(body));
    if (type == 'l') progress.lost = true;
    if (type == 'n') progress.next = std::make_unique<Toy>(body == "b" ? "b" : "c");
    return progress;
  }

  AfterGap gap(Side side, Bytes in, std::uint64_t missing, Context& context) override {
    ++units_[index(side)];
    context.anomaly(
        "toy.gap", {},
        std::to_string(in.size()) + " unused, " + std::to_string(missing) + " missing, " + std::to_string(context.skipped()) + " skipped");
    return context.skipped() > 0 ? AfterGap::resumed : AfterGap::lost;
  }

  void end(Side, Bytes in, End how, Context& context) override {
    context.anomaly(how == End::fin ? "toy.fin" : "toy.end", {},
                    std::to_string(in.size()) + " unused, " + std::to_string(context.skipped()) + " skipped");
  }

  std::uint64_t memory() const override { return sizeof *this; }

  Match restart(Side, Bytes in) const override {
    if (in.size() >= 1 && in[0] > 9) return Match::no;
    if (in.size() < 2) return Match::maybe;
    return in[1] == 'm' ? Match::yes : Match::no;
  }

 private:
  static std::string_view code(char type) {
    switch (type) {
      case 'u':
        return "toy.u";
      case 'w':
        return "toy.w";
      case 's':
        return "toy.s";
      case 'n':
        return "toy.n";
      case 'l':
        return "toy.l";
      case 'm':
        return "toy.m";
      default:
        return "toy.other";
    }
  }

  std::string_view name_;
  std::array<int, 2> units_{};
};

std::string rows(const Conversation& talk) {
  return rows_at_every_cut(talk, where, [] { return std::make_unique<Toy>(); });
}

TEST(Channel, UnitsAreReadWherePacketsCutThem) {
  Conversation talk;
  talk.client(unit('u', "one") + unit('u', "two").substr(0, 3)).client(unit('u', "two").substr(3)).close();
  EXPECT_EQ(rows(talk),
            "anomalies frame=1 side=client layers=toy offset=0 code=toy.u detail=one ends in frame 1\n"
            "anomalies frame=1 side=client layers=toy offset=5 code=toy.u detail=two ends in frame 2\n"
            "anomalies frame=3 side=client layers=toy offset=10 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=4 side=server layers=toy offset=0 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, AUnitOverManyPacketsKnowsItsFirstAndLast) {
  Conversation talk;
  const std::string first = unit('u', "abcdef"), second = unit('u', "gh");
  talk.server("").client(first.substr(0, 1)).client(first.substr(1, 3)).client(first.substr(4) + second);
  EXPECT_THAT(rows(talk), testing::StartsWith("anomalies frame=2 side=client layers=toy offset=0 code=toy.u detail=abcdef ends in frame 4\n"
                                              "anomalies frame=4 side=client layers=toy offset=8 code=toy.u detail=gh ends in frame 4\n"));
}

TEST(Channel, AHeldSideIsReadWhenTheOtherHasMoved) {
  Conversation talk;
  talk.server(unit('w', "answer") + unit('u', "more")).client(unit('u', "question")).close();
  EXPECT_EQ(rows(talk),
            "anomalies frame=2 side=client layers=toy offset=0 code=toy.u detail=question ends in frame 2\n"
            "anomalies frame=1 side=server layers=toy offset=0 code=toy.w detail=answer ends in frame 1\n"
            "anomalies frame=1 side=server layers=toy offset=8 code=toy.u detail=more ends in frame 1\n"
            "anomalies frame=3 side=client layers=toy offset=10 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=4 side=server layers=toy offset=14 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, TheEndOfAHeldSideWaitsWithItsBytes) {
  Conversation talk;
  talk.server(unit('w', "answer")).end(Side::server).client(unit('u', "question")).end(Side::client);
  EXPECT_EQ(rows(talk),
            "anomalies frame=3 side=client layers=toy offset=0 code=toy.u detail=question ends in frame 3\n"
            "anomalies frame=1 side=server layers=toy offset=0 code=toy.w detail=answer ends in frame 1\n"
            "anomalies frame=2 side=server layers=toy offset=8 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=4 side=client layers=toy offset=10 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, AHeldSideMustProceedWhenTheOtherEnds) {
  Conversation talk;
  talk.server(unit('w', "answer")).end(Side::client).end(Side::server);
  EXPECT_EQ(rows(talk),
            "anomalies frame=2 side=client layers=toy offset=0 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=1 side=server layers=toy offset=0 code=toy.w detail=answer ends in frame 1\n"
            "anomalies frame=3 side=server layers=toy offset=8 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, TwoSidesThatWaitForEachOtherBothProceedAtTheEnd) {
  Conversation talk;
  talk.server(unit('w', "s")).client(unit('w', "c")).end(Side::server).end(Side::client);
  EXPECT_EQ(rows(talk),
            "anomalies frame=1 side=server layers=toy offset=0 code=toy.w detail=s ends in frame 1\n"
            "anomalies frame=3 side=server layers=toy offset=3 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=2 side=client layers=toy offset=0 code=toy.w detail=c ends in frame 2\n"
            "anomalies frame=4 side=client layers=toy offset=3 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, SkippedBytesAreCountedOverPackets) {
  Conversation talk;
  talk.client(unit('s', "10") + "1234").client("5678").client("90" + unit('u', "x")).close();
  EXPECT_EQ(rows(talk),
            "anomalies frame=1 side=client layers=toy offset=0 code=toy.s detail=10 ends in frame 1\n"
            "anomalies frame=3 side=client layers=toy offset=14 code=toy.skipped detail=10 to frame 3\n"
            "anomalies frame=3 side=client layers=toy offset=14 code=toy.u detail=x ends in frame 3\n"
            "anomalies frame=4 side=client layers=toy offset=17 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=5 side=server layers=toy offset=0 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, AHoleInASkipTellsWhatWasSkippedBefore) {
  Conversation talk;
  talk.client(unit('s', "10") + "1234").gap(Side::client, 6).client(unit('u', "x")).close();
  EXPECT_EQ(rows(talk),
            "anomalies frame=1 side=client layers=toy offset=0 code=toy.s detail=10 ends in frame 1\n"
            "anomalies frame=2 side=client layers=toy offset=8 code=toy.gap detail=0 unused, 6 missing, 4 skipped\n"
            "anomalies frame=3 side=client layers=toy offset=14 code=toy.u detail=x ends in frame 3\n"
            "anomalies frame=4 side=client layers=toy offset=17 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=5 side=server layers=toy offset=0 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, AnEndInASkipTellsWhatWasSkippedBefore) {
  Conversation talk;
  talk.client(unit('s', "10") + "1234").close();
  EXPECT_THAT(rows(talk), testing::HasSubstr("frame=2 side=client layers=toy offset=8 code=toy.fin detail=0 unused, 4 skipped\n"));
}

TEST(Channel, BehindAHoleReadingStartsAgainAtThePacketThatBeginsAMessage) {
  Conversation talk;
  talk.client(unit('u', "lost").substr(0, 3))
      .gap(Side::client, 100)
      .client("zz" + unit('m', "not at the start"))
      .client(unit('u', "no start"))
      .client(unit('m', "here"))
      .client(unit('u', "on"))
      .close();
  EXPECT_EQ(rows(talk),
            "anomalies frame=1 side=client layers=toy offset=3 code=toy.gap detail=3 unused, 100 missing, 0 skipped\n"
            "anomalies frame=5 side=client layers=toy offset=133 code=channel.passed_over detail=30 bytes before this\n"
            "anomalies frame=5 side=client layers=toy offset=133 code=toy.m detail=here ends in frame 5\n"
            "anomalies frame=6 side=client layers=toy offset=139 code=toy.u detail=on ends in frame 6\n"
            "anomalies frame=7 side=client layers=toy offset=143 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=8 side=server layers=toy offset=0 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, AStartMayBeSplitOverPackets) {
  Conversation talk;
  const std::string start = unit('m', "here");
  talk.gap(Side::client, 5).client(start.substr(0, 1)).client(start.substr(1)).close();
  EXPECT_THAT(rows(talk), testing::HasSubstr("frame=2 side=client layers=toy offset=5 code=toy.m detail=here ends in frame 3\n"));
}

TEST(Channel, ALostSideThatNeverStartsAgainTellsWhatItPassedOver) {
  Conversation talk;
  talk.gap(Side::client, 5).client("zzzz").client("zz").end(Side::client);
  EXPECT_THAT(rows(talk),
              testing::HasSubstr("frame=4 side=client layers=toy offset=11 code=channel.passed_over detail=6 bytes before this\n"
                                 "anomalies frame=4 side=client layers=toy offset=11 code=toy.fin detail=0 unused, 0 skipped\n"));
}

TEST(Channel, AReaderMayLoseTheFramingByItself) {
  Conversation talk;
  talk.client(unit('l') + unit('m', "same packet")).client(unit('m', "again")).close();
  EXPECT_EQ(rows(talk),
            "anomalies frame=1 side=client layers=toy offset=0 code=toy.l detail= ends in frame 1\n"
            "anomalies frame=2 side=client layers=toy offset=15 code=channel.passed_over detail=13 bytes before this\n"
            "anomalies frame=2 side=client layers=toy offset=15 code=toy.m detail=again ends in frame 2\n"
            "anomalies frame=3 side=client layers=toy offset=22 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=4 side=server layers=toy offset=0 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, TheNextReaderGetsBothSidesFromTheExactByte) {
  Conversation talk;
  talk.server(unit('w', "early")).client(unit('n', "b") + unit('u', "x")).close();
  EXPECT_EQ(rows(talk),
            "anomalies frame=2 side=client layers=toy offset=0 code=toy.n detail=b ends in frame 2\n"
            "anomalies frame=2 side=client layers=toy/b offset=3 code=toy.u detail=x ends in frame 2\n"
            "anomalies frame=1 side=server layers=toy/b offset=0 code=toy.w detail=early ends in frame 1\n"
            "anomalies frame=3 side=client layers=toy/b offset=6 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=4 side=server layers=toy/b offset=7 code=toy.fin detail=0 unused, 0 skipped\n");
}

TEST(Channel, TheNextReaderIsToldOfASideThatHasEnded) {
  Conversation talk;
  talk.end(Side::client).server(unit('n', "b")).end(Side::server);
  EXPECT_EQ(rows(talk),
            "anomalies frame=1 side=client layers=toy offset=0 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=2 side=server layers=toy offset=0 code=toy.n detail=b ends in frame 2\n"
            "anomalies frame=2 side=client layers=toy/b offset=0 code=toy.fin detail=0 unused, 0 skipped\n"
            "anomalies frame=3 side=server layers=toy/b offset=3 code=toy.fin detail=0 unused, 0 skipped\n");
}

// A channel fed by hand.
struct Line {
  explicit Line(std::unique_ptr<Dissector> reader) : channel(std::move(reader)) { sink.rows = &batch; }
  Context context() { return {options, facts, sink, ids}; }
  void data(Side side, std::string_view bytes) {
    ++packet;
    channel.data(side, as_bytes(bytes), at(), context());
  }
  Stamp at() const { return {test::packet_time(packet), packet, packet}; }
  std::string codes() const { return test::rows_as_text(batch, {"anomalies side code detail"}); }

  DissectOptions options;
  ConnectionFacts facts;
  RowBatch batch;
  RowSink sink;
  ConnectionIds ids;
  std::uint64_t packet = 0;
  Channel channel;
};

// What a reader was called with.
class Watcher : public Dissector {
 public:
  std::vector<Bytes> calls;
  Progress answer;

  std::string_view name() const override { return "watcher"; }
  Progress data(Side, Bytes in, Context&) override {
    calls.push_back(in);
    Progress progress;
    progress.used = std::min(answer.used, in.size());
    progress.need = answer.need;
    progress.skip = std::exchange(answer.skip, 0);
    return progress;
  }
  AfterGap gap(Side, Bytes, std::uint64_t, Context&) override { return AfterGap::resumed; }
  void end(Side, Bytes, End, Context&) override {}
  std::uint64_t memory() const override { return sizeof *this; }
  Match restart(Side, Bytes) const override { return Match::no; }
};

TEST(Channel, InOrderBytesAreReadInPlace) {
  auto reader = std::make_unique<Watcher>();
  Watcher& watcher = *reader;
  watcher.answer.used = 1000;
  Line line(std::move(reader));
  const std::string packet = "in place";
  line.data(Side::client, packet);
  ASSERT_EQ(watcher.calls.size(), 1u);
  EXPECT_EQ(watcher.calls[0].data(), as_bytes(packet).data());
}

TEST(Channel, OnlyWhatAUnitNeedsIsCopied) {
  auto reader = std::make_unique<Watcher>();
  Watcher& watcher = *reader;
  Line line(std::move(reader));
  watcher.answer.need = 5;
  line.data(Side::client, "abc");
  const std::string packet = "defghi";
  watcher.answer = {.used = 5};
  line.data(Side::client, packet);
  ASSERT_EQ(watcher.calls.size(), 3u);
  EXPECT_EQ(watcher.calls[1].size(), 5u);
  EXPECT_EQ(watcher.calls[2].data(), as_bytes(packet).subspan(2).data()) << "what follows the unit is read in place again";
}

TEST(Channel, TheReaderIsNotCalledBeforeItsNeedIsThere) {
  auto reader = std::make_unique<Watcher>();
  Watcher& watcher = *reader;
  Line line(std::move(reader));
  watcher.answer.need = 4;
  line.data(Side::client, "a");
  line.data(Side::client, "b");
  line.data(Side::client, "c");
  EXPECT_EQ(watcher.calls.size(), 1u);
  line.data(Side::client, "d");
  EXPECT_EQ(watcher.calls.size(), 1u + 1u);
  EXPECT_EQ(as_text(watcher.calls.back()), "abcd");
}

TEST(Channel, PacketsInsideASkipMakeNoCall) {
  auto reader = std::make_unique<Watcher>();
  Watcher& watcher = *reader;
  watcher.answer.used = 1;
  watcher.answer.skip = 5000;
  Line line(std::move(reader));
  line.data(Side::client, "x");
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(line.channel.skip(Side::client, 1000, line.at()));
  }
  EXPECT_FALSE(line.channel.skip(Side::client, 1000, line.at())) << "the skip ends here: the reader must be called";
  EXPECT_EQ(watcher.calls.size(), 1u);
}

TEST(Channel, AReaderThatHoldsTooMuchLosesItsSide) {
  auto reader = std::make_unique<Watcher>();
  reader->answer.need = Progress::hold;
  Line line(std::move(reader));
  const std::string packet(64 << 10, 'x');
  for (std::uint64_t i = 0; i < limits::hold_bytes / packet.size() + 10; ++i) line.data(Side::client, packet);
  line.channel.end(Side::client, End::fin, line.at(), line.context());
  EXPECT_EQ(line.codes(),
            "anomalies side=client code=channel.limit detail=1048576 bytes waited\n"
            "anomalies side=client code=channel.passed_over detail=" +
                std::to_string(packet.size() * line.packet) + " bytes before this\n");
}

TEST(Channel, SmallPacketsAreBoundedToo) {
  auto reader = std::make_unique<Watcher>();
  Line line(std::move(reader));
  for (std::uint64_t i = 0; i < limits::channel_marks; ++i) line.data(Side::client, "x");
  EXPECT_EQ(line.codes(), "anomalies side=client code=channel.limit detail=8192 bytes waited\n");
}

TEST(Channel, AReaderThatAsksForWhatItHasIsStuck) {
  auto reader = std::make_unique<Watcher>();
  reader->answer.need = 2;
  Line line(std::move(reader));
  line.data(Side::server, "abc");
  EXPECT_EQ(line.codes(), "anomalies side=server code=channel.stuck detail=3 bytes waited\n");
}

// Hands on to another of its kind for ever.
class Dodger : public Dissector {
 public:
  std::string_view name() const override { return "d"; }
  Progress data(Side, Bytes, Context&) override {
    Progress progress;
    progress.next = std::make_unique<Dodger>();
    return progress;
  }
  AfterGap gap(Side, Bytes, std::uint64_t, Context&) override { return AfterGap::resumed; }
  void end(Side, Bytes, End, Context&) override {}
  std::uint64_t memory() const override { return sizeof *this; }
  Match restart(Side, Bytes) const override { return Match::no; }
};

TEST(Channel, ReadersThatHandOnForEverAreStuck) {
  Line line(std::make_unique<Dodger>());
  line.data(Side::client, "abc");
  EXPECT_EQ(line.codes(), "anomalies side=client code=channel.stuck detail=3 bytes waited\n");
}

TEST(Channel, LayersBeginWithThoseAround) {
  Channel inner(std::make_unique<Toy>(), "tls");
  EXPECT_EQ(inner.layers(), "tls/toy");
}

TEST(Channel, AnIdleChannelIsSmall) {
  EXPECT_LE(sizeof(Channel), 64u);
  EXPECT_LE(sizeof(Session), 144u);  // with an idle reader's 88 bytes below 256
}

}  // namespace
}  // namespace longwire
