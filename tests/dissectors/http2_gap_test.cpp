// HTTP/2 of which bytes are missing: holes, beginnings that were missed, one direction alone. What can be known is told, and
// nothing is guessed.
#include <gtest/gtest.h>

#include "dissectors/http2.h"
#include "tests/conversation.h"
#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

using namespace h2;

std::string exchanges(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http_exchanges " + columns});
}
std::string connection(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http2_connections " + columns});
}
std::string codes(const Conversation& talk) {
  return rows_at_every_cut(talk, {"anomalies side code detail"});
}
Conversation begun() {
  Conversation talk;
  talk.client(client_start()).server(settings() + settings_ack()).client(settings_ack());
  return talk;
}
std::string indexed(std::string_view name, std::string_view value) {
  return field(name, value, true);
}

TEST(Http2Gap, AHoleInsideADataFrameIsStillThatFrame) {
  Conversation talk = begun();
  const std::string body = data(1, std::string(100, 'x'), end_stream);
  talk.client(get(1, "/1") + get(3, "/3"))
      .server(response(1) + body.substr(0, 30))
      .gap(Side::server, 40)
      .server(body.substr(70) + response(3) + data(3, "abc", end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "path response_body_bytes status complete midstream"),
            "http_exchanges path=/1 response_body_bytes=60 status=200 complete=0 midstream=0\n"
            "http_exchanges path=/3 response_body_bytes=3 status=200 complete=1 midstream=0\n");
  EXPECT_EQ(connection(talk, "hpack_damaged"), "http2_connections hpack_damaged=0\n");
  EXPECT_EQ(codes(talk), "");
}

TEST(Http2Gap, AHoleAtTheEndOfADataFrame) {
  Conversation talk = begun();
  const std::string body = data(1, std::string(100, 'x'), end_stream);
  talk.client(get(1, "/1")).server(response(1) + body.substr(0, 30)).gap(Side::server, body.size() - 30).server(ping("12345678")).close();
  EXPECT_EQ(exchanges(talk, "response_body_bytes complete"), "http_exchanges response_body_bytes=21 complete=0\n");
  EXPECT_EQ(codes(talk), "");
}

// Entries inserted before the hole stand at places that nobody can know; those from there on are known.
TEST(Http2Gap, BehindLostHeaderBlocksIndexedFieldsAreNullUntilTheyAreKnownAgain) {
  Conversation talk = begun();
  talk.client(headers(1, get_block("/1") + indexed("x-a", "1"), end_headers | end_stream))
      .gap(Side::client, 200)
      .client(headers(5, get_block("/5") + "\xbe", end_headers | end_stream))
      .client(headers(7, get_block("/7") + indexed("x-b", "2") + "\xbe\xbf", end_headers | end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "stream_id path request_headers midstream"),
            "http_exchanges stream_id=1 path=/1 request_headers=[[\"x-a\",\"1\"]] midstream=0\n"
            "http_exchanges stream_id=5 path=/5 request_headers=[[null,null]] midstream=0\n"
            "http_exchanges stream_id=7 path=/7 request_headers=[[\"x-b\",\"2\"],[\"x-b\",\"2\"],[null,null]] midstream=0\n");
  EXPECT_EQ(connection(talk, "hpack_damaged how"), "http2_connections hpack_damaged=1 how=prior-knowledge\n");
}

TEST(Http2Gap, AValueWhoseNameIsNotKnownIsASecret) {
  Conversation talk = begun();
  talk.client(get(1, "/"))
      .gap(Side::client, 200)
      .client(headers(5,
                      get_block("/5") + "\x7f\x10\x06"
                                        "secret",
                      end_headers | end_stream))
      .close();
  const std::string rows = exchanges(talk, "request_headers");
  EXPECT_NE(rows.find("[null,\"token:"), std::string::npos) << rows;
}

TEST(Http2Gap, AHoleInsideAHeaderBlock) {
  Conversation talk = begun();
  const std::string request = headers(1, get_block("/lost") + indexed("x-a", "1"), end_headers | end_stream);
  talk.client(request.substr(0, 34))
      .gap(Side::client, 8)
      .client(request.substr(42) + get(3, "/3"))
      .server(response(1, "200", end_stream) + response(3, "204", end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "stream_id method authority path status complete"),
            "http_exchanges stream_id=1 method=GET authority=a.example path=NULL status=200 complete=0\n"
            "http_exchanges stream_id=3 method=GET authority=a.example path=/3 status=204 complete=1\n");
  EXPECT_EQ(connection(talk, "hpack_damaged"), "http2_connections hpack_damaged=1\n");
}

TEST(Http2Gap, LostFramingIsFoundAgainAtACertainFrame) {
  Conversation talk = begun();
  talk.client(get(1, "/1") + get(3, "/3"))
      .server(response(1) + data(1, "abc"))
      .gap(Side::server, 1000)
      .server("the rest of a frame")
      .server(data(1, "def", end_stream) + response(3, "204", end_stream) + ping("12345678"))
      .close();
  EXPECT_EQ(exchanges(talk, "path status response_body_bytes complete"),
            "http_exchanges path=/1 status=200 response_body_bytes=6 complete=0\n"
            "http_exchanges path=/3 status=204 response_body_bytes=0 complete=1\n");
  EXPECT_EQ(codes(talk), "anomalies side=server code=channel.passed_over detail=19 bytes before this\n");
}

TEST(Http2Gap, MidstreamBeginsWithFramesThatFit) {
  Conversation talk;
  talk.midstream()
      .server(std::string(50, 'x'))
      .client(window_update(0, 1000) + window_update(3, 1000))
      .server(data(3, "abc") + data(3, "", end_stream) + data(5, "x"))
      .client(headers(7, get_block("/7") + "\xbf", end_headers | end_stream))
      .server(response(7, "204", end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "stream_id method path request_headers status midstream complete"),
            "http_exchanges stream_id=7 method=GET path=/7 request_headers=[[null,null]] status=204 midstream=0 complete=0\n");
  EXPECT_EQ(connection(talk, "how midstream hpack_damaged"), "http2_connections how=midstream midstream=1 hpack_damaged=1\n");
}

TEST(Http2Gap, MidstreamTheFirstHeaderSectionTellsWhoAsks) {
  Conversation talk;
  talk.midstream()
      .client(ping("12345678") + response(9, "200") + data(9, "abc", end_stream))
      .server(ping("12345678", ack) + get(11, "/11"))
      .client(response(11, "204", end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "stream_id path status midstream complete"),
            "http_exchanges stream_id=11 path=/11 status=204 midstream=0 complete=1\n"
            "http_exchanges stream_id=9 path=NULL status=200 midstream=1 complete=0\n");
}

TEST(Http2Gap, OneDirectionAlone) {
  Conversation client_only;
  client_only.facts.one_way = true;
  client_only.client(client_start() + get(1, "/1") + get(3, "/3")).end(Side::client);
  EXPECT_EQ(exchanges(client_only, "path status complete"),
            "http_exchanges path=/1 status=NULL complete=0\nhttp_exchanges path=/3 status=NULL complete=0\n");
  EXPECT_EQ(codes(client_only), "");
}

TEST(Http2Gap, ACloseInsideAFrame) {
  Conversation talk = begun();
  talk.client(get(1, "/1")).server(response(1) + data(1, "abc").substr(0, 10)).close();
  EXPECT_EQ(exchanges(talk, "response_body_bytes complete"), "http_exchanges response_body_bytes=1 complete=0\n");
  EXPECT_EQ(codes(talk), "anomalies side=server code=http2.frame.short detail=NULL\n");
}

}  // namespace
}  // namespace longwire::test
