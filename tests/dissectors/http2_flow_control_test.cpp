// Flow control: windows as SETTINGS, WINDOW_UPDATE and DATA make them, and the stalls that show in a connection.
#include "dissectors/http2_flow_control.h"

#include <gtest/gtest.h>

#include "tests/conversation.h"
#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

using namespace h2;

std::string stalls(const Conversation& talk) {
  return rows_at_every_cut(talk, {"http2_stalls stream_id side frame end_frame bytes_waiting ended_by resumed_ns"});
}
std::string anomalies(const Conversation& talk) {
  return rows_at_every_cut(talk, {"anomalies side offset code detail"});
}

// A client whose streams take `window` bytes, and has asked for something: packets 1 to 3.
Conversation asked(std::uint32_t window, std::uint32_t streams = 1) {
  Conversation talk;
  talk.client(preface + settings({{4, window}})).server(settings() + settings_ack());
  std::string requests = settings_ack();
  for (std::uint32_t i = 0; i < streams; ++i) requests += get(2 * i + 1, "/");
  talk.client(requests);
  return talk;
}

const std::string ten(10, 'x');

TEST(Http2FlowControl, AStallLastsFromTheLastByteToTheWindowUpdate) {
  Conversation talk = asked(10);
  talk.server(response(1) + data(1, ten.substr(0, 4)))
      .server(data(1, ten.substr(0, 6)))
      .client(ping("12345678"))
      .client(window_update(1, 20))
      .server(data(1, ten, end_stream))
      .close();
  EXPECT_EQ(
      stalls(talk),
      "http2_stalls stream_id=1 side=server frame=5 end_frame=7 bytes_waiting=10 ended_by=window_update resumed_ns=1700000000008000000\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_connections client_stalls server_stalls server_stalled_ns"}),
            "http2_connections client_stalls=0 server_stalls=1 server_stalled_ns=2000000\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2FlowControl, AWindowUsedUpByAllThereWasIsNoStall) {
  Conversation ended = asked(10);
  ended.server(response(1) + data(1, ten, end_stream)).close();
  EXPECT_EQ(stalls(ended), "");
  Conversation told = asked(10);  // content-length says that nothing follows but the end
  told.server(response(1, "200", 0, field("content-length", "10")) + data(1, ten))
      .client(window_update(1, 10))
      .server(data(1, "", end_stream))
      .close();
  EXPECT_EQ(stalls(told), "");
}

TEST(Http2FlowControl, WhatWaitsIsToldByContentLength) {
  Conversation talk = asked(10);
  talk.server(response(1, "200", 0, field("content-length", "30")) + data(1, ten))
      .client(window_update(1, 10))
      .server(data(1, ten))
      .close();
  EXPECT_EQ(
      stalls(talk),
      "http2_stalls stream_id=1 side=server frame=4 end_frame=5 bytes_waiting=20 ended_by=window_update resumed_ns=1700000000006000000\n"
      "http2_stalls stream_id=1 side=server frame=6 end_frame=8 bytes_waiting=10 ended_by=end resumed_ns=NULL\n");
}

TEST(Http2FlowControl, ResetAndEndEndStallsToo) {
  Conversation talk = asked(10, 2);
  talk.server(response(1) + data(1, ten) + response(3) + data(3, ten)).client(rst_stream(1, 8)).close();
  EXPECT_EQ(stalls(talk),
            "http2_stalls stream_id=1 side=server frame=4 end_frame=5 bytes_waiting=NULL ended_by=reset resumed_ns=NULL\n"
            "http2_stalls stream_id=3 side=server frame=4 end_frame=7 bytes_waiting=NULL ended_by=end resumed_ns=NULL\n");
}

