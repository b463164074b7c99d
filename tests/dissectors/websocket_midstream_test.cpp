// WebSockets whose opening handshake was not captured: when they are known, and what is read of them.
#include "dissectors/websocket_midstream.h"

#include <gtest/gtest.h>

#include "capture/limits.h"
#include "tests/websocket_bytes.h"

namespace longwire::test {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

const std::string asked = client_frame(fin | text_frame, "asked"), told = server_frame(fin | text_frame, "told");

Conversation begun() {
  Conversation talk;
  return talk.midstream();
}
std::string layers(const Conversation& talk) {
  rows_at_every_cut(talk);
  RowBatch rows;
  return read(talk, {}, rows);
}
std::string messages(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"websocket_messages " + columns});
}

TEST(WebSocketMidstream, FiveFramesOfTheClientAreEnough) {
  Conversation talk = begun();
  for (int i = 0; i < 5; ++i) talk.client(asked);
  talk.close();
  EXPECT_EQ(
      rows_at_every_cut(talk, {"websockets id exchange_id version accept_valid cookie client_messages end_cause first_frame complete"}),
      "websockets id=1000 exchange_id=NULL version=NULL accept_valid=NULL cookie=NULL client_messages=5 end_cause=fin first_frame=1 "
      "complete=0\n");
  EXPECT_EQ(layers(talk), "websocket");
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies"}), "");
}

TEST(WebSocketMidstream, FourAreNot) {
  Conversation talk = begun();
  for (int i = 0; i < 4; ++i) talk.client(asked).server(told);
  EXPECT_EQ(layers(talk), "unknown");
}

TEST(WebSocketMidstream, FiveOfTheServerNeedOneOfTheClient) {
  Conversation talk = begun();
  for (int i = 0; i < 8; ++i) talk.server(told);
  EXPECT_EQ(layers(talk), "unknown") << "another protocol's bytes may look like it";
  talk.client(client_frame(fin | pong_frame, ""));
  EXPECT_EQ(layers(talk), "websocket");
  EXPECT_EQ(rows_at_every_cut(talk, {"websockets client_frames server_frames pushes"}),
            "websockets client_frames=1 server_frames=8 pushes=8\n");
}

TEST(WebSocketMidstream, WithItsHandshakeMissingInAHole) {
  Conversation talk;
  talk.gap(Side::client, 200).gap(Side::server, 150);
  for (int i = 0; i < 5; ++i) talk.client(asked).server(told);
  EXPECT_EQ(layers(talk), "websocket");
}

TEST(WebSocketMidstream, FramesInPartsAreWaitedForWhereTheServerHasEnded) {
  Conversation talk = begun();
  talk.end(Side::server);
  for (int i = 0; i < 5; ++i) talk.client(asked);
  talk.end(Side::client);
  EXPECT_EQ(layers(talk), "websocket");
}

TEST(WebSocketMidstream, NotWhereTheBeginningWasSeen) {
  Conversation talk;
  for (int i = 0; i < 9; ++i) talk.client(asked).server(told);
  EXPECT_EQ(layers(talk), "unknown");
}

