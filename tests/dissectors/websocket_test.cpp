// WebSockets behind their handshake: messages, control frames, how they end, and what is wrong in them.
#include "dissectors/websocket.h"

#include <gtest/gtest.h>

#include <map>

#include "capture/limits.h"
#include "tests/websocket_bytes.h"

namespace longwire::test {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string messages(const Conversation& talk, const std::string& columns, const DissectOptions& options = {}) {
  return rows_at_every_cut(talk, {"websocket_messages " + columns}, nullptr, options);
}
std::string websocket(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"websockets " + columns});
}
// "side offset code=detail" of each.
std::string anomalies(const Conversation& talk) {
  return rows_at_every_cut(talk, {"anomalies side code detail"});
}
std::string anomaly(std::string_view side, std::string_view code, std::string_view detail = "NULL") {
  return std::string("anomalies side=").append(side).append(" code=").append(code).append(" detail=").append(detail) + "\n";
}
DissectOptions keeping(std::size_t bytes) {
  DissectOptions options;
  options.websocket_payload = bytes;
  return options;
}

// ---- RFC 6455 section 5.7, example by example ----

TEST(WebSocket, SingleFrameTextMessagesUnmaskedAndMasked) {
  Conversation talk = opened();
  talk.server("\x81\x05Hello"sv).client("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"sv).close();
  EXPECT_EQ(messages(talk, "from_client opcode fragments wire_bytes bytes compressed masked valid_utf8 complete payload", keeping(100)),
            "websocket_messages from_client=0 opcode=text fragments=1 wire_bytes=7 bytes=5 compressed=0 masked=0 valid_utf8=1 complete=1 "
            "payload=Hello\n"
            "websocket_messages from_client=1 opcode=text fragments=1 wire_bytes=11 bytes=5 compressed=0 masked=1 valid_utf8=1 complete=1 "
            "payload=Hello\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(WebSocket, FragmentedTextMessage) {
  Conversation talk = opened();
  talk.server("\x01\x03Hel"sv).server("\x80\x02lo"sv).close();
  EXPECT_EQ(messages(talk, "opcode fragments wire_bytes bytes first_frame last_frame payload", keeping(100)),
            "websocket_messages opcode=text fragments=2 wire_bytes=9 bytes=5 first_frame=3 last_frame=4 payload=Hello\n");
}

TEST(WebSocket, PingRequestAndItsPong) {
  Conversation talk = opened();
  talk.server("\x89\x05Hello"sv).client("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"sv).close();
  EXPECT_EQ(
      messages(talk, "id from_client opcode bytes valid_utf8 answers_id rtt_ns payload", keeping(100)),
      "websocket_messages id=3000 from_client=0 opcode=ping bytes=5 valid_utf8=NULL answers_id=NULL rtt_ns=NULL payload=48656c6c6f\n"
      "websocket_messages id=4000 from_client=1 opcode=pong bytes=5 valid_utf8=NULL answers_id=3000 rtt_ns=1000000 payload=48656c6c6f\n");
}

TEST(WebSocket, BinaryMessagesOf256BytesAndOf64KiB) {
  Conversation talk = opened();
  talk.server("\x82\x7e\x01\x00"sv).server(std::string(256, '\x80'));
  talk.server("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv);
  talk.server(std::string(65536, '\xff')).server(server_frame(fin | binary_frame, "")).close();
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(rows_as_text(rows, {"websocket_messages opcode wire_bytes bytes valid_utf8 first_frame last_frame"}),
            "websocket_messages opcode=binary wire_bytes=260 bytes=256 valid_utf8=NULL first_frame=3 last_frame=4\n"
            "websocket_messages opcode=binary wire_bytes=65546 bytes=65536 valid_utf8=NULL first_frame=5 last_frame=6\n"
            "websocket_messages opcode=binary wire_bytes=2 bytes=0 valid_utf8=NULL first_frame=7 last_frame=7\n");
}

// ---- messages ----

TEST(WebSocket, ControlFramesBetweenFragments) {
  Conversation talk = opened();
  talk.client(client_frame(text_frame, "frag") + client_frame(fin | ping_frame, "x") + client_frame(continuation_frame, "men"));
  talk.server(server_frame(fin | pong_frame, "x")).client(client_frame(fin | continuation_frame, "ted")).close();
  EXPECT_EQ(messages(talk, "id from_client opcode fragments bytes first_frame last_frame", keeping(20)),
            "websocket_messages id=3000 from_client=1 opcode=ping fragments=1 bytes=1 first_frame=3 last_frame=3\n"
            "websocket_messages id=4000 from_client=0 opcode=pong fragments=1 bytes=1 first_frame=4 last_frame=4\n"
            "websocket_messages id=5000 from_client=1 opcode=text fragments=3 bytes=10 first_frame=3 last_frame=5\n");
  EXPECT_EQ(websocket(talk,
                      "client_messages server_messages client_bytes server_bytes client_frames server_frames client_wire_bytes "
                      "server_wire_bytes complete"),
            "websockets client_messages=1 server_messages=0 client_bytes=10 server_bytes=0 client_frames=4 server_frames=1 "
            "client_wire_bytes=35 server_wire_bytes=3 complete=1\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(WebSocket, FramesBehindTheResponseInItsPacket) {
  Conversation talk;
  const Conversation handshake = opened();
  talk.client(handshake.entries()[0].bytes).server(handshake.entries()[1].bytes + server_frame(fin | text_frame, "early")).close();
  EXPECT_EQ(messages(talk, "opcode bytes first_frame"), "websocket_messages opcode=text bytes=5 first_frame=2\n");
}

// A client that does not wait for the answer, against RFC 6455 section 4.1; it is read all the same.
TEST(WebSocket, FramesBehindTheRequestInItsPacket) {
  Conversation talk;
  const Conversation handshake = opened();
  talk.client(handshake.entries()[0].bytes + client_frame(fin | text_frame, "too early"));
  talk.server(handshake.entries()[1].bytes + server_frame(fin | text_frame, "welcome")).close();
  EXPECT_EQ(messages(talk, "from_client bytes first_frame"),
            "websocket_messages from_client=1 bytes=9 first_frame=1\nwebsocket_messages from_client=0 bytes=7 first_frame=2\n");
  EXPECT_EQ(websocket(talk, "client_messages server_messages pushes"), "websockets client_messages=1 server_messages=1 pushes=0\n");
}

TEST(WebSocket, ACharacterMayBeCutByFragments) {
  Conversation talk = opened();
  talk.client(client_frame(text_frame, "caf\xc3") + client_frame(fin | continuation_frame, "\xa9"));
  talk.client(client_frame(text_frame, "caf\xc3") + client_frame(fin | continuation_frame, "e")).close();
  EXPECT_EQ(messages(talk, "bytes valid_utf8 payload", keeping(4)),
            "websocket_messages bytes=5 valid_utf8=1 payload=caf\n"
            "websocket_messages bytes=5 valid_utf8=0 payload=caf\n");
  EXPECT_EQ(anomalies(talk), anomaly("client", "websocket.utf8"));
}

TEST(WebSocket, ATextThatEndsInsideACharacterIsNotUtf8) {
  Conversation talk = opened();
  talk.server(server_frame(fin | text_frame, "caf\xc3")).close();
  EXPECT_EQ(messages(talk, "valid_utf8 payload", keeping(10)), "websocket_messages valid_utf8=0 payload=caf\xc3\x83\n");
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.utf8"));
}

TEST(WebSocket, PayloadIsKeptAsFarAsAskedFor) {
  Conversation talk = opened();
  talk.server(server_frame(fin | text_frame, "12345678")).server(server_frame(fin | binary_frame, "\x00\xff\x10"sv));
  talk.client(client_frame(fin | text_frame, "")).client(client_frame(fin | close_frame, close_payload(1000, "bye"))).close();
  EXPECT_EQ(messages(talk, "bytes payload", keeping(2)),
            "websocket_messages bytes=8 payload=12\n"
            "websocket_messages bytes=3 payload=00ff\n"
            "websocket_messages bytes=0 payload=\n"
            "websocket_messages bytes=5 payload=03e8\n");
  EXPECT_EQ(messages(talk, "payload"),
            "websocket_messages payload=NULL\nwebsocket_messages payload=NULL\nwebsocket_messages payload=NULL\nwebsocket_messages "
            "payload=NULL\n");
}

// ---- permessage-deflate ----

TEST(WebSocket, CompressedMessagesWithTakeover) {
  Conversation talk = opened(agreed_deflate, agreed_deflate);
  talk.server(server_frame(fin | rsv1 | text_frame, "\xf2\x48\xcd\xc9\xc9\x07\x00"sv))
      .server(server_frame(fin | rsv1 | text_frame, "\xf2\x00\x11\x00\x00"sv));
  talk.client(client_frame(rsv1 | text_frame, "\xf2\x48\xcd"sv) + client_frame(fin | ping_frame, "") +
              client_frame(fin | continuation_frame, "\xc9\xc9\x07\x00"sv));
  talk.client(client_frame(fin | text_frame, "Hello")).close();
  EXPECT_EQ(messages(talk, "opcode fragments wire_bytes bytes compressed valid_utf8 payload", keeping(100)),
            "websocket_messages opcode=text fragments=1 wire_bytes=9 bytes=5 compressed=1 valid_utf8=1 payload=Hello\n"
            "websocket_messages opcode=text fragments=1 wire_bytes=7 bytes=5 compressed=1 valid_utf8=1 payload=Hello\n"
            "websocket_messages opcode=ping fragments=1 wire_bytes=6 bytes=0 compressed=0 valid_utf8=NULL payload=\n"
            "websocket_messages opcode=text fragments=2 wire_bytes=19 bytes=5 compressed=1 valid_utf8=1 payload=Hello\n"
            "websocket_messages opcode=text fragments=1 wire_bytes=11 bytes=5 compressed=0 valid_utf8=1 payload=Hello\n");
  EXPECT_EQ(websocket(talk, "extensions client_bytes server_bytes"),
            "websockets extensions=permessage-deflate client_bytes=10 server_bytes=10\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(WebSocket, UtfIsCheckedBehindInflation) {
  Conversation talk = opened(agreed_deflate, agreed_deflate);
  talk.server(server_frame(fin | rsv1 | text_frame, deflated("caf\xc3\xa9")))
      .server(server_frame(fin | rsv1 | text_frame, deflated("caf\xe9")))
      .close();
  EXPECT_EQ(messages(talk, "bytes valid_utf8"), "websocket_messages bytes=5 valid_utf8=1\nwebsocket_messages bytes=4 valid_utf8=0\n");
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.utf8"));
}

TEST(WebSocket, CompressedMessagesBehindAHoleKeepTheirSize) {
  Conversation talk = opened(agreed_deflate, agreed_deflate);
  const std::string hello = server_frame(fin | rsv1 | text_frame, "\xf2\x48\xcd\xc9\xc9\x07\x00"sv);
  talk.server(std::string_view(hello).substr(0, 4)).gap(Side::server, hello.size() - 4);
  talk.server(server_frame(fin | rsv1 | text_frame, "\xf2\x00\x11\x00\x00"sv)).close();
  EXPECT_EQ(messages(talk, "wire_bytes bytes compressed valid_utf8 complete payload", keeping(100)),
            "websocket_messages wire_bytes=9 bytes=NULL compressed=1 valid_utf8=NULL complete=0 payload=H\n"
            "websocket_messages wire_bytes=7 bytes=5 compressed=1 valid_utf8=NULL complete=1 payload=NULL\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(WebSocket, WhatCannotBeInflated) {
  Conversation talk = opened(agreed_deflate, agreed_deflate);
  talk.server(server_frame(fin | rsv1 | binary_frame, "\xff\xff\xff")).server(server_frame(fin | binary_frame, "plain")).close();
  EXPECT_EQ(messages(talk, "bytes compressed complete"),
            "websocket_messages bytes=NULL compressed=1 complete=1\n"
            "websocket_messages bytes=5 compressed=0 complete=1\n");
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.deflate"));
}

TEST(WebSocket, ADeflateBombIsALimit) {
  Conversation talk = opened(agreed_deflate, agreed_deflate);
  talk.server(server_frame(fin | rsv1 | binary_frame, deflated(std::string(32 << 20, '\0'))))
      .server(server_frame(fin | text_frame, "on"))
      .close();
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(rows_as_text(rows, {"websocket_messages opcode bytes complete", "websockets server_messages limited", "anomalies side code"}),
            "websocket_messages opcode=binary bytes=NULL complete=1\n"
            "websocket_messages opcode=text bytes=2 complete=1\n"
            "websockets server_messages=2 limited=1\n"
            "anomalies side=server code=websocket.limit\n");
}

// Each of them is stopped; with takeover all behind the first one refer to what was not inflated.
TEST(WebSocket, ManyDeflateBombsOnOneConnection) {
  const std::string bomb = server_frame(fin | rsv1 | binary_frame, deflated(std::string(32 << 20, '\0')));
  Conversation talk = opened(agreed_deflate, agreed_deflate);
  for (int i = 0; i < 5; ++i) talk.server(bomb);
  talk.server(server_frame(fin | text_frame, "on")).close();
  RowBatch rows;
  read(talk, {}, rows);
  std::string all;
  for (int i = 0; i < 5; ++i) all += "websocket_messages opcode=binary bytes=NULL complete=1\n";
  all += "websocket_messages opcode=text bytes=2 complete=1\nwebsockets server_messages=6 server_bytes=2 limited=1\n";
  for (int i = 0; i < 5; ++i) all += "anomalies code=websocket.limit\n";
  EXPECT_EQ(
      rows_as_text(rows, {"websocket_messages opcode bytes complete", "websockets server_messages server_bytes limited", "anomalies code"}),
      all);
}

// ---- pings and pongs ----

TEST(WebSocket, APongMayAnswerOnlyTheLatestPing) {
  Conversation talk = opened();
  talk.client(client_frame(fin | ping_frame, "1")).client(client_frame(fin | ping_frame, "2")).server(server_frame(fin | pong_frame, "2"));
  talk.server(server_frame(fin | pong_frame, "1")).server(server_frame(fin | pong_frame, "")).close();
  EXPECT_EQ(messages(talk, "id opcode answers_id rtt_ns"),
            "websocket_messages id=3000 opcode=ping answers_id=NULL rtt_ns=NULL\n"
            "websocket_messages id=4000 opcode=ping answers_id=NULL rtt_ns=NULL\n"
            "websocket_messages id=5000 opcode=pong answers_id=4000 rtt_ns=1000000\n"
            "websocket_messages id=6000 opcode=pong answers_id=NULL rtt_ns=NULL\n"
            "websocket_messages id=7000 opcode=pong answers_id=NULL rtt_ns=NULL\n");
}

TEST(WebSocket, PingsThatNobodyAnswersAreNotRememberedForever) {
  Conversation talk = opened();
  for (std::uint64_t i = 0; i < limits::websocket_pings + 3; ++i) talk.server(server_frame(fin | ping_frame, std::to_string(i)));
  talk.close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.limit", "pings without a pong"));
  EXPECT_EQ(websocket(talk, "limited"), "websockets limited=1\n");
}

TEST(WebSocket, SoManyPingsInOnePacketAreToldWhereTheyStand) {
  Conversation talk = opened();
  std::string pings;
  for (std::uint64_t i = 0; i < limits::websocket_pings + 3; ++i) pings += server_frame(fin | ping_frame, "");
  talk.server(pings).close();
  const std::uint64_t first_too_many = opened().entries()[1].bytes.size() + 2 * limits::websocket_pings;
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies offset code"}),
            "anomalies offset=" + std::to_string(first_too_many) + " code=websocket.limit\n");
}

// ---- the end ----

constexpr const char* ending = "end_cause closed_by close_code close_reason close_answered answer_code";

TEST(WebSocket, CloseFrameAndItsAnswer) {
  Conversation talk = opened();
  talk.client(client_frame(fin | close_frame, close_payload(1001, "going away")))
      .server(server_frame(fin | close_frame, close_payload(1001)))
      .close();
  EXPECT_EQ(websocket(talk, ending),
            "websockets end_cause=close closed_by=client close_code=1001 close_reason=going away close_answered=1 answer_code=1001\n");
  EXPECT_EQ(messages(talk, "from_client opcode bytes valid_utf8"),
            "websocket_messages from_client=1 opcode=close bytes=12 valid_utf8=1\n"
            "websocket_messages from_client=0 opcode=close bytes=2 valid_utf8=NULL\n");
}

TEST(WebSocket, CloseFrameWithoutACodeAndWithoutAnAnswer) {
  Conversation talk = opened();
  talk.server(server_frame(fin | close_frame, "")).end(Side::client, End::rst).end(Side::server, End::rst);
  EXPECT_EQ(websocket(talk, ending),
            "websockets end_cause=close closed_by=server close_code=1005 close_reason= close_answered=0 answer_code=NULL\n");
}

TEST(WebSocket, CloseFramesThatCross) {
  Conversation talk = opened();
  talk.server(server_frame(fin | close_frame, close_payload(1000)))
      .client(client_frame(fin | close_frame, close_payload(4001, "mine")))
      .close();
  EXPECT_EQ(websocket(talk, ending),
            "websockets end_cause=close closed_by=server close_code=1000 close_reason= close_answered=1 answer_code=4001\n");
}

// What applications report as 1006.
TEST(WebSocket, FinWithoutACloseFrame) {
  Conversation talk = opened();
  talk.client(client_frame(fin | text_frame, "hi")).end(Side::server, End::fin).end(Side::client, End::fin);
  EXPECT_EQ(websocket(talk, ending),
            "websockets end_cause=fin closed_by=server close_code=NULL close_reason=NULL close_answered=NULL answer_code=NULL\n");
  EXPECT_EQ(websocket(talk, "start_ns last_ns end_ns longest_silence_ns first_frame last_frame"),
            "websockets start_ns=1700000000002000000 last_ns=1700000000003000000 end_ns=1700000000004000000 longest_silence_ns=1000000 "
            "first_frame=2 last_frame=4\n");
}

// The client's Close frame is no answer to anything: the server had gone before, and its application reports 1006.
TEST(WebSocket, ACloseFrameBehindTheOtherSidesFinComesTooLate) {
  Conversation talk = opened();
  talk.client(client_frame(fin | text_frame, "hi")).end(Side::server, End::fin);
  talk.client(client_frame(fin | close_frame, close_payload(1000))).end(Side::client, End::fin);
  EXPECT_EQ(websocket(talk, ending),
            "websockets end_cause=fin closed_by=server close_code=1000 close_reason= close_answered=0 answer_code=NULL\n");
}

TEST(WebSocket, Reset) {
  Conversation talk = opened();
  talk.facts.closed_first_known = true;
  talk.facts.closed_first = Side::client;
  talk.close(End::rst);
  EXPECT_EQ(websocket(talk, "end_cause closed_by"), "websockets end_cause=rst closed_by=client\n");
}

TEST(WebSocket, StillOpenAtTheEndOfTheCapture) {
  Conversation talk = opened();
  talk.server(server_frame(fin | text_frame, "hi"));
  EXPECT_EQ(websocket(talk, "end_cause closed_by end_ns last_frame"),
            "websockets end_cause=open closed_by=NULL end_ns=NULL last_frame=3\n");
}

// The server said something, was heard of for a second longer, and nobody acknowledged it.
TEST(WebSocket, Silence) {
  for (const bool acknowledged : {false, true}) {
    Conversation talk = opened();
    talk.server(server_frame(fin | text_frame, "anybody?"));
    talk.facts.side[index(Side::server)].acknowledged = packet_time(acknowledged ? 3 : 2);
    for (int i = 0; i < 1001; ++i) talk.client("");  // packets of others: time goes on
    talk.end(Side::server, End::fin);
    EXPECT_EQ(websocket(talk, "end_cause closed_by"),
              acknowledged ? "websockets end_cause=fin closed_by=server\n" : "websockets end_cause=silence closed_by=server\n");
  }
}

TEST(WebSocket, LongestSilenceIsBetweenFrames) {
  Conversation talk = opened();
  for (int i = 0; i < 5; ++i) talk.client("");
  talk.server(server_frame(fin | text_frame, "one"));  // after 6 ms
  talk.client(client_frame(fin | text_frame, "two"));
  for (int i = 0; i < 3; ++i) talk.client("");
  talk.close();
  EXPECT_EQ(websocket(talk, "longest_silence_ns"), "websockets longest_silence_ns=6000000\n");
}

TEST(WebSocket, WhatTheServerSaysUnasked) {
  Conversation talk = opened();
  talk.server(server_frame(fin | text_frame, "welcome"));  // before the client has said anything
  talk.client(client_frame(fin | text_frame, "question")).server(server_frame(fin | text_frame, "answer"));
  talk.server(server_frame(fin | ping_frame, "")).client(client_frame(fin | pong_frame, "")).server("");
  talk.server(server_frame(fin | binary_frame, "more of it")).close();
  EXPECT_EQ(websocket(talk, "pushes client_bytes_max server_bytes_max longest_pause_ns longest_silence_ns deflated_bytes"),
            "websockets pushes=2 client_bytes_max=8 server_bytes_max=10 longest_pause_ns=4000000 longest_silence_ns=2000000 "
            "deflated_bytes=NULL\n");
}

TEST(WebSocket, WhatCompressionSaves) {
  Conversation talk = opened(agreed_deflate, agreed_deflate);
  talk.server(server_frame(fin | rsv1 | text_frame, "\xf2\x48\xcd\xc9\xc9\x07\x00"sv)).client(client_frame(fin | text_frame, "plain"));
  talk.server(server_frame(fin | rsv1 | text_frame, "\xf2\x00\x11\x00\x00"sv)).close();
  EXPECT_EQ(websocket(talk, "deflated_bytes inflated_bytes"), "websockets deflated_bytes=16 inflated_bytes=10\n");
}

// ---- bad input: told, and read on where framing survives ----

TEST(WebSocket, MaskingOfTheWrongSide) {
  Conversation talk = opened();
  talk.client(server_frame(fin | text_frame, "bare") + server_frame(fin | text_frame, "again"));
  talk.server(client_frame(fin | text_frame, "masked")).close();
  EXPECT_EQ(anomalies(talk), anomaly("client", "websocket.mask.missing") + anomaly("server", "websocket.mask.unexpected"));
  EXPECT_EQ(messages(talk, "from_client masked payload", keeping(10)),
            "websocket_messages from_client=1 masked=0 payload=bare\n"
            "websocket_messages from_client=1 masked=0 payload=again\n"
            "websocket_messages from_client=0 masked=1 payload=masked\n");
}

TEST(WebSocket, ReservedBitsThatNothingExplains) {
  Conversation talk = opened();
  talk.server(server_frame(fin | rsv1 | text_frame, "\xf2\x48") + server_frame(fin | rsv2 | ping_frame, "") +
              server_frame(fin | text_frame, "on"))
      .close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.rsv", "100") + anomaly("server", "websocket.rsv", "010"));
  EXPECT_EQ(messages(talk, "opcode bytes compressed valid_utf8"),
            "websocket_messages opcode=text bytes=NULL compressed=0 valid_utf8=NULL\n"
            "websocket_messages opcode=ping bytes=0 compressed=0 valid_utf8=NULL\n"
            "websocket_messages opcode=text bytes=2 compressed=0 valid_utf8=1\n");
}

TEST(WebSocket, Rsv1StandsInTheFirstFrameOfAMessageAlone) {
  Conversation talk = opened(agreed_deflate, agreed_deflate);
  talk.server(server_frame(rsv1 | text_frame, "\xf2\x48\xcd"sv) + server_frame(fin | rsv1 | continuation_frame, "\xc9\xc9\x07\x00"sv));
  talk.server(server_frame(fin | rsv1 | ping_frame, "")).close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.rsv", "100") + anomaly("server", "websocket.rsv", "100"));
  EXPECT_EQ(messages(talk, "opcode bytes compressed"),
            "websocket_messages opcode=text bytes=5 compressed=1\nwebsocket_messages opcode=ping bytes=0 compressed=0\n");
}

TEST(WebSocket, ReservedBitsOfAnotherExtensionAreNotOdd) {
  constexpr std::string_view other = "Sec-WebSocket-Extensions: x-other\r\n";
  Conversation talk = opened(other, other);
  talk.server(server_frame(fin | rsv2 | text_frame, "\xff")).close();
  EXPECT_EQ(anomalies(talk), "");
  EXPECT_EQ(messages(talk, "bytes valid_utf8"), "websocket_messages bytes=NULL valid_utf8=NULL\n");
}

TEST(WebSocket, ReservedOpcodesAreNoMessages) {
  Conversation talk = opened();
  talk.server(server_frame(fin | 3, "data") + server_frame(fin | 11, std::string(200, 'x')) + server_frame(fin | text_frame, "on")).close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.opcode", "opcode 3, 4 bytes") +
                                 anomaly("server", "websocket.opcode", "opcode 11, 200 bytes") +
                                 anomaly("server", "websocket.control.length", "200 bytes"));
  EXPECT_EQ(messages(talk, "opcode"), "websocket_messages opcode=text\n");
  EXPECT_EQ(websocket(talk, "server_messages server_frames"), "websockets server_messages=1 server_frames=3\n");
}

TEST(WebSocket, ControlFramesThatAreTooLongOrFragmented) {
  Conversation talk = opened();
  talk.server(server_frame(fin | ping_frame, std::string(126, 'x')) + server_frame(pong_frame, "a") + server_frame(fin | text_frame, "on"))
      .close();
  EXPECT_EQ(anomalies(talk),
            anomaly("server", "websocket.control.length", "126 bytes") + anomaly("server", "websocket.control.fragmented", "pong"));
  EXPECT_EQ(messages(talk, "opcode wire_bytes bytes complete"),
            "websocket_messages opcode=ping wire_bytes=130 bytes=126 complete=1\n"
            "websocket_messages opcode=pong wire_bytes=3 bytes=1 complete=1\n"
            "websocket_messages opcode=text wire_bytes=4 bytes=2 complete=1\n");
}

TEST(WebSocket, FragmentsOutOfOrder) {
  Conversation talk = opened();
  talk.server(server_frame(fin | continuation_frame, "of nothing") + server_frame(text_frame, "begun") +
              server_frame(fin | text_frame, "on"))
      .close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.continuation") +
                                 anomaly("server", "websocket.unfinished", "a message begins before the last one is finished"));
  EXPECT_EQ(messages(talk, "fragments bytes complete valid_utf8"),
            "websocket_messages fragments=1 bytes=5 complete=0 valid_utf8=NULL\n"
            "websocket_messages fragments=1 bytes=2 complete=1 valid_utf8=1\n");
  EXPECT_EQ(websocket(talk, "server_messages"), "websockets server_messages=1\n");
}

TEST(WebSocket, LengthsThatAreLongerThanNeeded) {
  Conversation talk = opened();
  talk.server("\x81\x7e\x00\x02hi"sv).server("\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x02hi"sv).close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.length.form") + anomaly("server", "websocket.length.form"));
  EXPECT_EQ(messages(talk, "wire_bytes bytes"), "websocket_messages wire_bytes=6 bytes=2\nwebsocket_messages wire_bytes=12 bytes=2\n");
}

TEST(WebSocket, ALengthFrom2To63OnEndsTheFraming) {
  Conversation talk = opened();
  talk.server("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"sv).server("whatever").client(client_frame(fin | text_frame, "on")).close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.length", "9223372036854775808 bytes") +
                                 anomaly("server", "channel.passed_over", "8 bytes before this"));
  EXPECT_EQ(messages(talk, "from_client bytes"), "websocket_messages from_client=1 bytes=2\n");
  EXPECT_EQ(websocket(talk, "complete"), "websockets complete=0\n");
}

// What is then known of the message before is told where that was known, however the bytes behind it come.
TEST(WebSocket, SuchALengthEndsAMessageThatIsOpen) {
  Conversation talk = opened();
  talk.server(server_frame(text_frame, "\xff") + "\x80\x7f\x80\x00\x00\x00\x00\x00\x00\x00whatever"s).close();
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies code offset"}),
            "anomalies code=websocket.length offset=132\n"
            "anomalies code=websocket.utf8 offset=132\n"
            "anomalies code=channel.passed_over offset=150\n");
}

