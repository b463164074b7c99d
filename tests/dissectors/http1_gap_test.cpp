// HTTP/1.x with bytes missing: holes, captures that begin midstream, captures of one direction. Rows hold what was seen,
// and no response is given to a request it may not belong to.
#include <gtest/gtest.h>

#include "dissectors/http1.h"
#include "tests/conversation.h"

namespace longwire::test {
namespace {

std::string exchanges(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http_exchanges " + columns});
}

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string answer(std::string_view status, std::string_view body = "") {
  return "HTTP/1.1 " + std::string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(Http1Gap, HoleInsideACountedBodyIsCrossed) {
  Conversation talk;
  talk.client(get("/1"))
      .server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
      .gap(Side::server, 80)
      .server("abcdefghij")
      .client(get("/2"))
      .server(answer("404"))
      .close();
  EXPECT_EQ(exchanges(talk, "path status response_body_bytes response_last_frame complete midstream"),
            "http_exchanges path=/1 status=200 response_body_bytes=20 response_last_frame=4 complete=0 midstream=0\n"
            "http_exchanges path=/2 status=404 response_body_bytes=0 response_last_frame=6 complete=1 midstream=0\n");
}

TEST(Http1Gap, HoleUpToTheEndOfACountedBody) {
  Conversation talk;
  talk.client("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n0123456789")
      .gap(Side::client, 40)
      .server(answer("200"))
      .client(get("/2"))
      .server(answer("404"))
      .close();
  EXPECT_EQ(exchanges(talk, "path status request_body_bytes complete midstream"),
            "http_exchanges path=/1 status=200 request_body_bytes=10 complete=0 midstream=0\n"
            "http_exchanges path=/2 status=404 request_body_bytes=0 complete=1 midstream=0\n");
}

TEST(Http1Gap, HoleInsideAChunkIsCrossed) {
  Conversation talk;
  talk.client(get("/1"))
      .server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n0123456789")
      .gap(Side::server, 80)
      .server("abcdefghij\r\n3\r\nxyz\r\n0\r\n\r\n")
      .client(get("/2"))
      .server(answer("404"))
      .close();
  EXPECT_EQ(exchanges(talk, "path status response_body_bytes complete"),
            "http_exchanges path=/1 status=200 response_body_bytes=23 complete=0\n"
            "http_exchanges path=/2 status=404 response_body_bytes=0 complete=1\n");
}

TEST(Http1Gap, CodedBodyWithAHoleIsNotDecoded) {
  Conversation talk;
  talk.client(get("/1"))
      .server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n\x1f\x8b")
      .gap(Side::server, 30)
      .server("01234567")
      .close();
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges response_body_bytes response_decoded_bytes", "anomalies code"}),
            "http_exchanges response_body_bytes=10 response_decoded_bytes=NULL\n");
}

TEST(Http1Gap, HoleInABodyUntilClose) {
  Conversation talk;
  talk.client(get("/1")).server("HTTP/1.1 200 OK\r\n\r\nsome").gap(Side::server, 1000).server("more").end(Side::server).end(Side::client);
  EXPECT_EQ(exchanges(talk, "response_body_bytes complete"), "http_exchanges response_body_bytes=8 complete=0\n");
}

TEST(Http1Gap, HeadThatBreaksOffKeepsItsWholeLines) {  // as in a capture with a short snaplen
  Conversation talk;
  talk.client("GET /1 HTTP/1.1\r\nHost: a\r\nUser-Ag")
      .gap(Side::client, 200)
      .server("HTTP/1.1 200 OK\r\nServer: s\r\nContent-Le")
      .gap(Side::server, 3000)
      .client("GET /2 HTTP/1.1\r\nHos")
      .gap(Side::client, 200)
      .server("HTTP/1.1 404 Not Found\r\nSer")
      .gap(Side::server, 200)
      .close();
  EXPECT_EQ(exchanges(talk, "method authority path request_headers status response_headers complete"),
            "http_exchanges method=GET authority=a path=/1 request_headers=[[\"Host\",\"a\"]] status=200"
            " response_headers=[[\"Server\",\"s\"]] complete=0\n"
            "http_exchanges method=GET authority=NULL path=/2 request_headers=[] status=404 response_headers=[] complete=0\n");
}

TEST(Http1Gap, LostRequestDoesNotShiftThePairs) {
  Conversation talk;
  talk.client(get("/1"))
      .server(answer("201"))
      // GET /2 is missing
      .server(answer("202"))
      .gap(Side::client, 40)
      .client(get("/3"))
      .server(answer("203"))
      .client(get("/4"))
      .server(answer("204"))
      .close();
  EXPECT_EQ(exchanges(talk, "path status midstream complete"),
            "http_exchanges path=/1 status=201 midstream=0 complete=1\n"
            "http_exchanges path=NULL status=202 midstream=1 complete=0\n"
            "http_exchanges path=/3 status=203 midstream=1 complete=1\n"
            "http_exchanges path=/4 status=204 midstream=0 complete=1\n");
}

TEST(Http1Gap, LostResponseDoesNotShiftThePairs) {
  Conversation talk;
  talk.client(get("/1"))
      .server(answer("201"))
      .client(get("/2"))
      .gap(Side::server, 45)  // its response
      .client(get("/3"))
      .server(answer("203"))
      .client(get("/4"))
      .server(answer("204"))
      .close();
  EXPECT_EQ(exchanges(talk, "path status complete"),
            "http_exchanges path=/1 status=201 complete=1\n"
            "http_exchanges path=/2 status=NULL complete=0\n"
            "http_exchanges path=/3 status=203 complete=1\n"
            "http_exchanges path=/4 status=204 complete=1\n");
}

TEST(Http1Gap, HoleOverTheEndOfOneResponseAndTheStartOfTheNext) {
  Conversation talk;
  talk.client(get("/1"))
      .server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
      .client(get("/2"))
      .gap(Side::server, 120)
      .server("the rest of the second response's body")
      .client(get("/3"))
      .server(answer("203"))
      .close();
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges path status response_body_bytes complete", "anomalies side code detail"}),
            "http_exchanges path=/1 status=200 response_body_bytes=10 complete=0\n"
            "http_exchanges path=/2 status=NULL response_body_bytes=NULL complete=0\n"
            "http_exchanges path=/3 status=203 response_body_bytes=0 complete=1\n"
            "anomalies side=server code=channel.passed_over detail=38 bytes before this\n");
}

TEST(Http1Gap, ResponsesToAPipeliningClientStandAloneBehindAHole) {
  Conversation talk;
  talk.client(get("/1") + get("/2"))
      .server(answer("201") + answer("202"))
      .client(get("/3") + get("/4") + get("/5"))
      .gap(Side::server, 45)  // one of their responses, or more
      .server(answer("299"))
      .client(get("/6"))
      .server(answer("206"))
      .close();
  EXPECT_EQ(exchanges(talk, "path status complete"),
            "http_exchanges path=/1 status=201 complete=1\n"
            "http_exchanges path=/2 status=202 complete=1\n"
            "http_exchanges path=/3 status=NULL complete=0\n"
            "http_exchanges path=/4 status=NULL complete=0\n"
            "http_exchanges path=/5 status=NULL complete=0\n"
            "http_exchanges path=NULL status=299 complete=0\n"
            "http_exchanges path=/6 status=206 complete=1\n");
}

TEST(Http1Gap, CaptureThatBeginsInsideAConversation) {
  Conversation talk;
  talk.midstream()
      .server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")  // its request came before the capture
      .client(get("/2"))
      .server(answer("202"))
      .close();
  EXPECT_EQ(exchanges(talk, "path status midstream complete"),
            "http_exchanges path=NULL status=200 midstream=1 complete=0\n"
            "http_exchanges path=/2 status=202 midstream=1 complete=1\n");
}

TEST(Http1Gap, CaptureThatBeginsInsideABody) {
  Conversation talk;
  talk.midstream().server("the end of some body").client(get("/2")).server(answer("202")).close();
  EXPECT_EQ(exchanges(talk, "path status midstream complete"), "http_exchanges path=/2 status=202 midstream=1 complete=1\n");
}

TEST(Http1Gap, SidesLabelledWronglyMidstream) {
  Conversation talk;
  talk.midstream().client(answer("201")).server(get("/2")).client(answer("202")).close();
  EXPECT_EQ(exchanges(talk, "path status midstream complete"),
            "http_exchanges path=NULL status=201 midstream=1 complete=0\n"
            "http_exchanges path=/2 status=202 midstream=1 complete=1\n");
}

TEST(Http1Gap, OnlyTheServerWasCaptured) {
  Conversation talk;
  talk.midstream().server(answer("201", "abc")).server(answer("202")).server("HTTP/1.1 304 X\r\n\r\n").end(Side::server);
  talk.facts.one_way = true;
  EXPECT_EQ(exchanges(talk, "ordinal method status response_body_bytes midstream persistent complete"),
            "http_exchanges ordinal=1 method=NULL status=201 response_body_bytes=3 midstream=1 persistent=NULL complete=0\n"
            "http_exchanges ordinal=2 method=NULL status=202 response_body_bytes=0 midstream=1 persistent=NULL complete=0\n"
            "http_exchanges ordinal=3 method=NULL status=304 response_body_bytes=0 midstream=1 persistent=NULL complete=0\n");
}

TEST(Http1Gap, UnseenRequestMayHaveBeenHead) {
  Conversation talk;
  talk.midstream().server("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n").server(answer("202")).end(Side::server);
  talk.facts.one_way = true;
  EXPECT_EQ(exchanges(talk, "status response_body_bytes"),
            "http_exchanges status=200 response_body_bytes=0\nhttp_exchanges status=202 response_body_bytes=0\n");
}

TEST(Http1Gap, OnlyTheClientWasCaptured) {
  Conversation talk;
  talk.client(get("/1")).client("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").client(get("/3")).end(Side::client);
  EXPECT_EQ(exchanges(talk, "ordinal path request_body_bytes status complete"),
            "http_exchanges ordinal=1 path=/1 request_body_bytes=0 status=NULL complete=0\n"
            "http_exchanges ordinal=2 path=/2 request_body_bytes=2 status=NULL complete=0\n"
            "http_exchanges ordinal=3 path=/3 request_body_bytes=0 status=NULL complete=0\n");
}

TEST(Http1Gap, BodyThatEndsTooSoon) {
  Conversation talk;
  talk.client(get("/1")).server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789").end(Side::server).end(Side::client);
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges response_body_bytes complete", "anomalies side code"}),
            "http_exchanges response_body_bytes=10 complete=0\nanomalies side=server code=http1.body.short\n");
}

