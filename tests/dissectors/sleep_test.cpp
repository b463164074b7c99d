// What an idle connection takes beside the facts for its row, through the whole table with its real dissectors.
#include <gtest/gtest.h>

#include "capture/limits.h"
#include "dissectors/http1.h"
#include "dissectors/http2.h"
#include "dissectors/secrets.h"
#include "dissectors/session.h"
#include "dissectors/tls.h"
#include "dissectors/websocket.h"
#include "reassembly/connection_table.h"
#include "tests/conversation.h"
#include "tests/http2_bytes.h"
#include "tests/recorded_streams.h"
#include "tests/tls_bytes.h"

namespace longwire {
namespace {

constexpr Side client = Side::client, server = Side::server;
constexpr std::uint64_t idle_bytes = 256;  // promised in README, Silent connections

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
  OneConnection it;
  for (std::uint64_t i = 0; i <= limits::detect_segments; ++i) it.say(client, "\xff\xff\xff").say(server, "\xfe\xfe\xfe");
  it.be_silent();
  EXPECT_LE(it.working_state(), idle_bytes);
}

// What it was opened with, and what it has counted so far, is for its row, as is the name of what it speaks now.
TEST(Sleep, SoDoesAnIdleWebSocketBesideWhatItsRowNeeds) {
  OneConnection it;
  it.say(client, "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
      .say(server, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
      .say(client, std::string_view("\x89\x80mask\x81\x80mask", 12))
      .say(server, std::string_view("\x8a\x00", 2))
      .say(client, "")  // the acknowledgement
      .be_silent();
  const std::uint64_t layers = sizeof(std::string) + std::string("http1/websocket").capacity();
  EXPECT_LE(it.working_state(), idle_bytes + layers + sizeof(WebSocket::Kept) + sizeof(WebSocketHandshake));
  EXPECT_LE(it.working_state(), 1056);
  it.say(client, std::string_view("\x81\x80mask", 6));
  EXPECT_EQ(it.finish({"connections layers exchanges", "websockets client_messages client_frames", "websocket_messages opcode answers_id"}),
            "connections layers=http1/websocket exchanges=1\n"
            "websockets client_messages=2 client_frames=3\n"
            "websocket_messages opcode=ping answers_id=NULL\n"
            "websocket_messages opcode=text answers_id=NULL\n"
            "websocket_messages opcode=pong answers_id=3000\n"
            "websocket_messages opcode=text answers_id=NULL\n");
}

// In TLS 1.3 the row waits for what the server says to the client's last message, which may be nothing.
TEST(Sleep, SoDoesTlsBesideItsRowWhereTheServerIsSilentBehindTheHandshake) {
  test::ClientHelloFields hello;
  hello.suites = {0x1301};
  hello.extensions = {test::supported_versions({0x0304})};
  test::ServerHelloFields answer;
  answer.suite = 0x1301;
  answer.extensions = {{43, test::u16(0x0304)}};
  const std::string finished = test::protected_record(23, 4 + 32 + 1 + 16);
  OneConnection it;
  it.say(client, test::handshake_record(1, test::client_hello_body(hello)))
      .say(server, test::handshake_record(2, test::server_hello_body(answer)) + test::protected_record(23, 1000));
  const std::uint64_t awake = it.say(client, finished).say(server, "").working_state();
  const std::uint64_t row = sizeof(TlsHandshake);
  EXPECT_GT(awake, sizeof(Tls) + row);
  EXPECT_LE(it.be_silent().working_state(), idle_bytes + sizeof(Tls::Resting) + sizeof(Tls::Seldom) + row + 512) << "512: its texts";
  it.say(server, test::protected_record(23, 200));
  EXPECT_LE(it.be_silent().working_state(), idle_bytes + sizeof(Tls::Resting)) << "the row is made";
  EXPECT_EQ(it.finish({"tls_handshakes outcome version last_frame"}), "tls_handshakes outcome=completed version=TLS 1.3 last_frame=3\n");
}

// Both compression tables stay, with an entry each: the next exchange refers to them.
TEST(Sleep, SoDoesIdleHttp2BesideItsRowAndItsCompressionTables) {
  using namespace test::h2;
  const std::string agent(100, 'a'), newest = "\xbe";  // the index 62
  OneConnection it;
  it.say(client, client_start()).say(server, settings() + settings_ack());
  it.say(client, settings_ack() + headers(1, get_block("/1") + field("user-agent", agent, true), end_headers | end_stream));
  it.say(server, headers(1, field(":status", "299", true)) + data(1, "hello", end_stream));
  EXPECT_GT(it.working_state(), 3000u) << "awake";
  constexpr std::uint64_t entries = 2 * 16;
  const std::uint64_t tables = entries + std::string("user-agent").size() + agent.size() + std::string(":status299").capacity();
  EXPECT_LE(it.be_silent().working_state(), idle_bytes + sizeof(Http2::Kept) + tables + 200) << "200: strings that are empty";
  EXPECT_LE(it.working_state(), 2400u);
  it.say(client, headers(3, get_block("/2") + newest, end_headers | end_stream)).say(server, headers(3, newest, end_headers | end_stream));
  EXPECT_EQ(it.finish({"http_exchanges ordinal path status request_headers", "http2_connections streams hpack_damaged"}),
            "http_exchanges ordinal=1 path=/1 status=299 request_headers=[[\"user-agent\",\"" + agent + "\"]]\n" +
                "http_exchanges ordinal=2 path=/2 status=299 request_headers=[[\"user-agent\",\"" + agent + "\"]]\n" +
                "http2_connections streams=2 hpack_damaged=0\n");
}

TEST(Sleep, AnHttp2ConnectionWithAnOpenStreamStaysAwake) {
  using namespace test::h2;
  OneConnection it;
  it.say(client, client_start()).say(server, settings() + settings_ack()).say(client, settings_ack() + get(1, "/"));
  EXPECT_GT(it.be_silent().working_state(), 4000u);
}

// rows_at_every_cut() lets it sleep wherever it can, too.
TEST(Sleep, WhoAsksIsRemembered) {
  test::Conversation talk;
  talk.midstream().server("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").client("HTTP/1.1 204 No Content\r\n\r\n");
  talk.server("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n").client("HTTP/1.1 204 No Content\r\n\r\n").close();
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges path status"}),
            "http_exchanges path=/1 status=204\n"
            "http_exchanges path=/2 status=204\n");
}

// The hole shows that the first response's request will not come; so the third one does not wait for the next request.
// Without a session around it, as that does not sleep while the last packet's ids count on.
TEST(Sleep, ThatRequestsAreMissingIsRemembered) {
  constexpr std::string_view empty = "HTTP/1.1 204 No Content\r\n\r\n";
  test::Conversation talk;
  talk.midstream().server(empty).gap(server, 10).server(empty).server(empty).client(request).server(response).close();
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges method status midstream"}, make_http1),
            "http_exchanges method=NULL status=204 midstream=1\n"
            "http_exchanges method=NULL status=204 midstream=1\n"
            "http_exchanges method=NULL status=204 midstream=1\n"
            "http_exchanges method=GET status=200 midstream=1\n");
}

TEST(Sleep, WhatASideHasSaidIsRemembered) {
  constexpr std::string_view closing = "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  constexpr std::string_view empty = "HTTP/1.1 204 No Content\r\n\r\n";
  test::Conversation talk;
  talk.midstream().client(closing).server(empty).client(request).server(empty).client("no request\r\n\r\n").close();
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies side offset code"}),
            "anomalies side=client offset=47 code=http1.data_after_close\n"
            "anomalies side=client offset=74 code=http1.start_line\n"
            "anomalies side=client offset=88 code=channel.passed_over\n");
}

