// Whole connections of HTTP/2, each read at every cut. What is expected follows from RFC 9113.
#include "dissectors/http2.h"

#include <gtest/gtest.h>

#include "tests/conversation.h"
#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

using namespace h2;
using namespace std::string_literals;

std::string exchanges(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http_exchanges " + columns});
}
std::string streams(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http2_streams " + columns});
}
std::string connection(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http2_connections " + columns});
}
std::string anomalies(const Conversation& talk) {
  return rows_at_every_cut(talk, {"anomalies side offset code detail"});
}

// A connection that has begun: packets 1 and 2.
Conversation begun() {
  Conversation talk;
  talk.client(client_start()).server(settings() + settings_ack());
  return talk;
}

TEST(Http2, OneExchangeBecomesOneRow) {
  Conversation talk = begun();
  talk.client(settings_ack() + get(1, "/a?b=c"))
      .server(response(1, "200", 0, field("server", "x")) + data(1, "hello ") + data(1, "world", end_stream))
      .close();
  EXPECT_EQ(
      rows_at_every_cut(talk, {"http_exchanges"}),
      "http_exchanges id=3000 connection_id=7 stream_id=1 ordinal=1 version=2 method=GET scheme=http authority=a.example path=/a?b=c"
      " request_headers=[] response_headers=[[\"server\",\"x\"]] request_body_bytes=0 response_body_bytes=11 response_decoded_bytes=11"
      " status=200 request_start_ns=1700000000003000000 request_end_ns=1700000000003000000 response_start_ns=1700000000004000000"
      " response_end_ns=1700000000004000000 request_first_frame=3 request_last_frame=3 response_first_frame=4 response_last_frame=4"
      " persistent=1 pushed=0 complete=1 midstream=0 limited=0\n");
  EXPECT_EQ(streams(talk, "stream_id exchange_id opened_ns closed_ns data_frames_client data_frames_server data_bytes_server"),
            "http2_streams stream_id=1 exchange_id=3000 opened_ns=1700000000003000000 closed_ns=1700000000004000000 data_frames_client=0"
            " data_frames_server=2 data_bytes_server=11\n");
  EXPECT_EQ(connection(talk, "protocol how frames streams max_concurrent_streams_seen hpack_damaged midstream limited"),
            "http2_connections protocol=2 how=prior-knowledge"
            " frames={\"client\":{\"HEADERS\":1,\"SETTINGS\":2},\"server\":{\"DATA\":2,\"HEADERS\":1,\"SETTINGS\":2}}"
            " streams=1 max_concurrent_streams_seen=1 hpack_damaged=0 midstream=0 limited=0\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2, StreamsAreReadBesideOneAnother) {
  Conversation talk = begun();
  talk.client(get(1, "/1") + get(3, "/3") + get(5, "/5"))
      .server(response(3) + data(3, "three") + response(1) + data(1, "one") + data(3, "", end_stream))
      .server(response(5, "404", end_stream) + data(1, "", end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "stream_id ordinal idle_before_ns path status response_body_bytes complete"),
            "http_exchanges stream_id=3 ordinal=2 idle_before_ns=0 path=/3 status=200 response_body_bytes=5 complete=1\n"
            "http_exchanges stream_id=5 ordinal=3 idle_before_ns=0 path=/5 status=404 response_body_bytes=0 complete=1\n"
            "http_exchanges stream_id=1 ordinal=1 idle_before_ns=NULL path=/1 status=200 response_body_bytes=3 complete=1\n");
  EXPECT_EQ(connection(talk, "streams max_concurrent_streams_seen server_data_interleaved"),
            "http2_connections streams=3 max_concurrent_streams_seen=3 server_data_interleaved=2\n");
}

TEST(Http2, IdleBeforeIsFromTheEndOfWhatWasOpenBefore) {
  Conversation talk = begun();
  talk.client(get(1, "/1")).server(response(1, "204", end_stream)).client(get(3, "/2")).server(response(3, "204", end_stream)).close();
  EXPECT_EQ(exchanges(talk, "stream_id idle_before_ns"),
            "http_exchanges stream_id=1 idle_before_ns=NULL\nhttp_exchanges stream_id=3 idle_before_ns=1000000\n");
}

TEST(Http2, RequestBodiesInterimResponsesAndTrailers) {
  Conversation talk = begun();
  const std::string post = "\x83\x86" + field(":authority", "a.example") + field(":path", "/up") + field("expect", "100-continue");
  talk.client(headers(1, post))
      .server(response(1, "100") + response(1, "103"))
      .client(data(1, "body") + headers(1, field("x-sum", "4"), end_headers | end_stream))
      .server(response(1) + data(1, "ok") + headers(1, field("grpc-status", "0"), end_headers | end_stream))
      .close();
  EXPECT_EQ(
      exchanges(talk, "method interim_statuses status request_body_bytes request_trailers response_body_bytes response_trailers complete"),
      "http_exchanges method=POST interim_statuses=[100,103] status=200 request_body_bytes=4 request_trailers=[[\"x-sum\",\"4\"]]"
      " response_body_bytes=2 response_trailers=[[\"grpc-status\",\"0\"]] complete=1\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2, PaddingIsNoContentButCounts) {
  Conversation talk = begun();
  talk.client(headers(1, '\x03' + get_block("/") + std::string(3, '\0'), end_headers | end_stream | padded))
      .server(response(1) + data(1, '\x05' + std::string("abc") + std::string(5, '\0'), padded) +
              data(1, std::string(1, '\x02') + "\0\0"s, padded | end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "path response_body_bytes complete"), "http_exchanges path=/ response_body_bytes=3 complete=1\n");
  EXPECT_EQ(streams(talk, "data_frames_server data_bytes_server"), "http2_streams data_frames_server=2 data_bytes_server=12\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2, AHeaderBlockOverSeveralFrames) {
  Conversation talk = begun();
  const std::string block = get_block("/long") + field("a", std::string(300, 'b'));
  talk.client(headers(1, block.substr(0, 40), end_stream) + frame(Type::continuation, 0, 1, block.substr(40, 100)))
      .server(settings())  // the other side may speak in between
      .client(frame(Type::continuation, end_headers, 1, block.substr(140)))
      .server(response(1, "204", end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "path request_first_frame request_last_frame status complete"),
            "http_exchanges path=/long request_first_frame=3 request_last_frame=5 status=204 complete=1\n");
  EXPECT_EQ(connection(talk, "continuations_in_a_row_max"), "http2_connections continuations_in_a_row_max=2\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2, PushedResponsesNameTheStreamThatPromisedThem) {
  Conversation talk = begun();
  talk.client(get(1, "/"))
      .server(frame(Type::push_promise, end_headers, 1, u32(2) + get_block("/style.css")) + response(1) + data(1, "page", end_stream))
      .server(response(2) + data(2, "css", end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "stream_id ordinal method path status response_body_bytes pushed complete"),
            "http_exchanges stream_id=1 ordinal=1 method=GET path=/ status=200 response_body_bytes=4 pushed=0 complete=1\n"
            "http_exchanges stream_id=2 ordinal=2 method=GET path=/style.css status=200 response_body_bytes=3 pushed=1 complete=1\n");
  EXPECT_EQ(streams(talk, "stream_id promised_by"),
            "http2_streams stream_id=1 promised_by=NULL\nhttp2_streams stream_id=2 promised_by=1\n");
  EXPECT_EQ(connection(talk, "streams pushed_streams max_concurrent_streams_seen max_concurrent_pushes_seen"),
            "http2_connections streams=2 pushed_streams=1 max_concurrent_streams_seen=1 max_concurrent_pushes_seen=1\n");
}

TEST(Http2, AResetStreamTellsWhoAndWhy) {
  Conversation talk = begun();
  talk.client(get(1, "/slow")).client(rst_stream(1, 8)).server(response(1)).close();  // the response was on its way
  EXPECT_EQ(exchanges(talk, "path status complete"), "http_exchanges path=/slow status=200 complete=0\n");
  EXPECT_EQ(streams(talk, "reset_code reset_error reset_by reset_ns"),
            "http2_streams reset_code=8 reset_error=CANCEL reset_by=client reset_ns=1700000000004000000\n");
  EXPECT_EQ(connection(talk, "client_resets resets_before_response"), "http2_connections client_resets=1 resets_before_response=1\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2, PrioritiesOldAndNew) {
  Conversation talk = begun();
  talk.client(frame(Type::priority, 0, 3, u32(0) + '\xc8'))  // of a stream that is never used
      .client(headers(5, u32(0x80000003) + '\x0f' + get_block("/"), end_headers | end_stream | with_priority))
      .client(headers(7, get_block("/") + field("priority", "u=5"), end_headers | end_stream) +
              frame(Type::priority_update, 0, 0, u32(7) + "u=1, i"))
      .close();
  EXPECT_EQ(streams(talk, "stream_id exchange_id weight depends_on exclusive urgency incremental"),
            "http2_streams stream_id=3 exchange_id=NULL weight=201 depends_on=0 exclusive=0 urgency=NULL incremental=NULL\n"
            "http2_streams stream_id=5 exchange_id=4000 weight=16 depends_on=3 exclusive=1 urgency=NULL incremental=NULL\n"
            "http2_streams stream_id=7 exchange_id=5000 weight=NULL depends_on=NULL exclusive=NULL urgency=1 incremental=1\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2, SettingsPingsAndGoaway) {
  Conversation talk;
  talk.client(preface + settings({{4, 1 << 20}, {2, 0}, {0x1234, 5}}))
      .server(settings({{3, 100}}) + settings_ack())
      .client(settings_ack() + ping("12345678"))
      .server(ping("12345678", ack))
      .client(ping("abcdefgh"))
      .server(goaway(0x7fffffff, 0, "bye") + goaway(0, 11, "too many"))
      .client(goaway(0, 0))
      .close();
  EXPECT_EQ(connection(
                talk, "client_settings server_settings client_settings_ack_ns server_settings_ack_ns pings pings_answered ping_rtt_min_ns"),
            "http2_connections client_settings={\"INITIAL_WINDOW_SIZE\":1048576,\"ENABLE_PUSH\":0,\"0x1234\":5}"
            " server_settings={\"MAX_CONCURRENT_STREAMS\":100} client_settings_ack_ns=1000000 server_settings_ack_ns=1000000 pings=2"
            " pings_answered=1 ping_rtt_min_ns=1000000\n");
  EXPECT_EQ(connection(talk, "goaways goaway_code goaway_error goaway_by goaway_last_stream goaway_debug"),
            "http2_connections goaways=3 goaway_code=11 goaway_error=ENHANCE_YOUR_CALM goaway_by=server goaway_last_stream=0"
            " goaway_debug=too many\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_pings from_client frame answer_ns"}),
            "http2_pings from_client=1 frame=3 answer_ns=1700000000004000000\nhttp2_pings from_client=1 frame=5 answer_ns=NULL\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_goaways from_client last_stream error debug"}),
            "http2_goaways from_client=0 last_stream=2147483647 error=NO_ERROR debug=bye\n"
            "http2_goaways from_client=0 last_stream=0 error=ENHANCE_YOUR_CALM debug=too many\n"
            "http2_goaways from_client=1 last_stream=0 error=NO_ERROR debug=NULL\n");
}

TEST(Http2, OriginsAndAlternativeServices) {
  Conversation talk = begun();
  talk.server(frame(Type::origin, 0, 0, u16(9) + "https://a" + u16(9) + "https://b") + frame(Type::altsvc, 0, 0, u16(1) + "ah3=\":443\"") +
              frame(static_cast<Type>(0xb7), 0, 0, "grease"))
      .close();
  EXPECT_EQ(connection(talk, "origins alt_svc frames"),
            "http2_connections origins=[\"https://a\",\"https://b\"] alt_svc=h3=\":443\""
            " frames={\"client\":{\"SETTINGS\":1},\"server\":{\"SETTINGS\":2,\"ALTSVC\":1,\"ORIGIN\":1,\"unknown\":1}}\n");
  EXPECT_EQ(anomalies(talk), "");
}

// RFC 7540 section 3.2: the 101 was an interim response to the exchange that stream 1 goes on with.
TEST(Http2, AnUpgradedConnectionGoesOnWithTheSameExchange) {
  Conversation talk;
  talk.client("GET /old HTTP/1.1\r\nHost: a.example\r\n\r\n")
      .server("HTTP/1.1 204 No Content\r\n\r\n")
      .client(
          "GET /x HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
          "AAMAAABkAAQAAP__\r\n\r\n")
      .server("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + settings())
      .client(client_start() + get(3, "/y"))
      .server(response(1) + data(1, "one", end_stream) + response(3, "204", end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "stream_id ordinal version idle_before_ns method authority path status interim_statuses upgraded_to complete"),
            "http_exchanges stream_id=NULL ordinal=1 version=1.1 idle_before_ns=NULL method=GET authority=a.example path=/old status=204"
            " interim_statuses=NULL upgraded_to=NULL complete=1\n"
            "http_exchanges stream_id=1 ordinal=2 version=2 idle_before_ns=1000000 method=GET authority=a.example path=/x status=200"
            " interim_statuses=[101] upgraded_to=h2c complete=1\n"
            "http_exchanges stream_id=3 ordinal=3 version=2 idle_before_ns=0 method=GET authority=a.example path=/y status=204"
            " interim_statuses=NULL upgraded_to=NULL complete=1\n");
  EXPECT_EQ(connection(talk, "how client_settings"),
            "http2_connections how=upgrade client_settings={\"MAX_CONCURRENT_STREAMS\":100,\"INITIAL_WINDOW_SIZE\":65535}\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2, WhatAConnectCarriesIsReadAsAChannelOfItsOwn) {
  Conversation talk = begun();
  talk.client(headers(1, field(":method", "CONNECT") + field(":authority", "b.example:80")))
      .server(response(1))
      .client(data(1, "GET /in HTTP/1.1\r\nHost: b.example\r\n\r\n"))
      .server(data(1, "HTTP/1.1 204 No Content\r\n\r\n"))
      .client(data(1, "", end_stream))
      .server(data(1, "", end_stream))
      .close();
  EXPECT_EQ(
      exchanges(talk, "stream_id version method authority path status upgraded_to complete"),
      "http_exchanges stream_id=NULL version=1.1 method=GET authority=b.example path=/in status=204 upgraded_to=NULL complete=1\n"
      "http_exchanges stream_id=1 version=2 method=CONNECT authority=b.example:80 path=NULL status=200 upgraded_to=tunnel complete=1\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2, CodedBodiesAreDecoded) {
  const std::string gzip_hello = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00"s;
  Conversation talk = begun();
  talk.client(get(1, "/"))
      .server(response(1, "200", 0, field("content-encoding", "gzip")) + data(1, gzip_hello.substr(0, 9)) +
              data(1, gzip_hello.substr(9), end_stream))
      .close();
  EXPECT_EQ(exchanges(talk, "response_body_bytes response_decoded_bytes"),
            "http_exchanges response_body_bytes=25 response_decoded_bytes=5\n");
}

TEST(Http2, SecretsAreTokens) {
  Conversation talk = begun();
  talk.client(headers(1, get_block("/") + field("cookie", "a=1") + field("authorization", "Basic eDp5"), end_headers | end_stream)).close();
  const std::string row = exchanges(talk, "request_headers");
  EXPECT_NE(row.find("a=token:"), std::string::npos) << row;
  EXPECT_EQ(row.find("eDp5"), std::string::npos) << row;
}

}  // namespace
}  // namespace longwire::test