TEST(Http1Gap, HeadThatEndsTooSoon) {
  Conversation talk;
  talk.client("GET /1 HTTP/1.1\r\nHost: a\r\nUser").end(Side::client).end(Side::server);
  EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges path request_headers complete", "anomalies side offset code"}),
            "http_exchanges path=/1 request_headers=[[\"Host\",\"a\"]] complete=0\nanomalies side=client offset=0 code=http1.head.short\n");
}

// As where each packet was cut off at capture, so early that not even its start line is whole: what is certain is told.
TEST(Http1Gap, StartLinesThatBreakOff) {
  const auto cut = [](std::string_view request, std::string_view response) {
    Conversation talk;
    talk.client(request).gap(Side::client, 400).server(response).gap(Side::server, 1000);
    talk.client(request).gap(Side::client, 400).server(response).gap(Side::server, 1000).close();
    return exchanges(talk, "method path version status reason complete");
  };
  const auto twice = [](const std::string& row) { return "http_exchanges " + row + "\nhttp_exchanges " + row + "\n"; };
  EXPECT_EQ(cut("GET /images/box.gif HTT", "HTTP/1.1 200 O"),
            twice("method=GET path=/images/box.gif version=1.1 status=200 reason= complete=0"));
  EXPECT_EQ(cut("GET /images/box.gif ", "HTTP/1.1 304"),
            twice("method=GET path=/images/box.gif version=1.1 status=304 reason= complete=0"));
  EXPECT_EQ(cut("POST /images/bo", "HTTP/1.1 404 Not Found\r\nDa"),
            twice("method=POST path=NULL version=1.1 status=404 reason=Not Found complete=0"));
  EXPECT_EQ(cut("GET http://a/b HTTP/1.1\r", "HTTP/1.1 20"), twice("method=GET path=/b version=NULL status=NULL reason=NULL complete=0"));
}

// Also where nobody else has anything to say any more: the rest comes, and it is no request.
TEST(Http1Gap, AStartLineThatIsNotWholeYetIsWaitedFor) {
  Conversation talk;
  talk.end(Side::server).client("GET /a HTTP/1\xdf\r\n\r\n").end(Side::client);
  EXPECT_EQ(exchanges(talk, "method path"), "");
}

TEST(Http1Gap, ABeginningThatOthersHaveTooIsNotTakenForAStartLine) {
  for (const std::string_view begin : {"OPTIONS sip:b@a SIP", "GET stream ", "FOO /bar HTTP", "GE"}) {
    Conversation talk;
    talk.client(begin).gap(Side::client, 400).server("?").close();
    EXPECT_EQ(exchanges(talk, "method"), "") << begin;
  }
}

}  // namespace
}  // namespace longwire::test
