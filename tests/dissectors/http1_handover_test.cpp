// Where an HTTP/1.x connection becomes something else: 101 (RFC 9110 section 15.2.2) and CONNECT (section 9.3.6). The
// next reader begins at the exact byte.
#include <gtest/gtest.h>

#include "dissectors/http1.h"
#include "tests/conversation.h"

namespace longwire::test {
namespace {

std::string layers(const Conversation& talk) {
  RowBatch rows;
  return read(talk, {}, rows);
}
std::string exchanges(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http_exchanges " + columns});
}

constexpr std::string_view websocket_request =
    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view websocket_response = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n";

TEST(Http1Handover, WebSocket) {
  Conversation talk;
  talk.client(websocket_request).server(std::string(websocket_response) + "\x81\x02hi").client("\x88\x80mask").close();
  EXPECT_EQ(exchanges(talk, "path status upgraded_to persistent response_body_bytes complete"),
            "http_exchanges path=/chat status=101 upgraded_to=WebSocket persistent=0 response_body_bytes=0 complete=1\n");
  EXPECT_EQ(layers(talk), "http1/websocket");
}

TEST(Http1Handover, RefusedUpgradeStaysHttp) {
  Conversation talk;
  talk.client(
          "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
          "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
      .server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
      .close();
  EXPECT_EQ(exchanges(talk, "path status upgraded_to complete"),
            "http_exchanges path=/ status=200 upgraded_to=NULL complete=1\n"
            "http_exchanges path=/2 status=404 upgraded_to=NULL complete=1\n");
  EXPECT_EQ(layers(talk), "http1");
}

TEST(Http1Handover, ClientBytesBehindAnUpgradeAreNotRequests) {
  Conversation talk;
  talk.client(std::string(websocket_request) + "GET /not-http HTTP/1.1\r\n\r\n").server(websocket_response).close();
  EXPECT_EQ(exchanges(talk, "path status complete"), "http_exchanges path=/chat status=101 complete=1\n");
}

TEST(Http1Handover, UpgradeToHttp2) {
  Conversation talk;
  talk.client("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n")
      .server("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
      .client("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
      .close();
  EXPECT_EQ(exchanges(talk, "status upgraded_to complete"),
            "http_exchanges status=NULL upgraded_to=h2c complete=0\n");  // stream 1 would answer it
  EXPECT_EQ(layers(talk), "http1/http2");
}

TEST(Http1Handover, TunnelIsReadForWhatItIs) {
  Conversation talk;
  talk.client("CONNECT b.example:80 HTTP/1.1\r\nHost: b.example:80\r\n\r\n")
      .server("HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\n")  // the length is ignored: RFC 9110 section 9.3.6
      .client("GET /inside HTTP/1.1\r\nHost: b.example\r\n\r\n")
      .server("HTTP/1.1 204 No Content\r\n\r\n")
      .close();
  EXPECT_EQ(exchanges(talk, "ordinal method authority path status upgraded_to complete"),
            "http_exchanges ordinal=1 method=CONNECT authority=b.example:80 path=NULL status=200 upgraded_to=tunnel complete=1\n"
            "http_exchanges ordinal=2 method=GET authority=b.example path=/inside status=204 upgraded_to=NULL complete=1\n");
  EXPECT_EQ(layers(talk), "http1/http1");
}

TEST(Http1Handover, TunnelBytesSentBeforeTheAnswerWait) {
  Conversation talk;
  talk.client("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")
      .server("HTTP/1.0 200 OK\r\n\r\n")
      .close();
  EXPECT_EQ(exchanges(talk, "method status upgraded_to"), "http_exchanges method=CONNECT status=200 upgraded_to=tunnel\n");
}

TEST(Http1Handover, RefusedTunnelStaysHttp) {
  Conversation talk;
  talk.client("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n")
      .server("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno!")
      .client("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\nProxy-Authorization: Basic eDp5\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\n\r\n")
      .close();
  EXPECT_EQ(exchanges(talk, "ordinal status response_body_bytes upgraded_to"),
            "http_exchanges ordinal=1 status=407 response_body_bytes=3 upgraded_to=NULL\n"
            "http_exchanges ordinal=2 status=200 response_body_bytes=0 upgraded_to=tunnel\n");
}

// A body that is merely counted is skipped; what was skipped of it counts when the client hands the connection on.
TEST(Http1Handover, ABodyStillComingIsCountedUpToTheHandover) {
  Conversation talk;
  talk.midstream()
      .server("HTTP/1.0 200 OK\r\n\r\nlasts")
      .client("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n")
      .server(" until close")
      .client("\xfd\xfd")
      .gap(Side::client, 10)
      .client("more");
  EXPECT_EQ(exchanges(talk, "method status response_body_bytes"),
            "http_exchanges method=NULL status=200 response_body_bytes=17\n"
            "http_exchanges method=CONNECT status=NULL response_body_bytes=NULL\n");
  EXPECT_EQ(layers(talk), "http1/unknown");
}

// The answer will never be known. A request line tells that it was a refusal, however little of it comes first.
TEST(Http1Handover, WhatFollowsAConnectWithoutAnAnswerIsLookedAtUntilItTells) {
  Conversation refused;
  refused.client("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n").end(Side::server).client("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(exchanges(refused, "method path"), "http_exchanges method=CONNECT path=NULL\nhttp_exchanges method=GET path=/a\n");
  EXPECT_EQ(layers(refused), "http1");

  Conversation taken;
  taken.client("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n").end(Side::server).client("GET is no request line\r\n");
  EXPECT_EQ(exchanges(taken, "method path"), "http_exchanges method=CONNECT path=NULL\n");
  EXPECT_EQ(layers(taken), "http1/unknown");
}

}  // namespace
}  // namespace longwire::test