// Nobody answers an interim response's request any more, so its row is made where the second side ends.
TEST(Sleep, ThatASideHasEndedIsRemembered) {
  test::Conversation talk;
  talk.client(request).end(client).server(response).server("HTTP/1.1 100 Continue\r\n\r\n").end(server);
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges method interim_statuses status"}),
            "http_exchanges method=GET interim_statuses=NULL status=200\n"
            "http_exchanges method=NULL interim_statuses=[100] status=NULL\n");
}

// Tells what a channel lets it know.
class Teller final : public Dissector {
 public:
  struct AtRest {
    std::uint64_t unused[2];
  };
  Teller() = default;
  explicit Teller(const AtRest&) {}
  std::string_view name() const override { return "teller"; }
  Progress data(Side, Bytes in, Context& context) override {
    context.anomaly(context.other_side_ended() ? "other.ended" : context.other_side_seen() ? "other.seen" : "other.unseen", in);
    Progress progress{.used = in.size()};
    if (as_text(in) == "next") progress.next = std::make_unique<Teller>();
    if (as_text(in) == "skip") progress.skip = Progress::for_good;
    return progress;
  }
  AfterGap gap(Side, Bytes, std::uint64_t, Context&) override { return AfterGap::resumed; }
  void end(Side, Bytes, End how, Context& context) override { context.anomaly(how == End::rst ? "end.rst" : "end", {}); }
  std::uint64_t memory() const override { return sizeof *this; }
  std::optional<SleepingReader> sleep() override { return SleepingReader::of<Teller>({}); }
  Match restart(Side, Bytes) const override { return Match::no; }
};

TEST(Sleep, AChannelRemembersItsSides) {
  const DissectOptions options;
  const ConnectionFacts facts;
  RowBatch rows;
  RowSink sink{&rows};
  ConnectionIds ids;
  const Context around(options, facts, sink, ids);
  auto channel = std::make_unique<Channel>(std::make_unique<Teller>());
  const auto woken = [&]() -> Channel& {
    auto asleep = channel->sleep();
    EXPECT_TRUE(asleep) << "nothing is pending";
    if (asleep) channel = std::make_unique<Channel>(std::move(*asleep));
    return *channel;
  };
  const Stamp at{1, 1, 1};
  woken().data(client, as_bytes("12345"), at, around);
  woken().data(server, as_bytes("123"), at, around);
  woken().end(client, End::rst, at, around);
  woken().data(client, as_bytes("late"), at, around);
  woken().data(server, as_bytes("next"), at, around);
  woken().data(server, as_bytes("skip"), at, around);
  woken().data(server, as_bytes("skipped"), at, around);
  woken().end(server, End::fin, at, around);
  EXPECT_EQ(test::rows_as_text(rows, {"anomalies side offset code"}),
            "anomalies side=client offset=0 code=other.unseen\n"
            "anomalies side=server offset=0 code=other.seen\n"
            "anomalies side=client offset=5 code=end.rst\n"
            "anomalies side=server offset=3 code=other.ended\n"
            "anomalies side=client offset=5 code=end.rst\n"
            "anomalies side=server offset=7 code=other.ended\n"
            "anomalies side=server offset=18 code=end\n");
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
