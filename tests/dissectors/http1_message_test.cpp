// Start lines and header sections as text. The examples are those of RFC 9112 sections 2 to 5, and lines that servers
// and clients are known to get wrong.
#include "dissectors/http1_message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwire {
namespace {

using Kind = StartLine::Kind;

struct Read {
  StartLine start;
  std::vector<std::string> oddities;
};
Read read(std::string_view line) {
  Oddities oddities;
  Read result{read_start_line(line, oddities), {}};
  for (const Oddity& oddity : oddities) result.oddities.emplace_back(oddity.code);
  return result;
}
using Codes = std::vector<std::string>;

TEST(Http1Message, RequestLine) {
  const Read r = read("GET /where?q=now HTTP/1.1\r\nHost: x\r\n");
  EXPECT_EQ(r.start.kind, Kind::request);
  EXPECT_EQ(r.start.method, "GET");
  EXPECT_EQ(r.start.target, "/where?q=now");
  EXPECT_EQ(r.start.version.text(), "1.1");
  EXPECT_EQ(r.oddities, Codes{});
}

TEST(Http1Message, AnyTokenIsAMethod) {
  EXPECT_EQ(read("M-SEARCH * HTTP/1.1\r\n").start.method, "M-SEARCH");
  EXPECT_EQ(read("!#$%&'*+-.^_`|~9z / HTTP/1.0\r\n").start.kind, Kind::request);
  EXPECT_EQ(read("GE(T / HTTP/1.0\r\n").start.kind, Kind::invalid);
  EXPECT_EQ(read(" GET / HTTP/1.0\r\n").start.kind, Kind::invalid);
}

TEST(Http1Message, WhatIsNotARequestLine) {
  EXPECT_EQ(read("GET / http/1.1\r\n").start.kind, Kind::invalid);
  EXPECT_EQ(read("OPTIONS rtsp://a/b RTSP/1.0\r\n").start.kind, Kind::invalid);
  EXPECT_EQ(read("GET /a b\r\n").start.kind, Kind::invalid);
  EXPECT_EQ(read("get /lower-case-had-no-version\r\n").start.kind, Kind::invalid);
}

TEST(Http1Message, RequestLineWithoutAVersion) {
  const Read old = read("GET /old\r\n");  // HTTP/0.9
  EXPECT_EQ(old.start.kind, Kind::simple_request);
  EXPECT_EQ(old.start.target, "/old");
  EXPECT_EQ(old.start.version.text(), "0.9");
  EXPECT_EQ(read("GET HTTP/1.1\r\n").start.target, "HTTP/1.1");
  EXPECT_EQ(read("OPTIONS\r\n").start.target, "");
  for (const char* broken : {"GET / HTTP/1.\r\n", "GET / HTTP/1.x\r\n", "GET / HTTP/11.1\r\n"}) {
    EXPECT_EQ(read(broken).start.kind, Kind::simple_request);
    EXPECT_EQ(read(broken).start.target, "/");
    EXPECT_EQ(read(broken).oddities, Codes{"http1.version"});
  }
}

TEST(Http1Message, MoreWhitespaceThanTheGrammarHas) {  // RFC 9112 section 3: recipients may be lenient
  const Read r = read("GET \t /a  HTTP/1.1 \r\n");
  EXPECT_EQ(r.start.target, "/a");
  EXPECT_EQ(r.oddities, Codes{"http1.start_line.whitespace"});
  const Read nothing = read("OPTIONS  HTTP/1.1\r\n");
  EXPECT_EQ(nothing.start.kind, Kind::request);
  EXPECT_EQ(nothing.start.target, "");
  EXPECT_EQ(nothing.oddities, (Codes{"http1.start_line.whitespace", "http1.target.missing"}));
  const Read inside = read("GET /a b HTTP/1.1\r\n");
  EXPECT_EQ(inside.start.target, "/a b");
  EXPECT_EQ(inside.oddities, Codes{"http1.target.whitespace"});
}

TEST(Http1Message, StatusLine) {
  const Read r = read("HTTP/1.1 404 Not Found\r\n");
  EXPECT_EQ(r.start.kind, Kind::status);
  EXPECT_EQ(r.start.status, 404);
  EXPECT_EQ(r.start.reason, "Not Found");
  EXPECT_EQ(r.oddities, Codes{});
  EXPECT_EQ(read("HTTP/1.1 200 \r\n").start.reason, "");
  EXPECT_EQ(read("HTTP/1.1 200\r\n").start.status, 200);
}

TEST(Http1Message, OddStatusLines) {
  EXPECT_EQ(read("HTTP/1.1 999 Denied\r\n").oddities, Codes{"http1.status"});
  EXPECT_EQ(read("HTTP/2.0 200 OK\r\n").oddities, Codes{"http1.version"});
  EXPECT_EQ(read("HTTP/1.1  200 OK\r\n").oddities, Codes{"http1.start_line.whitespace"});
  EXPECT_EQ(read("HTTP/1.1 200 OK\n").oddities, Codes{"http1.bare_lf"});
  EXPECT_EQ(read("HTTP/1.1 20 OK\r\n").start.kind, Kind::invalid);
  EXPECT_EQ(read("HTTP/1.1 abc\r\n").start.kind, Kind::invalid);
}

struct Fields {
  std::vector<std::pair<std::string, std::string>> fields;
  Codes oddities;
};
Fields fields(std::string_view section) {
  Oddities oddities;
  FieldLines lines(section, oddities);
  Fields result;
  for (Field field; lines.next(field);) result.fields.emplace_back(field.name, field.value);
  check_controls(section, oddities);
  for (const Oddity& oddity : oddities) result.oddities.emplace_back(oddity.code);
  return result;
}
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Http1Message, FieldLines) {
  const Fields f = fields("Host: www.example.com\r\nx:\r\nY: \t a:b \t\r\nX: again\r\n\r\nBody: not read\r\n");
  EXPECT_EQ(f.fields, (Pairs{{"Host", "www.example.com"}, {"x", ""}, {"Y", "a:b"}, {"X", "again"}}));
  EXPECT_EQ(f.oddities, Codes{});
}

