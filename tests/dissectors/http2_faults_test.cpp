// HTTP/2 that breaks the rules: each fault is told by its name, and reading goes on as long as the framing survives.
#include <gtest/gtest.h>

#include "capture/limits.h"
#include "dissectors/http2.h"
#include "tests/conversation.h"
#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

using namespace h2;

std::string codes(const Conversation& talk) {
  return rows_at_every_cut(talk, {"anomalies side code"});
}
std::string told(std::string_view side, const std::vector<std::string>& codes) {
  std::string lines;
  for (const std::string& code : codes) lines += "anomalies side=" + std::string(side) + " code=" + code + "\n";
  return lines;
}
Conversation begun() {
  Conversation talk;
  talk.client(client_start()).server(settings() + settings_ack()).client(settings_ack());
  return talk;
}
// A connection on which the client sends this behind its beginning, and a request that must still be read.
std::string after(const std::string& bytes) {
  Conversation talk = begun();
  talk.client(bytes).client(get(101, "/after")).server(response(101, "204", end_stream)).close();
  EXPECT_NE(rows_at_every_cut(talk, {"http_exchanges path status"}).find("path=/after status=204"), std::string::npos);
  return codes(talk);
}
std::string block(const std::vector<std::pair<std::string_view, std::string_view>>& more) {
  return get_block("/") + fields(more);
}

TEST(Http2Faults, Frames) {
  EXPECT_EQ(after(frame(Type::ping, 0, 0, "1234567")), told("client", {"http2.frame.size"}));
  EXPECT_EQ(after(frame(Type::settings, 0, 0, "1234567")), told("client", {"http2.frame.size"}));
  EXPECT_EQ(after(frame(Type::window_update, 0, 0, "12345")), told("client", {"http2.frame.size"}));
  EXPECT_EQ(after(frame(Type::settings, 0, 1)), told("client", {"http2.frame.stream"}));
  EXPECT_EQ(after(frame(Type::data, 0, 0, "abc")), told("client", {"http2.frame.stream"}));
  EXPECT_EQ(after(headers(0, get_block("/"))), told("client", {"http2.frame.stream"}));
  EXPECT_EQ(after(headers(1, '\x7f' + get_block("/"), end_headers | end_stream | padded)), told("client", {"http2.frame.padding"}));
  EXPECT_EQ(after(headers(1, get_block("/")) + data(1,
                                                    "\x04"
                                                    "abc",
                                                    padded | end_stream)),
            told("client", {"http2.frame.padding"}));
  EXPECT_EQ(after(frame(static_cast<Type>(0xfa), 0xff, 7, "anything")), "");  // unknown types are none of our business
}

TEST(Http2Faults, AFrameLongerThanAllowedIsReadAllTheSame) {
  Conversation talk = begun();
  talk.client(get(1, "/")).server(response(1) + data(1, std::string(16385, 'x'), end_stream)).close();
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(rows_as_text(rows, {"http_exchanges response_body_bytes complete", "anomalies code detail"}),
            "http_exchanges response_body_bytes=16385 complete=1\nanomalies code=http2.frame.length detail=16385\n");
  Conversation allowed;
  allowed.client(preface + settings({{5, 1 << 15}})).server(settings() + settings_ack()).client(get(1, "/"));
  allowed.server(response(1) + data(1, std::string(16385, 'x'), end_stream)).close();
  RowBatch more;
  read(allowed, {}, more);
  EXPECT_EQ(rows_as_text(more, {"anomalies code"}), "");
}