TEST(WebSocket, ALengthJustBelowIsWaitedForInVain) {
  Conversation talk = opened();
  talk.server("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"sv).server("whatever").close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.short"));
  EXPECT_EQ(messages(talk, "opcode wire_bytes bytes complete"), "websocket_messages opcode=binary wire_bytes=18 bytes=8 complete=0\n");
}

TEST(WebSocket, CloseFramesThatSayWhatTheyMayNot) {
  Conversation talk = opened();
  talk.server(server_frame(fin | close_frame, "\x03")).client(client_frame(fin | close_frame, close_payload(1006, "lost\xff"))).close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.close.length") + anomaly("client", "websocket.close.code", "1006") +
                                 anomaly("client", "websocket.utf8"));
  EXPECT_EQ(websocket(talk, ending),
            "websockets end_cause=close closed_by=server close_code=1005 close_reason= close_answered=1 answer_code=1006\n");
  EXPECT_EQ(messages(talk, "from_client valid_utf8"),
            "websocket_messages from_client=0 valid_utf8=NULL\nwebsocket_messages from_client=1 valid_utf8=0\n");
}

TEST(WebSocket, FramesBehindACloseFrame) {
  Conversation talk = opened();
  talk.server(server_frame(fin | close_frame, close_payload(1000)) + server_frame(fin | text_frame, "more") +
              server_frame(fin | text_frame, "and more"))
      .close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.data_after_close"));
  EXPECT_EQ(websocket(talk, "server_messages"), "websockets server_messages=2\n");
}