TEST(Http1Message, FoldedFieldLine) {  // section 5.2
  const Fields f = fields("A: 1\r\n 2\r\n\t\t3 \r\nB:\r\n only here\r\n\r\n");
  EXPECT_EQ(f.fields, (Pairs{{"A", "1 2 3"}, {"B", "only here"}}));
  EXPECT_EQ(f.oddities, Codes{"http1.obs_fold"});
}

TEST(Http1Message, WhitespaceWhereNoneMayBe) {
  const Fields before_colon = fields("Content-Length : 5\r\n\r\n");  // section 5.1: a way to smuggle requests
  EXPECT_EQ(before_colon.fields, (Pairs{{"Content-Length", "5"}}));
  EXPECT_EQ(before_colon.oddities, Codes{"http1.field.space_before_colon"});
  const Fields leading = fields(" Ignored: 1\r\nHost: a\r\n\r\n");  // section 2.2: not processed
  EXPECT_EQ(leading.fields, (Pairs{{"Host", "a"}}));
  EXPECT_EQ(leading.oddities, Codes{"http1.field.leading_whitespace"});
}

TEST(Http1Message, LinesThatAreNoFields) {
  const Fields f = fields("no colon here\r\n: no name\r\nHost: a\r\nB(ad: 1\r\n\r\n");
  EXPECT_EQ(f.fields, (Pairs{{"Host", "a"}, {"B(ad", "1"}}));
  EXPECT_EQ(f.oddities, (Codes{"http1.field.line", "http1.field.name"}));
}

TEST(Http1Message, ControlsAndBareReturns) {  // RFC 9110 section 5.5
  EXPECT_EQ(fields("A: x\ry\r\n\r\n").oddities, Codes{"http1.bare_cr"});
  EXPECT_EQ(fields(std::string_view("A: x\0y\r\n\r\n", 10)).oddities, Codes{"http1.field.control"});
  EXPECT_EQ(fields("A: x\r\r\n\r\n").oddities, Codes{"http1.bare_cr"});
  EXPECT_EQ(fields("A: x\ty\r\nB: \xc3\xa9\r\n\r\n").oddities, Codes{});
}

