#include "dissectors/websocket_frame.h"

#include <gtest/gtest.h>

#include "tests/websocket_bytes.h"

namespace longwire {
namespace {

using test::client_frame, test::frame_header, test::server_frame;

WebSocketFrame header_of(std::string_view bytes) {
  WebSocketFrame frame;
  EXPECT_EQ(read_frame_header(as_bytes(bytes), frame), 0u);
  for (std::size_t size = 0; size < frame.header_bytes; ++size) {
    WebSocketFrame cut;
    EXPECT_GT(read_frame_header(as_bytes(bytes.substr(0, size)), cut), size) << "of " << size << " bytes";
  }
  return frame;
}

std::string unmasked(const WebSocketFrame& frame, std::string_view bytes) {
  const std::string_view payload = bytes.substr(frame.header_bytes, frame.length);
  std::string out(payload.size(), '\0');
  unmask(as_bytes(payload), frame.mask, 0, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

// ---- RFC 6455 section 5.7, example by example ----

TEST(WebSocketFrame, SingleFrameUnmaskedTextMessage) {
  const WebSocketFrame frame = header_of("\x81\x05Hello");
  EXPECT_TRUE(frame.fin && !frame.masked && frame.shortest && frame.known() && !frame.control());
  EXPECT_EQ(frame.reserved, 0);
  EXPECT_EQ(frame.opcode, WebSocketFrame::text);
  EXPECT_EQ(frame.length, 5u);
  EXPECT_EQ(frame.header_bytes, 2);
}

TEST(WebSocketFrame, SingleFrameMaskedTextMessage) {
  constexpr std::string_view bytes = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  const WebSocketFrame frame = header_of(bytes);
  EXPECT_TRUE(frame.fin && frame.masked);
  EXPECT_EQ(frame.opcode, WebSocketFrame::text);
  EXPECT_EQ(frame.bytes(), bytes.size());
  EXPECT_EQ(unmasked(frame, bytes), "Hello");
}

TEST(WebSocketFrame, FragmentedUnmaskedTextMessage) {
  const WebSocketFrame first = header_of("\x01\x03Hel");
  EXPECT_EQ(first.opcode, WebSocketFrame::text);
  EXPECT_FALSE(first.fin);
  const WebSocketFrame last = header_of("\x80\x02lo");
  EXPECT_EQ(last.opcode, WebSocketFrame::continuation);
  EXPECT_TRUE(last.fin);
}

TEST(WebSocketFrame, UnmaskedPingRequestAndMaskedPingResponse) {
  const WebSocketFrame ping = header_of("\x89\x05Hello");
  EXPECT_EQ(ping.opcode, WebSocketFrame::ping);
  EXPECT_TRUE(ping.control());
  constexpr std::string_view answer = "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  const WebSocketFrame pong = header_of(answer);
  EXPECT_EQ(pong.opcode, WebSocketFrame::pong);
  EXPECT_EQ(unmasked(pong, answer), "Hello");
}

TEST(WebSocketFrame, BinaryMessageOf256BytesInASingleUnmaskedFrame) {
  using namespace std::string_view_literals;
  const WebSocketFrame frame = header_of("\x82\x7e\x01\x00"sv);
  EXPECT_EQ(frame.opcode, WebSocketFrame::binary);
  EXPECT_EQ(frame.length, 256u);
  EXPECT_EQ(frame.header_bytes, 4);
}

TEST(WebSocketFrame, BinaryMessageOf64KiBInASingleUnmaskedFrame) {
  using namespace std::string_view_literals;
  const WebSocketFrame frame = header_of("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv);
  EXPECT_EQ(frame.length, 65536u);
  EXPECT_EQ(frame.header_bytes, 10);
}

// ---- beyond the examples ----

TEST(WebSocketFrame, LengthsAreToStandInAsFewBytesAsTheyCan) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(header_of("\x82\x7e\x00\x7d"sv).shortest);
  EXPECT_TRUE(header_of("\x82\x7e\x00\x7e"sv).shortest);
  EXPECT_FALSE(header_of("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"sv).shortest);
  EXPECT_TRUE(header_of("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"sv).shortest);
  EXPECT_GT(header_of("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"sv).length, WebSocketFrame::largest_length);
}

TEST(WebSocketFrame, ReservedBitsAndOpcodes) {
  EXPECT_EQ(header_of(server_frame(0x80 | 0x40 | 1, "")).reserved, WebSocketFrame::rsv1);
  EXPECT_EQ(header_of(server_frame(0x80 | 0x10 | 1, "")).reserved, 1);
  for (unsigned opcode = 0; opcode < 16; ++opcode) {
    const WebSocketFrame frame = header_of(server_frame(0x80 | opcode, ""));
    EXPECT_EQ(frame.known(), opcode <= 2 || (opcode >= 8 && opcode <= 10)) << opcode;
    EXPECT_EQ(frame.control(), opcode >= 8) << opcode;
  }
}

TEST(WebSocketFrame, UnmaskingMayBeginAnywhere) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 7);
  const std::string bytes = client_frame(0x82, text);
  const WebSocketFrame frame = header_of(bytes);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::string out(text.size(), '\0');
    const std::span<std::uint8_t> room(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
    const Bytes payload = as_bytes(bytes).subspan(frame.header_bytes);
    unmask(payload.first(cut), frame.mask, 0, room.first(cut));
    unmask(payload.subspan(cut), frame.mask, cut, room.subspan(cut));
    ASSERT_EQ(out, text) << "cut at " << cut;
  }
}

TEST(WebSocketFrame, AStartIsCertainAfterFiveHeadersThatMakeSense) {
  std::string feed;
  for (int i = 0; i < 6; ++i) feed += server_frame(0x81, "some text that is pushed");
  const std::size_t fifth = 4 * server_frame(0x81, "some text that is pushed").size() + 2;
  EXPECT_EQ(starts_frames(as_bytes(feed), false, false), Match::yes);
  EXPECT_EQ(starts_frames(as_bytes(feed).first(fifth), false, false), Match::yes);
  for (std::size_t size = 0; size < fifth; ++size) EXPECT_EQ(starts_frames(as_bytes(feed).first(size), false, false), Match::maybe) << size;
  EXPECT_EQ(starts_frames(as_bytes(feed), true, false), Match::no) << "a client masks";
  EXPECT_EQ(starts_frames(as_bytes(feed).subspan(1), false, false), Match::no);
}

TEST(WebSocketFrame, AStartMayBeOfAContinuationButTheRestMustFit) {
  const std::string middle = server_frame(0, "a") + server_frame(0x80, "b");
  const std::string ping = server_frame(0x89, "");
  EXPECT_EQ(starts_frames(as_bytes(middle + ping + ping + ping), false, false), Match::yes);
  EXPECT_EQ(starts_frames(as_bytes(middle + server_frame(0x80, "c")), false, false), Match::no) << "nothing is left to be continued";
  EXPECT_EQ(starts_frames(as_bytes(server_frame(0x01, "a") + server_frame(0x81, "b")), false, false), Match::no) << "nor finished";
  EXPECT_EQ(starts_frames(as_bytes(server_frame(0xc1, "a")), false, false), Match::no);
  EXPECT_EQ(starts_frames(as_bytes(server_frame(0xc1, "a")), false, true), Match::maybe);
  EXPECT_EQ(starts_frames(as_bytes(server_frame(0x09, "a")), false, false), Match::no) << "control frames are not fragmented";
  EXPECT_EQ(starts_frames(as_bytes(frame_header(0x89, 126)), false, false), Match::no);
}

// A large message is full of zeros often enough, and two of them are a fragment of nothing.
TEST(WebSocketFrame, ZerosAreNoStart) {
  const std::string zeros(100, '\0');
  EXPECT_EQ(starts_frames(as_bytes(zeros), false, false), Match::no);
  EXPECT_EQ(starts_frames(as_bytes(server_frame(0x01, "a") + zeros), false, false), Match::no);
  EXPECT_EQ(starts_frames(as_bytes(server_frame(0x01, "") + server_frame(0x80, "")), false, false), Match::maybe);
}

// RFC 6455 section 7.4; 1012 to 1014 were registered later.
TEST(WebSocketFrame, CodesThatMayStandInACloseFrame) {
  for (const unsigned code : {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999})
    EXPECT_TRUE(may_close_with(static_cast<std::uint16_t>(code))) << code;
  for (const unsigned code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    EXPECT_FALSE(may_close_with(static_cast<std::uint16_t>(code))) << code;
}

}  // namespace
}  // namespace longwire