TEST(Http2Faults, Streams) {
  EXPECT_EQ(after(get(2, "/even")), told("client", {"http2.stream.parity"}));
  EXPECT_EQ(after(data(9, "abc", end_stream)), told("client", {"http2.stream.idle", "http2.data.before_headers"}));
  EXPECT_EQ(after(rst_stream(9, 0)), told("client", {"http2.stream.idle"}));
  EXPECT_EQ(after(window_update(9, 1)), told("client", {"http2.stream.idle"}));
  EXPECT_EQ(after(get(5, "/5") + get(3, "/3")), told("client", {"http2.stream.closed"}));  // 3 is closed by the use of 5
  EXPECT_EQ(after(get(1, "/") + data(1, "late")), told("client", {"http2.stream.closed"}));
  EXPECT_EQ(after(get(1, "/") + get(1, "/again")), told("client", {"http2.stream.closed"}));
  EXPECT_EQ(after(headers(1, get_block("/")) + rst_stream(1, 8) + data(1, "late")), told("client", {"http2.stream.closed"}));
}

TEST(Http2Faults, ContinuationsHaveTheirPlace) {
  const std::string part = headers(1, get_block("/"), end_stream);
  EXPECT_EQ(after(part + ping("12345678")), told("client", {"http2.continuation.missing"}));
  EXPECT_EQ(after(part + frame(Type::continuation, end_headers, 3)),
            told("client", {"http2.continuation.missing", "http2.continuation.unexpected"}));
  EXPECT_EQ(after(frame(Type::continuation, end_headers, 1, field("a", "b"))), told("client", {"http2.continuation.unexpected"}));
}

TEST(Http2Faults, AFloodOfContinuationsIsToldOnceAndReadOn) {
  std::string flood = headers(1, get_block("/"), end_stream);
  for (int i = 0; i < 100; ++i) flood += frame(Type::continuation, 0, 1, field("a", "b"));
  Conversation talk = begun();
  talk.client(flood + frame(Type::continuation, end_headers, 1)).server(response(1, "204", end_stream)).close();
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(
      rows_as_text(rows, {"http_exchanges path status", "anomalies code", "http2_connections continuations_in_a_row_max"}),
      "http_exchanges path=/ status=204\nanomalies code=http2.continuation.flood\nhttp2_connections continuations_in_a_row_max=101\n");
}

TEST(Http2Faults, HeaderFields) {
  const auto request = [](const std::string& fields) { return headers(1, fields, end_headers | end_stream); };
  EXPECT_EQ(after(request(field(":method", "GET"))), told("client", {"http2.pseudo.missing"}));
  EXPECT_EQ(after(request(block({{":path", "/b"}}))), told("client", {"http2.pseudo.repeated"}));
  EXPECT_EQ(after(request(field(":method", "GET") + field("a", "b") + field(":scheme", "http") + field(":path", "/"))),
            told("client", {"http2.pseudo.order", "http2.pseudo.order"}));
  EXPECT_EQ(after(request(block({{":colour", "red"}}))), told("client", {"http2.pseudo.unknown"}));
  EXPECT_EQ(after(request(block({{"X-Upper", "1"}}))), told("client", {"http2.field.upper_case"}));
  EXPECT_EQ(after(request(block({{"connection", "close"}}))), told("client", {"http2.field.connection"}));
  EXPECT_EQ(after(request(block({{"te", "gzip"}}))), told("client", {"http2.field.connection"}));
  EXPECT_EQ(after(request(block({{"te", "trailers"}}))), "");
  EXPECT_EQ(after(request(block({{"a", "b\r\nc: d"}}))), told("client", {"http2.field.value"}));
  EXPECT_EQ(after(request(block({{"host", "b.example"}}))), told("client", {"http2.authority.conflict"}));
  EXPECT_EQ(after(request(block({{"host", "a.example"}}))), "");
}

TEST(Http2Faults, ContentLengthAndTrailers) {
  const auto post = [](std::string_view length) { return headers(1, block({{"content-length", length}})); };
  EXPECT_EQ(after(post("3") + data(1, "abc", end_stream)), "");
  EXPECT_EQ(after(post("4") + data(1, "abc", end_stream)), told("client", {"http2.content_length.mismatch"}));
  EXPECT_EQ(after(post("x") + data(1, "abc", end_stream)), told("client", {"http2.content_length.invalid"}));
  EXPECT_EQ(after(headers(1, get_block("/")) + headers(1, field("a", "b")) + data(1, "", end_stream)),
            told("client", {"http2.trailers.end"}));
  EXPECT_EQ(after(headers(1, get_block("/")) + headers(1, field(":path", "/x"), end_headers | end_stream)),
            told("client", {"http2.pseudo.trailer"}));
}