TEST(WebSocket, ClosedInsideAFrame) {
  Conversation talk = opened();
  talk.client(std::string_view(client_frame(fin | text_frame, "cut short")).substr(0, 10)).server("\x89\x05He").close();
  EXPECT_EQ(anomalies(talk), anomaly("client", "websocket.short") + anomaly("server", "websocket.short"));
  EXPECT_EQ(messages(talk, "opcode wire_bytes bytes valid_utf8 complete"),
            "websocket_messages opcode=text wire_bytes=10 bytes=4 valid_utf8=NULL complete=0\n"
            "websocket_messages opcode=ping wire_bytes=4 bytes=2 valid_utf8=NULL complete=0\n");
}

TEST(WebSocket, ClosedBetweenFragments) {
  Conversation talk = opened();
  talk.client(client_frame(text_frame, "begun")).close();
  EXPECT_EQ(anomalies(talk), anomaly("client", "websocket.short"));
}

TEST(WebSocket, ClosedInsideAFrameHeader) {
  Conversation talk = opened();
  talk.client("\x81").close();
  EXPECT_EQ(anomalies(talk), anomaly("client", "websocket.short"));
  EXPECT_EQ(messages(talk, "opcode"), "");
}

// Two bytes make an oddity: a stream of them must not make a row of each, whoever sends them, and however it sleeps in between.
TEST(WebSocket, AFloodOfFaultsIsNoFloodOfRows) {
  Conversation talk = opened();
  std::string flood, answer;
  for (std::uint64_t i = 0; i < limits::repeated_anomalies + 20; ++i) {
    flood += frame_header(fin | rsv2 | 3, 0) + frame_header(fin | continuation_frame, 0);
    if (i % 2 == 0) answer += frame_header(fin | rsv2 | 3, 0);
  }
  talk.server(flood).client(answer).server(server_frame(fin | text_frame, "on")).close();
  RowBatch rows;
  rows_at_every_cut(talk);
  read(talk, {}, rows);
  std::map<std::string_view, std::uint64_t> told;
  for (const AnomalyRow& each : rows.rows<AnomalyRow>()) ++told[each.code];
  EXPECT_EQ(told, (std::map<std::string_view, std::uint64_t>{{"websocket.opcode", limits::repeated_anomalies},
                                                             {"websocket.rsv", limits::repeated_anomalies},
                                                             {"websocket.continuation", limits::repeated_anomalies},
                                                             {"websocket.mask.missing", 1}}));
  EXPECT_EQ(rows_as_text(rows, {"websockets client_frames server_frames server_messages"}),
            "websockets client_frames=60 server_frames=241 server_messages=1\n");
}

