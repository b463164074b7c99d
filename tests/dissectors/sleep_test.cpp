// What an idle connection takes beside the facts for its row, through the whole table with its real dissectors.
#include <gtest/gtest.h>

#include "dissectors/secrets.h"
#include "dissectors/session.h"
#include "reassembly/connection_table.h"
#include "tests/conversation.h"
#include "tests/recorded_streams.h"

namespace longwire {
namespace {

constexpr Side client = Side::client, server = Side::server;
constexpr std::uint64_t idle_bytes = 256;  // promised in README, Long connections

constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// One connection, and whatever speaks beside it.
class OneConnection {
 public:
  OneConnection() : sink_(options()), table_(sink_, {.sleep_packets = 2}) { sink_.into(rows); }

  OneConnection& say(Side side, std::string_view bytes) {
    add(talk_.data(side, sent_[index(side)], bytes, sent_[index(other(side))]));
    sent_[index(side)] += static_cast<std::int64_t>(bytes.size());
    return *this;
  }
  OneConnection& be_silent() {
    for (int i = 0; i < 6; ++i) {
      Segment error = talk_.syn();  // belongs to no connection, so that none is made
      error.kind = Segment::Kind::icmp_unreachable;
      error.source.port = 1;
      add(error);
    }
    return *this;
  }
  // What the connection takes beside its facts.
  std::uint64_t working_state() const { return table_.memory() - sizeof(ConnectionFacts); }
  std::string finish(const std::vector<std::string>& chosen) {
    table_.finish();
    return test::rows_as_text(rows, chosen);
  }

  RowBatch rows;

 private:
  static DissectOptions options() {
    static const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
    DissectOptions made;
    made.secrets = &secrets;
    return made;
  }
  void add(Segment segment) {
    ++number_;
    segment.at = {test::packet_time(number_), number_, number_};
    table_.add(segment);
  }

  Conversation talk_;
  SessionSink sink_;
  ConnectionTable<SessionSink> table_;
  std::int64_t sent_[2] = {0, 0};
  std::uint64_t number_ = 0;
};

TEST(Sleep, AnIdleHttpConnectionTakesNoMoreThanPromised) {
  OneConnection it;
  it.say(client, request).say(server, response);
  EXPECT_GT(it.working_state(), idle_bytes) << "awake";
  EXPECT_LE(it.be_silent().working_state(), idle_bytes);
  it.say(client, request).say(server, response);
  EXPECT_GT(it.working_state(), idle_bytes) << "awake again";
  EXPECT_LE(it.be_silent().working_state(), idle_bytes);
  EXPECT_EQ(it.finish({"http_exchanges ordinal status", "connections layers exchanges"}),
            "http_exchanges ordinal=1 status=200\n"
            "http_exchanges ordinal=2 status=200\n"
            "connections layers=http1 exchanges=2\n");
}

TEST(Sleep, SoDoesAnIdleConnectionThatIsNotUnderstood) {
  using std::string_view_literals::operator""sv;
  constexpr std::string_view client_hello = "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"sv;
  OneConnection it;
  it.say(client, client_hello).say(server, "anything").be_silent();
  EXPECT_LE(it.working_state(), idle_bytes);
}

// The name of what it speaks now is text for its row.
TEST(Sleep, SoDoesAnIdleWebSocketBesideTheNamesOfItsLayers) {
  OneConnection it;
  it.say(client, "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
      .say(server, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
      .say(client, "\x81\x80mask")
      .be_silent();
  EXPECT_LE(it.working_state(), idle_bytes + sizeof(std::string) + std::string("http1/websocket").capacity());
  EXPECT_EQ(it.finish({"connections layers exchanges"}), "connections layers=http1/websocket exchanges=1\n");
}

TEST(Sleep, AConnectionThatWaitsForAnAnswerStaysAwake) {
  OneConnection it;
  it.say(client, request).be_silent();
  EXPECT_GT(it.working_state(), idle_bytes);
  it.say(server, response);
  EXPECT_EQ(it.finish({"http_exchanges method status"}), "http_exchanges method=GET status=200\n");
}

// An id that was given out for the last packet might be given out again: that packet's number is the end's too.
TEST(Sleep, IdsStayUniqueWhereTheLastPacketHasOne) {
  OneConnection it;
  it.say(client, request).say(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n").be_silent();
  EXPECT_GT(it.working_state(), idle_bytes) << "the anomaly has an id of the last packet";
  it.say(client, request).say(server, response).be_silent();
  EXPECT_LE(it.working_state(), idle_bytes);
}

}  // namespace
}  // namespace longwire
