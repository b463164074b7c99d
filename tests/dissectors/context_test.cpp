#include "dissectors/context.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "dissectors/channel.h"
#include "tests/conversation.h"

namespace longwire {
namespace {

using test::Conversation;

// Reads eight bytes at once, and then asks everything that a reader may ask.
class Asker : public Dissector {
 public:
  std::string_view name() const override { return "asker"; }

  Progress data(Side, Bytes in, Context& context) override {
    if (in.size() < 8) return {.need = 8};
    for (std::size_t i = 0; i < 8; ++i) {
      context.anomaly("asker.byte", in.subspan(i, 1), std::to_string(context.first_stamp(in.subspan(i, 1)).frame));
    }
    const Bytes all = in.first(8);
    context.anomaly("asker.all", all,
                    std::to_string(context.first_stamp(all).number) + "-" + std::to_string(context.last_stamp(all).number) + " at " +
                        std::to_string(context.offset(all)) + ", first packet " +
                        std::to_string(std::min<std::size_t>(8, context.first_packet().size())) +
                        (context.other_side_seen() ? ", other seen" : "") + (context.other_side_ended() ? ", other ended" : ""));
    context.anomaly("asker.empty", all.subspan(3, 0));
    return {.used = 8};
  }
  AfterGap gap(Side, Bytes, std::uint64_t, Context&) override { return AfterGap::resumed; }
  void end(Side, Bytes in, End, Context& context) override { context.anomaly("asker.end", {}, as_text(in)); }
  std::uint64_t memory() const override { return sizeof *this; }
  Match restart(Side, Bytes) const override { return Match::no; }
};

std::string rows(const Conversation& talk, const std::string& columns) {
  return test::rows_at_every_cut(talk, {"anomalies " + columns}, [] { return std::make_unique<Asker>(); });
}

TEST(Context, EveryByteKnowsItsPacketAndPlace) {
  Conversation talk;
  talk.client("abc").client("de").client("fgh");
  EXPECT_EQ(rows(talk, "frame offset code detail"),
            "anomalies frame=1 offset=0 code=asker.byte detail=1\n"
            "anomalies frame=1 offset=1 code=asker.byte detail=1\n"
            "anomalies frame=1 offset=2 code=asker.byte detail=1\n"
            "anomalies frame=2 offset=3 code=asker.byte detail=2\n"
            "anomalies frame=2 offset=4 code=asker.byte detail=2\n"
            "anomalies frame=3 offset=5 code=asker.byte detail=3\n"
            "anomalies frame=3 offset=6 code=asker.byte detail=3\n"
            "anomalies frame=3 offset=7 code=asker.byte detail=3\n"
            "anomalies frame=1 offset=0 code=asker.all detail=1-3 at 0, first packet 3\n"
            "anomalies frame=2 offset=3 code=asker.empty detail=NULL\n"
            "anomalies frame=3 offset=8 code=asker.end detail=NULL\n"
            "anomalies frame=3 offset=0 code=asker.end detail=NULL\n");
}

TEST(Context, BytesBehindUsedOnesKeepTheirPackets) {
  Conversation talk;
  talk.client("abcdefghi").client("jk").server("x").client("lmnop").end(Side::client);
  const std::string all = rows(talk, "frame offset code detail");
  EXPECT_NE(all.find("anomalies frame=1 offset=8 code=asker.all detail=1-4 at 8, first packet 1, other seen\n"), std::string::npos) << all;
  EXPECT_NE(all.find("anomalies frame=2 offset=9 code=asker.byte detail=2\n"), std::string::npos);
  EXPECT_NE(all.find("anomalies frame=4 offset=11 code=asker.byte detail=4\n"), std::string::npos);
}

TEST(Context, TheOtherSidesEndIsKnown) {
  Conversation talk;
  talk.end(Side::server).client("abcdefgh");
  EXPECT_NE(rows(talk, "detail").find("2-2 at 0, first packet 8, other ended"), std::string::npos);
}

TEST(Context, AnAnomalySaysWhereAndWhat) {
  Conversation talk;
  talk.client("ab\n\xff");
  EXPECT_EQ(rows(talk, "id connection_id time_ns frame side layers offset code detail"),
            "anomalies id=1000 connection_id=7 time_ns=1700000000001000000 frame=1 side=client layers=asker offset=4 code=asker.end "
            "detail=ab\\\\x0a\\\\xff\n"
            "anomalies id=1400 connection_id=7 time_ns=1700000000001000000 frame=1 side=server layers=asker offset=0 code=asker.end "
            "detail=NULL\n");
}

TEST(Ids, CountWithinAPacketAndNeverFall) {
  Ids ids;
  EXPECT_EQ(ids.next(5), 5000);
  EXPECT_EQ(ids.next(5), 5001);
  EXPECT_EQ(ids.next(9), 9000);
  EXPECT_EQ(ids.next(5), 9001) << "began earlier, made later";
}

TEST(Ids, OfAllMakersStayUniqueHoweverManyAPacketHas) {
  std::set<std::int64_t> seen;
  for (const IdRange range : {session_ids, tcp_ids, packet_ids}) {
    Ids ids(range);
    std::int64_t last = -1;
    for (int i = 0; i < 3000; ++i) {
      const std::int64_t id = ids.next(1);
      ASSERT_TRUE(seen.insert(id).second) << id;
      ASSERT_GT(id, last);
      last = id;
    }
    EXPECT_GE(last, std::int64_t{1} << 62) << "away from the next packet's ids";
    EXPECT_EQ(ids.next(2), 2000 + range.first);
  }
}

}  // namespace
}  // namespace longwire
