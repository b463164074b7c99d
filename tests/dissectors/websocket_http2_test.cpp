// WebSockets on streams of HTTP/2: extended CONNECT (RFC 8441).
#include <gtest/gtest.h>

#include "tests/http2_bytes.h"
#include "tests/websocket_bytes.h"

namespace longwire::test {
namespace {

using namespace h2;
using namespace std::string_view_literals;

// The example of RFC 8441 section 5.1, with further fields of the request.
std::string opening(std::uint32_t stream, const std::string& more = {}) {
  return headers(stream, field(":method", "CONNECT") + field(":protocol", "websocket") + field(":scheme", "https") +
                             field(":path", "/chat") + field(":authority", "server.example.com") +
                             field("sec-websocket-protocol", "chat, superchat") + field("sec-websocket-extensions", "permessage-deflate") +
                             field("sec-websocket-version", "13") + field("origin", "http://www.example.com") + more);
}

Conversation begun() {
  Conversation talk;
  talk.client(client_start()).server(settings() + settings_ack());
  return talk;
}

std::string websockets(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"websockets " + columns});
}

TEST(WebSocketOverHttp2, AStreamCarriesMessages) {
  Conversation talk = begun();
  talk.client(opening(1, field("cookie", "a=b")))
      .server(response(1, "200", 0, field("sec-websocket-protocol", "chat")))
      .client(data(1, client_frame(fin | text_frame, "hello")) + data(1, client_frame(fin | ping_frame, "")))
      .server(data(1, server_frame(text_frame, "in two ")) +
              data(1, server_frame(fin | continuation_frame, "frames") + server_frame(fin | pong_frame, "")))
      .client(data(1, client_frame(fin | close_frame, close_payload(1000))))
      .server(data(1, server_frame(fin | close_frame, close_payload(1000)), end_stream))
      .client(data(1, "", end_stream))
      .close();
  EXPECT_EQ(
      websockets(
          talk,
          "id exchange_id stream_id version offered_subprotocols subprotocol offered_extensions extensions origin cookie accept_valid"),
      "websockets id=3000 exchange_id=3000 stream_id=1 version=13 offered_subprotocols=chat, superchat subprotocol=chat"
      " offered_extensions=permessage-deflate extensions=NULL origin=http://www.example.com cookie=1 accept_valid=NULL\n");
  EXPECT_EQ(websockets(talk,
                       "client_messages server_messages client_bytes server_bytes end_cause close_code closed_by close_answered start_ns "
                       "end_ns complete"),
            "websockets client_messages=1 server_messages=1 client_bytes=5 server_bytes=13 end_cause=close close_code=1000 "
            "closed_by=client close_answered=1"
            " start_ns=1700000000004000000 end_ns=1700000000008000000 complete=1\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"websocket_messages websocket_id from_client opcode fragments bytes answers_id"}),
            "websocket_messages websocket_id=3000 from_client=1 opcode=text fragments=1 bytes=5 answers_id=NULL\n"
            "websocket_messages websocket_id=3000 from_client=1 opcode=ping fragments=1 bytes=0 answers_id=NULL\n"
            "websocket_messages websocket_id=3000 from_client=0 opcode=text fragments=2 bytes=13 answers_id=NULL\n"
            "websocket_messages websocket_id=3000 from_client=0 opcode=pong fragments=1 bytes=0 answers_id=5001\n"
            "websocket_messages websocket_id=3000 from_client=1 opcode=close fragments=1 bytes=2 answers_id=NULL\n"
            "websocket_messages websocket_id=3000 from_client=0 opcode=close fragments=1 bytes=2 answers_id=NULL\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies code detail"}), "");
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges method path status upgraded_to"}),
            "http_exchanges method=CONNECT path=/chat status=200 upgraded_to=websocket\n");
}

TEST(WebSocketOverHttp2, StreamsBesideOneAnotherAreWebSocketsOfTheirOwn) {
  Conversation talk = begun();
  talk.client(opening(1) + opening(3)).server(response(1) + response(3));
  talk.client(data(1, client_frame(fin | text_frame, "first")) + data(3, client_frame(fin | text_frame, "second one")));
  talk.server(data(3, server_frame(fin | text_frame, "3")) + data(1, "", end_stream)).client(rst_stream(3, 8)).close();
  EXPECT_EQ(websockets(talk, "stream_id client_bytes server_bytes end_cause closed_by"),
            "websockets stream_id=3 client_bytes=10 server_bytes=1 end_cause=rst closed_by=client\n"
            "websockets stream_id=1 client_bytes=5 server_bytes=0 end_cause=fin closed_by=server\n");
}

TEST(WebSocketOverHttp2, AConnectionThatIsResetResetsAll) {
  Conversation talk = begun();
  talk.facts.close = ConnectionFacts::Close::rst;
  talk.facts.closed_first_known = true;
  talk.facts.closed_first = Side::server;
  talk.client(opening(1)).server(response(1)).close(End::rst);
  EXPECT_EQ(websockets(talk, "end_cause closed_by"), "websockets end_cause=rst closed_by=server\n");
}

TEST(WebSocketOverHttp2, ARefusalLeavesNoWebSocket) {
  Conversation talk = begun();
  talk.client(opening(1)).server(response(1, "403", end_stream)).close();
  EXPECT_EQ(websockets(talk, "id"), "");
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges method status upgraded_to"}),
            "http_exchanges method=CONNECT status=403 upgraded_to=NULL\n");
}

TEST(WebSocketOverHttp2, MessagesAreCompressedAsInHttp1) {
  Conversation talk = begun();
  talk.client(opening(1)).server(response(1, "200", 0, field("sec-websocket-extensions", "permessage-deflate")));
  const std::string hello = server_frame(fin | rsv1 | text_frame, "\xf2\x48\xcd\xc9\xc9\x07\x00"sv);
  talk.server(data(1, hello.substr(0, 3)) + data(1, hello.substr(3)));  // frames of the one need not be frames of the other
  talk.server(data(1, server_frame(fin | rsv1 | text_frame, "\xf2\x00\x11\x00\x00"sv))).close();
  EXPECT_EQ(rows_at_every_cut(talk, {"websocket_messages wire_bytes bytes compressed valid_utf8"}),
            "websocket_messages wire_bytes=9 bytes=5 compressed=1 valid_utf8=1\n"
            "websocket_messages wire_bytes=7 bytes=5 compressed=1 valid_utf8=1\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies code detail"}), "");
}

TEST(WebSocketOverHttp2, WhatIsWrongInItsFramesIsToldWithItsLayers) {
  Conversation talk = begun();
  talk.client(opening(1)).server(response(1)).client(data(1, server_frame(fin | text_frame, "bare"))).close();
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies side layers code"}),
            "anomalies side=client layers=http2/websocket code=websocket.mask.missing\n");
}

// RFC 8441 section 5: key and accept have no place in it, though a bridge may send them on.
TEST(WebSocketOverHttp2, KeysMeanNothingAndVersionsDo) {
  Conversation talk = begun();
  talk.client(headers(1, field(":method", "CONNECT") + field(":protocol", "websocket") + field(":scheme", "https") + field(":path", "/") +
                             field(":authority", "a") + field("sec-websocket-version", "12") + field("sec-websocket-key", "eA==")))
      .server(response(1, "200", 0, field("sec-websocket-protocol", "chat")))
      .close();
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies code detail", "websockets accept_valid"}),
            "anomalies code=websocket.handshake.version detail=12\n"
            "anomalies code=websocket.handshake.subprotocol detail=chat\n"
            "websockets accept_valid=NULL\n");
}

}  // namespace
}  // namespace longwire::test