TEST(Http1Message, SectionCutShortGivesItsWholeLines) {
  EXPECT_EQ(fields("A: 1\r\nB: 2\r\nC: 3").fields, (Pairs{{"A", "1"}, {"B", "2"}}));
}

TEST(Http1Message, SectionLengthGoesOnWhereItStopped) {
  std::size_t scanned = 0;
  EXPECT_EQ(section_length("GET / HTTP/1.1\r\nHost: a\r\n\r", scanned), 0u);
  EXPECT_EQ(scanned, 25u);  // the start of the unfinished line
  EXPECT_EQ(section_length("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody\r\n\r\n", scanned), 27u);
  scanned = 0;
  EXPECT_EQ(section_length("GET / HTTP/1.1\n\nbody", scanned), 16u);
}

TEST(Http1Message, WhereARequestStarts) {
  EXPECT_EQ(starts_request("GET / HTTP/1.1\r"), Match::yes);
  EXPECT_EQ(starts_request("GET / HTTP/1.1\n"), Match::yes);
  EXPECT_EQ(starts_request("GET / HTTP/1.1"), Match::maybe);
  EXPECT_EQ(starts_request("GET / HTTP/1.1x\r"), Match::no);
  EXPECT_EQ(starts_request("PROPFIND http://a/ HTTP/1.0\r\n"), Match::yes);
  EXPECT_EQ(starts_request("GET /a b HTTP/1.1\r"), Match::yes);
  EXPECT_EQ(starts_request("GET / HTTP/1."), Match::maybe);
  EXPECT_EQ(starts_request("GET / HTTP/2.0"), Match::maybe);  // the target might go on: "GET / HTTP/2.0 HTTP/1.1"
  EXPECT_EQ(starts_request("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Match::no);
  EXPECT_EQ(starts_request("OPTIONS rtsp://a/ RTSP/1.0\r\n"), Match::no);
  EXPECT_EQ(starts_request("INVITE sip:b@c SIP/2.0\r\n"), Match::no);
  EXPECT_EQ(starts_request("USER anonymous\r\n"), Match::no);
  EXPECT_EQ(starts_request("\x16\x03\x01"), Match::no);
  EXPECT_EQ(starts_request("HTTP/1.1 200 OK"), Match::no);
}

TEST(Http1Message, WhereAResponseStarts) {
  EXPECT_EQ(starts_response("HTTP/1.1 200"), Match::yes);
  EXPECT_EQ(starts_response("HTTP/1.1 20"), Match::maybe);
  EXPECT_EQ(starts_response("ICY 200 OK"), Match::no);
  EXPECT_EQ(starts_response("RTSP/1.0 200 OK"), Match::no);
  EXPECT_EQ(starts_response("SIP/2.0 200 OK"), Match::no);
  EXPECT_EQ(starts_response("HTTP/1.1 OK"), Match::no);
}

TEST(Http1Message, WhereASimpleRequestStarts) {
  EXPECT_EQ(starts_simple_request("GET /index.html\r\n"), Match::yes);
  EXPECT_EQ(starts_simple_request("GET /index.html\n"), Match::yes);
  EXPECT_EQ(starts_simple_request("GET /index.html\r"), Match::maybe);
  EXPECT_EQ(starts_simple_request("GET index.html\r\n"), Match::no);
  EXPECT_EQ(starts_simple_request("GET / HTTP/1.1\r\n"), Match::no);
}

TEST(Http1Message, ListsOfElements) {  // RFC 9110 section 5.6.1
  std::string_view list = " , gzip,\tchunked ,, x=\"a, \\\"b\" ";
  EXPECT_EQ(next_element(list), "gzip");
  EXPECT_EQ(next_element(list), "chunked");
  EXPECT_EQ(next_element(list), "x=\"a, \\\"b\"");
  EXPECT_EQ(next_element(list), "");
}

}  // namespace
}  // namespace longwire