// What waited is read in the order of its packets, however late it was known.
TEST(WebSocketMidstream, WhoAskedAndWhoAnsweredIsKnown) {
  Conversation talk = begun();
  talk.server(server_frame(fin | ping_frame, "1")).client(client_frame(fin | pong_frame, "1"));
  for (int i = 0; i < 5; ++i) talk.client(asked).server(told);
  EXPECT_EQ(messages(talk, "id from_client opcode answers_id first_frame"),
            "websocket_messages id=1001 from_client=0 opcode=ping answers_id=NULL first_frame=1\n"
            "websocket_messages id=2000 from_client=1 opcode=pong answers_id=1001 first_frame=2\n"
            "websocket_messages id=3000 from_client=1 opcode=text answers_id=NULL first_frame=3\n"
            "websocket_messages id=4000 from_client=0 opcode=text answers_id=NULL first_frame=4\n"
            "websocket_messages id=5000 from_client=1 opcode=text answers_id=NULL first_frame=5\n"
            "websocket_messages id=6000 from_client=0 opcode=text answers_id=NULL first_frame=6\n"
            "websocket_messages id=7000 from_client=1 opcode=text answers_id=NULL first_frame=7\n"
            "websocket_messages id=8000 from_client=0 opcode=text answers_id=NULL first_frame=8\n"
            "websocket_messages id=9000 from_client=1 opcode=text answers_id=NULL first_frame=9\n"
            "websocket_messages id=10000 from_client=0 opcode=text answers_id=NULL first_frame=10\n"
            "websocket_messages id=11000 from_client=1 opcode=text answers_id=NULL first_frame=11\n"
            "websocket_messages id=12000 from_client=0 opcode=text answers_id=NULL first_frame=12\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"websockets pushes"}), "websockets pushes=0\n");
}

TEST(WebSocketMidstream, FramesThatWaitMayGoOnBehindTheOtherSides) {
  const std::string long_frame = server_frame(fin | binary_frame, std::string(300, 'x'));
  Conversation talk = begun();
  talk.client(asked).server(long_frame.substr(0, 100)).client(asked + asked.substr(0, 4)).server(long_frame.substr(100, 100));
  talk.client(asked.substr(4) + asked).client(asked).server(long_frame.substr(200)).server(told).close();
  EXPECT_EQ(messages(talk, "from_client bytes complete first_frame last_frame"),
            "websocket_messages from_client=1 bytes=5 complete=1 first_frame=1 last_frame=1\n"
            "websocket_messages from_client=1 bytes=5 complete=1 first_frame=3 last_frame=3\n"
            "websocket_messages from_client=1 bytes=5 complete=1 first_frame=3 last_frame=5\n"
            "websocket_messages from_client=1 bytes=5 complete=1 first_frame=5 last_frame=5\n"
            "websocket_messages from_client=1 bytes=5 complete=1 first_frame=6 last_frame=6\n"
            "websocket_messages from_client=0 bytes=300 complete=1 first_frame=2 last_frame=7\n"
            "websocket_messages from_client=0 bytes=4 complete=1 first_frame=8 last_frame=8\n");
}

// The other side may be in the middle of a message: it is read from the next packet on that begins with a frame for certain.
TEST(WebSocketMidstream, ASideThatBeginsInsideAMessage) {
  Conversation talk = begun();
  talk.server("the rest of a message");
  for (int i = 0; i < 5; ++i) talk.client(asked);
  talk.server("and more of it");
  for (int i = 0; i < 6; ++i) talk.server(told);
  talk.close();
  EXPECT_EQ(rows_at_every_cut(talk, {"websockets client_messages server_messages complete", "anomalies side code detail"}),
            "websockets client_messages=5 server_messages=6 complete=0\n"
            "anomalies side=server code=channel.passed_over detail=35 bytes before this\n");
}

// Which extension was agreed is not known: what is compressed can be sized, but not read, for it may refer to what was before.
TEST(WebSocketMidstream, CompressedMessagesKeepTheirSize) {
  Conversation talk = begun();
  for (int i = 0; i < 5; ++i) talk.client(client_frame(fin | rsv1 | text_frame, deflated("the same again and again")));
  talk.close();
  const std::string one = "websocket_messages bytes=24 compressed=1 valid_utf8=NULL complete=1\n";
  EXPECT_EQ(messages(talk, "bytes compressed valid_utf8 complete"), one + one + one + one + one);
}

TEST(WebSocketMidstream, AFrameThatIsTooLongToWaitForIsNone) {
  Conversation talk = begun();
  talk.client(frame_header(fin | binary_frame, 1 << 20)).client(std::string(limits::websocket_midstream_bytes, 'x'));
  RowBatch rows;
  EXPECT_EQ(read(talk, {}, rows), "unknown");
}

TEST(WebSocketMidstream, TheFifthFrameNeedNotEnd) {
  Conversation talk = begun();
  talk.client(asked + asked + asked + asked + client_frame(fin | binary_frame, std::string(2 * limits::websocket_midstream_bytes, 'x')));
  RowBatch rows;
  EXPECT_EQ(read(talk, {}, rows), "websocket");
}

TEST(WebSocketMidstream, OtherProtocolsAreNone) {
  const auto both = [](std::string_view client, std::string_view server) {
    Conversation talk = begun();
    for (int i = 0; i < 9; ++i) talk.client(client).server(server);
    return layers(talk);
  };
  EXPECT_EQ(both("\x82\x06\x00\x01\x00\x01/\x00"sv, "\x90\x03\x00\x01\x00"sv), "unknown") << "MQTT subscriptions";
  EXPECT_EQ(both(std::string(40, '\0'), std::string(40, '\0')), "unknown");
  EXPECT_EQ(both("\x01\x00\x01\x00\x00\x00\x04\x00\x0a\x00\x0b\xce"sv, "\x08\x00\x00\x00\x00\x00\x00\xce"sv), "unknown") << "AMQP";
  EXPECT_EQ(both("NOOP\r\n", "250 OK\r\n"), "unknown");
}

}  // namespace
}  // namespace longwire::test