// RFC 9113 section 6.9.2: a changed initial window moves the windows of all streams.
TEST(Http2FlowControl, SettingsOpenTheWindowsOfAllStreams) {
  Conversation talk = asked(10);
  talk.server(response(1) + data(1, ten)).client(settings({{4, 30}})).server(settings_ack() + data(1, ten)).close();
  EXPECT_EQ(stalls(talk),
            "http2_stalls stream_id=1 side=server frame=4 end_frame=5 bytes_waiting=10 ended_by=settings resumed_ns=1700000000006000000\n");
  EXPECT_EQ(anomalies(talk), "");
}

// What is on its way when the window shrinks is no fault; from the acknowledgement on the sender is held up.
TEST(Http2FlowControl, ASmallerWindowCountsFromItsAcknowledgement) {
  Conversation talk = asked(100);
  talk.server(response(1) + data(1, ten))
      .client(settings({{4, 15}}))
      .server(data(1, ten))
      .server(settings_ack())
      .client(window_update(1, 100))
      .server(data(1, ten, end_stream))
      .close();
  EXPECT_EQ(
      stalls(talk),
      "http2_stalls stream_id=1 side=server frame=7 end_frame=8 bytes_waiting=10 ended_by=window_update resumed_ns=1700000000009000000\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2FlowControl, AWindowOfNothingHoldsUpFromTheHeadersOn) {
  Conversation talk = asked(0);
  talk.server(response(1)).client(window_update(1, 10)).server(data(1, ten, end_stream)).close();
  EXPECT_EQ(
      stalls(talk),
      "http2_stalls stream_id=1 side=server frame=4 end_frame=5 bytes_waiting=10 ended_by=window_update resumed_ns=1700000000006000000\n");
}

// The connection's window is used up by one stream, and holds up another; padding counts.
TEST(Http2FlowControl, TheConnectionHasAWindowOfItsOwn) {
  Conversation talk = asked(1 << 20, 2);
  const std::string most(16379, 'x');  // with five bytes of padding 16384
  for (int i = 0; i < 3; ++i) talk.server((i == 0 ? response(1) : "") + data(1, '\x04' + most + std::string(4, '\0'), padded));
  talk.server(response(3) + data(1, most + "abcd"))
      .client(window_update(1, 1000))
      .client(window_update(0, 100))
      .server(data(3, ten, end_stream))
      .close();
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_stalls stream_id side frame end_frame bytes_waiting ended_by"}),
            "http2_stalls stream_id=0 side=server frame=7 end_frame=9 bytes_waiting=10 ended_by=window_update\n");
  EXPECT_EQ(anomalies(talk), "");
}

TEST(Http2FlowControl, ClientsAreHeldUpLikewise) {
  Conversation talk;
  talk.client(client_start()).server(settings({{4, 5}}) + settings_ack()).client(settings_ack());
  talk.client(headers(1, get_block("/up")) + data(1, "12345")).server(window_update(1, 5)).client(data(1, "67890", end_stream)).close();
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_stalls stream_id side frame end_frame"}),
            "http2_stalls stream_id=1 side=client frame=4 end_frame=5\n");
}

TEST(Http2FlowControl, WhatASenderMayNot) {
  Conversation talk = asked(10);
  talk.server(response(1) + data(1, ten + "!"))
      .client(window_update(1, 0) + window_update(0, 0))
      .client(window_update(1, 0x7fffffff))
      .client(window_update(0, 0x7fffffff))
      .close();
  EXPECT_EQ(rows_at_every_cut(talk, {"anomalies side code"}),
            "anomalies side=server code=http2.window.exceeded\n"
            "anomalies side=client code=http2.window.zero\n"
            "anomalies side=client code=http2.window.zero\n"
            "anomalies side=client code=http2.window.overflow\n");
}

TEST(Http2FlowControl, BehindAHoleNothingIsTold) {
  Conversation talk = asked(10);
  talk.server(response(1))
      .gap(Side::server, 100)
      .server(ping("12345678") + data(1, ten))
      .client(window_update(1, 10))
      .server(data(1, ten))
      .close();
  EXPECT_EQ(stalls(talk), "");
}

}  // namespace
}  // namespace longwire::test
