// Whole connections of HTTP/1.x, each read at every cut. What is expected follows from RFC 9110 and RFC 9112.
#include "dissectors/http1.h"

#include <gtest/gtest.h>

#include "tests/conversation.h"

namespace longwire::test {
namespace {

std::string exchanges(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http_exchanges " + columns});
}
std::string anomalies(const Conversation& talk) {
  return rows_at_every_cut(talk, {"anomalies side offset code detail"});
}

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
constexpr std::string_view ok_empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

TEST(Http1, OneExchangeBecomesOneRow) {
  Conversation talk;
  talk.client("GET /a?b=c HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeep-Alive: timeout=5, max=100\r\n\r\nhello")
      .close();
  EXPECT_EQ(rows_at_every_cut(talk),
            "http_exchanges id=1000 connection_id=7 ordinal=1 version=1.1 method=GET scheme=http authority=a.example path=/a?b=c"
            " request_headers=[[\"Host\",\"a.example\"],[\"Accept\",\"*/*\"]]"
            " response_headers=[[\"Content-Length\",\"5\"],[\"Keep-Alive\",\"timeout=5, max=100\"]]"
            " request_body_bytes=0 response_body_bytes=5 response_decoded_bytes=5 status=200 reason=OK"
            " request_start_ns=1700000000001000000 request_end_ns=1700000000001000000"
            " response_start_ns=1700000000002000000 response_end_ns=1700000000002000000"
            " request_first_frame=1 request_last_frame=1 response_first_frame=2 response_last_frame=2"
            " persistent=1 keep_alive_timeout_s=5 keep_alive_max=100 pushed=0 complete=1 midstream=0 limited=0\n");
}

TEST(Http1, BodiesOverSeveralPacketsEndWithTheirLastPacket) {
  Conversation talk;
  talk.client("POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234")
      .client("56789")
      .server("HTTP/1.1 200 OK\r\n")
      .server("Content-Length: 6\r\n\r\nab")
      .server("cd")
      .server("ef")
      .close();
  EXPECT_EQ(exchanges(talk,
                      "request_body_bytes request_first_frame request_last_frame response_first_frame response_last_frame"
                      " response_body_bytes complete"),
            "http_exchanges request_body_bytes=10 request_first_frame=1 request_last_frame=2 response_first_frame=3"
            " response_last_frame=6 response_body_bytes=6 complete=1\n");
}

TEST(Http1, PersistentConnectionNumbersItsExchangesAndTellsTheirIdleTime) {
  Conversation talk;
  talk.client("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
      .server(ok_empty)
      .client("GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      .close();
  EXPECT_EQ(exchanges(talk, "ordinal path idle_before_ns persistent"),
            "http_exchanges ordinal=1 path=/1 idle_before_ns=NULL persistent=1\n"
            "http_exchanges ordinal=2 path=/2 idle_before_ns=1000000 persistent=0\n");
}

TEST(Http1, PipelinedRequestsAreAnsweredInOrder) {
  Conversation talk;
  talk.client("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
      .server("HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx")
      .close();
  EXPECT_EQ(exchanges(talk, "method path status response_body_bytes idle_before_ns complete"),
            "http_exchanges method=GET path=/1 status=200 response_body_bytes=2 idle_before_ns=NULL complete=1\n"
            "http_exchanges method=HEAD path=/2 status=200 response_body_bytes=0 idle_before_ns=0 complete=1\n"
            "http_exchanges method=GET path=/3 status=404 response_body_bytes=1 idle_before_ns=0 complete=1\n");
}

TEST(Http1, FormsOfTheRequestTarget) {  // RFC 9112 section 3.2
  Conversation talk;
  talk.client("GET http://www.example.org:8080/where?q=now HTTP/1.1\r\nHost: other\r\n\r\n")
      .server(ok_empty)
      .client("GET https://example.org HTTP/1.1\r\nHost: example.org\r\n\r\n")
      .server(ok_empty)
      .client("OPTIONS * HTTP/1.1\r\nHost: www.example.org:8001\r\n\r\n")
      .server(ok_empty)
      .client("BREW /pot HTTP/1.0\r\n\r\n")
      .server("HTTP/1.0 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n")
      .close();
  EXPECT_EQ(exchanges(talk, "version method scheme authority path reason"),
            "http_exchanges version=1.1 method=GET scheme=http authority=www.example.org:8080 path=/where?q=now reason=OK\n"
            "http_exchanges version=1.1 method=GET scheme=https authority=example.org path= reason=OK\n"
            "http_exchanges version=1.1 method=OPTIONS scheme=http authority=www.example.org:8001 path=* reason=OK\n"
            "http_exchanges version=1.0 method=BREW scheme=http authority=NULL path=/pot reason=I'm a teapot\n");
}

TEST(Http1, InterimResponsesBelongToTheExchange) {  // RFC 9110 section 15.2
  Conversation talk;
  talk.client("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      .server("HTTP/1.1 100 Continue\r\n\r\n")
      .client("abc")
      .server("HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
      .close();
  EXPECT_EQ(exchanges(talk, "status interim_statuses request_body_bytes request_last_frame response_first_frame complete"),
            "http_exchanges status=201 interim_statuses=[100,103] request_body_bytes=3 request_last_frame=3 response_first_frame=4"
            " complete=1\n");
}

TEST(Http1, RefusedClientNeedNotSendTheBodyItAnnounced) {  // RFC 9110 section 10.1.1
  Conversation talk;
  talk.client("PUT /big HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\nExpect: 100-continue\r\n\r\n")
      .server("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
      .client("GET /small HTTP/1.1\r\nHost: a\r\n\r\n")
      .server(ok_empty)
      .close();
  EXPECT_EQ(exchanges(talk, "path status request_body_bytes complete"),
            "http_exchanges path=/big status=401 request_body_bytes=0 complete=1\n"
            "http_exchanges path=/small status=200 request_body_bytes=0 complete=1\n");
}

// As some clients do: 401 comes too late, or is not waited for. The body may be anything, a method's token too.
TEST(Http1, RefusedClientMaySendTheBodyAllTheSame) {
  Conversation talk;
  talk.client("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
      .server("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
      .client("hello")
      .client("GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
      .server(ok_empty)
      .close();
  EXPECT_EQ(exchanges(talk, "method path status request_body_bytes complete"),
            "http_exchanges method=PUT path=/a status=401 request_body_bytes=5 complete=1\n"
            "http_exchanges method=GET path=/b status=200 request_body_bytes=0 complete=1\n");
}

TEST(Http1, ANameAndPasswordInTheTargetStayOut) {  // RFC 9110 section 4.2.4
  Conversation talk;
  talk.client("GET http://me:secret@a.example:8080/b HTTP/1.1\r\nHost: a.example:8080\r\n\r\n").server(ok_empty).close();
  EXPECT_EQ(exchanges(talk, "scheme authority path"), "http_exchanges scheme=http authority=a.example:8080 path=/b\n");
}

TEST(Http1, ResponsesWithoutABody) {  // RFC 9112 section 6.3, rule 1
  Conversation talk;
  talk.client(get)
      .server("HTTP/1.1 204 No Content\r\n\r\n")
      .client(get)
      .server("HTTP/1.1 304 Not Modified\r\nContent-Length: 700\r\nETag: \"1\"\r\n\r\n")
      .client("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      .client(get)
      .server(ok_empty)
      .close();
  EXPECT_EQ(exchanges(talk, "ordinal status response_body_bytes complete"),
            "http_exchanges ordinal=1 status=204 response_body_bytes=0 complete=1\n"
            "http_exchanges ordinal=2 status=304 response_body_bytes=0 complete=1\n"
            "http_exchanges ordinal=3 status=200 response_body_bytes=0 complete=1\n"
            "http_exchanges ordinal=4 status=200 response_body_bytes=0 complete=1\n");
}

TEST(Http1, ChunkedBodiesWithExtensionsAndTrailers) {  // RFC 9112 section 7.1
  Conversation talk;
  talk.client("POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;name=\"a;b\"\r\nhello\r\n")
      .client("A ; x\r\n0123456789\r\n000\r\nChecksum: 17\r\nEmpty:\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
      .client(get)
      .server(ok_empty)
      .close();
  EXPECT_EQ(
      exchanges(talk, "ordinal request_body_bytes request_trailers request_last_frame response_body_bytes response_trailers complete"),
      "http_exchanges ordinal=1 request_body_bytes=15 request_trailers=[[\"Checksum\",\"17\"],[\"Empty\",\"\"]]"
      " request_last_frame=2 response_body_bytes=3 response_trailers=NULL complete=1\n"
      "http_exchanges ordinal=2 request_body_bytes=0 request_trailers=NULL request_last_frame=4 response_body_bytes=0"
      " response_trailers=NULL complete=1\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http1, BodyUntilCloseIsWholeOnlyWithAFin) {
  Conversation talk;
  talk.client("GET / HTTP/1.0\r\n\r\n").server("HTTP/1.0 200 OK\r\n\r\nall of").server(" this").end(Side::server).end(Side::client);
  EXPECT_EQ(exchanges(talk, "response_body_bytes response_last_frame persistent complete"),
            "http_exchanges response_body_bytes=11 response_last_frame=3 persistent=0 complete=1\n");
  Conversation reset;
  reset.client("GET / HTTP/1.0\r\n\r\n").server("HTTP/1.0 200 OK\r\n\r\nall of").close(End::rst);
  EXPECT_EQ(exchanges(reset, "response_body_bytes persistent complete"), "http_exchanges response_body_bytes=6 persistent=0 complete=0\n");
}

TEST(Http1, VersionZeroNine) {
  Conversation talk;
  talk.client("GET /page\r\n").server("<html>old</html>").server("bye").end(Side::server).end(Side::client);
  EXPECT_EQ(
      exchanges(talk,
                "version method authority path request_headers status reason response_headers response_body_bytes persistent complete"),
      "http_exchanges version=0.9 method=GET authority=NULL path=/page request_headers=NULL status=NULL reason=NULL"
      " response_headers=NULL response_body_bytes=19 persistent=0 complete=1\n");
}

TEST(Http1, VersionZeroNineRefusedByANewerServer) {
  Conversation talk;
  talk.client("GET /page\r\n").server("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno!").close();
  EXPECT_EQ(exchanges(talk, "version path status response_body_bytes complete"),
            "http_exchanges version=0.9 path=/page status=400 response_body_bytes=3 complete=1\n");
}

TEST(Http1, RequestThatForgotItsVersion) {  // as seen in captures of other projects
  Conversation talk;
  talk.client("OPTIONS /x\nHost: a.example\n\n").server("HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n").close();
  EXPECT_EQ(exchanges(talk, "version method authority path request_headers status complete"),
            "http_exchanges version=1.0 method=OPTIONS authority=a.example path=/x request_headers=[[\"Host\",\"a.example\"]]"
            " status=400 complete=1\n");
}

TEST(Http1, WhoLetsTheConnectionLast) {  // RFC 9112 section 9.3
  const auto persistent = [](std::string_view request, std::string_view response) {
    Conversation talk;
    talk.client(request).server(response).close();
    return exchanges(talk, "persistent");
  };
  const std::string yes = "http_exchanges persistent=1\n", no = "http_exchanges persistent=0\n";
  EXPECT_EQ(persistent("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
                       "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"),
            yes);
  EXPECT_EQ(persistent("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), no);
  EXPECT_EQ(persistent("GET / HTTP/1.0\r\n\r\n", ok_empty), no);
  EXPECT_EQ(persistent("GET / HTTP/1.1\r\nHost: a\r\nConnection: TE, close\r\n\r\n", ok_empty), no);
  EXPECT_EQ(persistent(get, "HTTP/1.1 200 OK\r\n\r\nuntil close"), no);
}

TEST(Http1, LinesMayEndWithLineFeedAndEmptyLinesMayStandBeforeARequest) {  // RFC 9112 section 2.2
  Conversation talk;
  talk.client("\r\n\nGET /lf HTTP/1.1\nHost: a\n\n").server("HTTP/1.1 200 OK\nContent-Length: 1\n\nx").close();
  EXPECT_EQ(exchanges(talk, "path authority status response_body_bytes complete"),
            "http_exchanges path=/lf authority=a status=200 response_body_bytes=1 complete=1\n");
  EXPECT_EQ(anomalies(talk),
            "anomalies side=client offset=3 code=http1.bare_lf detail=GET /lf HTTP/1.1\n"
            "anomalies side=server offset=0 code=http1.bare_lf detail=HTTP/1.1 200 OK\n");
}

TEST(Http1, FoldedFieldsBecomeOneLine) {  // RFC 9112 section 5.2
  Conversation talk;
  talk.client("GET / HTTP/1.1\r\nHost: a\r\nX-Long: one,\r\n\ttwo,\r\n  three \r\nNext: 4\r\n\r\n").server(ok_empty).close();
  EXPECT_EQ(exchanges(talk, "request_headers"),
            "http_exchanges request_headers=[[\"Host\",\"a\"],[\"X-Long\",\"one, two, three\"],[\"Next\",\"4\"]]\n");
  EXPECT_EQ(anomalies(talk), "anomalies side=client offset=25 code=http1.obs_fold detail=X-Long\n");
}

TEST(Http1, EncodedBodiesAreDecoded) {
  // printf 'hello hello hello hello' | gzip -n | xxd -p
  const std::string gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\x01\xe3\x51\x3d\x8d\x17\x00\x00\x00",
                         28);
  Conversation talk;
  talk.client(get)
      .server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 28\r\n\r\n" + gzip)
      .client(get)
      .server("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1c\r\n" + gzip + "\r\n0\r\n\r\n")
      .client(get)
      .server("HTTP/1.1 200 OK\r\nContent-Encoding: exotic\r\nContent-Length: 2\r\n\r\n??")
      .close();
  EXPECT_EQ(exchanges(talk, "response_body_bytes response_decoded_bytes complete"),
            "http_exchanges response_body_bytes=28 response_decoded_bytes=23 complete=1\n"
            "http_exchanges response_body_bytes=23 response_decoded_bytes=23 complete=1\n"
            "http_exchanges response_body_bytes=2 response_decoded_bytes=NULL complete=1\n");
}

// Whatever follows it in its packet.
TEST(Http1, DamagedCodingIsToldAtTheEndOfItsBody) {
  const std::string damaged = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope";
  const std::string chunked = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnope\r\n";
  Conversation talk;
  talk.client(std::string(get) + std::string(get)).server(damaged + chunked + "no chunk").close();
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies offset code"}),
            "anomalies offset=65 code=http.coding.damaged\n"
            "anomalies offset=146 code=http1.chunk.size\n"
            "anomalies offset=154 code=channel.passed_over\n");
}

TEST(Http1, DamagedCodingIsAnAnomaly) {
  Conversation talk;
  talk.client(get).server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope").close();
  EXPECT_EQ(exchanges(talk, "response_body_bytes response_decoded_bytes complete"),
            "http_exchanges response_body_bytes=4 response_decoded_bytes=NULL complete=1\n");
  EXPECT_EQ(anomalies(talk), "anomalies side=server offset=65 code=http.coding.damaged detail=NULL\n");
}

TEST(Http1, ResponseIsReadBeforeItsRequestWasDelivered) {
  Conversation talk;
  talk.server("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno").client("GET /late HTTP/1.1\r\nHost: a\r\n\r\n").close();
  EXPECT_EQ(exchanges(talk, "path status ordinal complete"), "http_exchanges path=/late status=404 ordinal=1 complete=1\n");
}

TEST(Http1, UnaskedResponseStandsAlone) {
  Conversation talk;
  talk.client(get).server(ok_empty).server("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n").end(Side::server).end(Side::client);
  EXPECT_EQ(exchanges(talk, "ordinal method status midstream complete"),
            "http_exchanges ordinal=1 method=GET status=200 midstream=0 complete=1\n"
            "http_exchanges ordinal=2 method=NULL status=408 midstream=0 complete=0\n");
}

TEST(Http1, UnansweredRequestHasNoStatus) {
  Conversation talk;
  talk.client(get).close(End::rst);
  EXPECT_EQ(exchanges(talk, "method status persistent response_start_ns complete"),
            "http_exchanges method=GET status=NULL persistent=NULL response_start_ns=NULL complete=0\n");
}

TEST(Http1, EarlyResponseDoesNotEndTheRequest) {
  Conversation talk;
  talk.client("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
      .server(ok_empty)
      .client("def")
      .client(get)
      .server(ok_empty)
      .close();
  EXPECT_EQ(exchanges(talk, "method request_body_bytes request_last_frame response_first_frame complete"),
            "http_exchanges method=POST request_body_bytes=6 request_last_frame=3 response_first_frame=2 complete=1\n"
            "http_exchanges method=GET request_body_bytes=0 request_last_frame=4 response_first_frame=5 complete=1\n");
}

TEST(Http1, SecretsBecomeTokens) {
  Conversation talk;
  talk.client("GET / HTTP/1.1\r\nHost: a\r\nCookie: sid=1\r\n\r\n").server(ok_empty).close();
  const std::string row = exchanges(talk, "request_headers");
  EXPECT_NE(row.find("[\"Cookie\",\"sid=token:"), std::string::npos) << row;
}

}  // namespace
}  // namespace longwire::test