TEST(WebSocket, AHandshakeThatDoesNotAddUp) {
  Conversation talk;
  talk.client("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 99\r\n\r\n");
  talk.server("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: chat\r\n\r\n");
  talk.server(server_frame(fin | text_frame, "all the same")).close();
  EXPECT_EQ(anomalies(talk), anomaly("server", "websocket.handshake.version", "99") + anomaly("server", "websocket.handshake.key") +
                                 anomaly("server", "websocket.handshake.accept") +
                                 anomaly("server", "websocket.handshake.subprotocol", "chat"));
  EXPECT_EQ(websocket(talk, "version accept_valid subprotocol server_messages"),
            "websockets version=99 accept_valid=NULL subprotocol=chat server_messages=1\n");
}

// ---- holes ----

TEST(WebSocket, AHoleInsideAFrameIsBridged) {
  const std::string text = server_frame(fin | text_frame, "some text");
  Conversation talk = opened();
  talk.server(std::string_view(text).substr(0, 5))
      .gap(Side::server, 3)
      .server(text.substr(8) + server_frame(fin | text_frame, "on"))
      .close();
  EXPECT_EQ(messages(talk, "wire_bytes bytes valid_utf8 complete"),
            "websocket_messages wire_bytes=11 bytes=9 valid_utf8=NULL complete=0\n"
            "websocket_messages wire_bytes=4 bytes=2 valid_utf8=1 complete=1\n");
  EXPECT_EQ(websocket(talk, "server_messages complete"), "websockets server_messages=1 complete=0\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(WebSocket, AHoleUpToTheEndOfAFrame) {
  const std::string ping = server_frame(fin | ping_frame, "0123");
  Conversation talk = opened();
  talk.server(std::string_view(ping).substr(0, 3)).gap(Side::server, 3).server(server_frame(fin | text_frame, "on")).close();
  EXPECT_EQ(messages(talk, "opcode wire_bytes bytes complete"),
            "websocket_messages opcode=ping wire_bytes=6 bytes=4 complete=0\n"
            "websocket_messages opcode=text wire_bytes=4 bytes=2 complete=1\n");
}

TEST(WebSocket, BehindAnyOtherHoleFramesAreFoundWhereTheyAreCertain) {
  Conversation talk = opened();
  talk.server(server_frame(text_frame, "one and")).gap(Side::server, 20).server(" rest of something");
  for (int i = 0; i < 6; ++i) talk.server(server_frame(fin | text_frame, "number " + std::to_string(i)));
  talk.close();
  EXPECT_EQ(messages(talk, "bytes complete first_frame"),
            "websocket_messages bytes=7 complete=0 first_frame=3\n"
            "websocket_messages bytes=8 complete=1 first_frame=6\n"
            "websocket_messages bytes=8 complete=1 first_frame=7\n"
            "websocket_messages bytes=8 complete=1 first_frame=8\n"
            "websocket_messages bytes=8 complete=1 first_frame=9\n"
            "websocket_messages bytes=8 complete=1 first_frame=10\n"
            "websocket_messages bytes=8 complete=1 first_frame=11\n");
  EXPECT_EQ(anomalies(talk), anomaly("server", "channel.passed_over", "18 bytes before this"));
}

TEST(WebSocket, WhereTheyAreNotCertainTheRestIsPassedOver) {
  Conversation talk = opened();
  talk.server(server_frame(fin | text_frame, "one")).gap(Side::server, 20).server(server_frame(fin | text_frame, "two"));
  talk.client(client_frame(fin | text_frame, "the other side is not concerned")).close();
  EXPECT_EQ(messages(talk, "from_client bytes"), "websocket_messages from_client=0 bytes=3\nwebsocket_messages from_client=1 bytes=31\n");
  EXPECT_EQ(anomalies(talk), anomaly("server", "channel.passed_over", "5 bytes before this"));
}

// ---- drafts ----

TEST(WebSocket, EarlyDraftsAreNamedAndNotRead) {
  Conversation talk;
  talk.client(
      "GET /demo HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\nSec-WebSocket-Protocol: "
      "sample\r\n"
      "Upgrade: WebSocket\r\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nOrigin: http://example.com\r\n\r\n^n:ds[4U");
  talk.server(
      "HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Origin: "
      "http://example.com\r\n"
      "Sec-WebSocket-Location: ws://example.com/demo\r\nSec-WebSocket-Protocol: sample\r\n\r\n8jKS'y:G*Co,Wxa-");
  talk.client("\x00text\xff"sv).close();
  EXPECT_EQ(websocket(talk, "version subprotocol origin accept_valid client_messages end_cause complete"),
            "websockets version=hixie-76 subprotocol=sample origin=http://example.com accept_valid=NULL client_messages=NULL end_cause=fin "
            "complete=NULL\n");
  EXPECT_EQ(messages(talk, "opcode"), "");
  EXPECT_EQ(anomalies(talk), "");
}

}  // namespace
}  // namespace longwire::test
