// HTTP/2 frames by their headers: what is read, what is wrong with one, and how they are known without the preface.
#include "dissectors/http2_frame.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

using namespace h2;

Match begins(std::string_view bytes, unsigned wanted = 64, std::uint32_t last_stream = (1 << 24) - 1) {
  return http2_frames_begin(as_bytes(bytes), wanted, last_stream);
}

TEST(Http2Frame, AHeaderIsNineBytes) {
  const std::string bytes = frame(Type::headers, 0x25, 0x80000007, std::string(70000, 'x'));
  const Http2Frame header = Http2Frame::read(as_bytes(bytes));
  EXPECT_EQ(header.length, 70000u);
  EXPECT_TRUE(header.is(Type::headers));
  EXPECT_TRUE(header.has(Http2Frame::end_stream) && header.has(Http2Frame::with_priority) && !header.has(Http2Frame::padded));
  EXPECT_EQ(header.stream, 7u);
  EXPECT_TRUE(header.reserved);
  EXPECT_EQ(http2_frame_name(header.type), "HEADERS");
  EXPECT_EQ(http2_frame_name(0x0b), "");
  EXPECT_EQ(http2_error_name(0xd), "HTTP_1_1_REQUIRED");
  EXPECT_EQ(http2_error_name(0xe), "");
}

TEST(Http2Frame, FramesAreKnownByHowTheyFit) {
  EXPECT_EQ(begins(settings_ack()), Match::yes);
  EXPECT_EQ(begins(ping("12345678")), Match::yes);
  EXPECT_EQ(begins(window_update(0, 1000)), Match::yes);
  EXPECT_EQ(begins(window_update(3, 1000)), Match::maybe);
  EXPECT_EQ(begins(window_update(3, 1000) + window_update(5, 1000)), Match::yes);
  EXPECT_EQ(begins(data(3, "abc") + data(3, "") + data(5, "x")), Match::yes);
  EXPECT_EQ(begins(data(3, std::string(16384, 'x'))), Match::maybe);
  EXPECT_EQ(begins(data(3, std::string(16385, 'x'))), Match::no);
}

TEST(Http2Frame, OtherBytesAreNone) {
  for (const std::string_view other :
       {"GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "SSH-2.0-x\r\n"}) {
    EXPECT_EQ(begins(other), Match::no) << other;
  }
  EXPECT_EQ(begins(std::string(100, '\0')), Match::no);  // DATA on no stream
  EXPECT_EQ(begins(std::string(100, ' ')), Match::no);
  std::mt19937 random(1);
  int believed = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    std::string bytes(64, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    believed += begins(bytes, 32, 2000) == Match::yes;
  }
  EXPECT_EQ(believed, 0);
}

// RFC 9218 section 4; structured fields (RFC 9651).
TEST(Http2Frame, UrgencyOfAPriorityField) {
  const auto read = [](std::string_view value) {
    HttpUrgency urgency;
    urgency.read(value);
    return std::make_pair(int{urgency.urgency}, int{urgency.incremental});
  };
  EXPECT_EQ(read("u=2, i"), std::make_pair(2, 1));
  EXPECT_EQ(read("i=?0,u=7"), std::make_pair(7, 0));
  EXPECT_EQ(read("u=3;x=1, i=?1;y"), std::make_pair(3, 1));
  EXPECT_EQ(read("u=8, j"), std::make_pair(-1, -1));
  EXPECT_EQ(read(""), std::make_pair(-1, -1));
}

}  // namespace
}  // namespace longwire::test