TEST(Http2Faults, HeadAndNotModifiedMayTellTheLengthOfWhatTheyDoNotSend) {
  Conversation talk = begun();
  talk.client(headers(1, field(":method", "HEAD") + "\x86" + field(":path", "/"), end_headers | end_stream) + get(3, "/3"))
      .server(response(1, "200", end_stream, field("content-length", "5")) + response(3, "304", end_stream, field("content-length", "5")))
      .close();
  EXPECT_EQ(codes(talk), "");
}

TEST(Http2Faults, Compression) {
  const auto request = [](const std::string& fields) { return headers(1, get_block("/") + fields, end_headers | end_stream); };
  EXPECT_EQ(after(request("\xff\x7f")), told("client", {"http2.hpack.index"}));
  EXPECT_EQ(after(request(std::string("\0\1a\x81\xfe", 5))), told("client", {"http2.hpack.huffman"}));
  EXPECT_EQ(after(request("\xff\xff\xff\xff\xff\xff\x7f")), told("client", {"http2.hpack.integer"}));
  EXPECT_EQ(after(request("\x3f\xe1\x7f")), told("client", {"http2.hpack.table_size", "http2.hpack.table_size"}));  // too large, too late
  EXPECT_EQ(after(request(field("a", "b").substr(0, 4))), told("client", {"http2.hpack.truncated"}));
}

TEST(Http2Faults, SettingsAndPings) {
  EXPECT_EQ(after(settings({{2, 2}})), told("client", {"http2.settings.value"}));
  EXPECT_EQ(after(settings({{5, 100}})), told("client", {"http2.settings.value"}));
  EXPECT_EQ(after(settings({{4, 0x80000000}})), told("client", {"http2.settings.value"}));
  EXPECT_EQ(after(settings_ack()), told("client", {"http2.settings.ack"}));
  EXPECT_EQ(after(ping("12345678", ack)), told("client", {"http2.ping.ack"}));
  EXPECT_EQ(after(frame(Type::priority, 0, 7, u32(7) + '\0')), told("client", {"http2.priority.self"}));
  std::string flood;
  for (std::uint64_t i = 0; i <= limits::http2_settings_waiting; ++i) flood += settings();
  EXPECT_EQ(after(flood), told("client", {"http2.settings.flood"}));
}

TEST(Http2Faults, Pushes) {
  const std::string promise = frame(Type::push_promise, end_headers, 1, u32(2) + get_block("/p"));
  EXPECT_EQ(after(get(1, "/") + promise), told("client", {"http2.push.sender"}));
  Conversation talk;
  talk.client(preface + settings({{2, 0}})).server(settings() + settings_ack()).client(settings_ack() + get(1, "/"));
  talk.server(promise + frame(Type::push_promise, end_headers, 1, u32(3) + get_block("/q")) + promise).close();
  EXPECT_EQ(codes(talk), told("server", {"http2.push.disabled", "http2.push.disabled", "http2.stream.parity", "http2.push.disabled",
                                         "http2.stream.closed"}));
}

TEST(Http2Faults, AConnectionBeginsWithSettings) {
  Conversation talk;
  talk.client(preface + ping("12345678")).server(ping("12345678", ack)).close();
  EXPECT_EQ(codes(talk), told("client", {"http2.preface"}) + told("server", {"http2.preface"}));
}

// What repeats without end is told a hundred times.
TEST(Http2Faults, AFloodOfFaultsIsNoFloodOfRows) {
  Conversation talk = begun();
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += window_update(0, 0);
  talk.client(flood).close();
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(rows.rows<AnomalyRow>().size(), limits::repeated_anomalies);
}

}  // namespace
}  // namespace longwire::test
