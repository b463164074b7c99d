// HTTP/2 that would take memory without end: what is kept has a bound, what is counted has none, and reading goes on.
#include <gtest/gtest.h>

#include "capture/limits.h"
#include "dissectors/http2.h"
#include "tests/conversation.h"
#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

using namespace h2;

std::string read_rows(const Conversation& talk, const std::vector<std::string>& chosen) {
  RowBatch rows;
  read(talk, {}, rows);
  return rows_as_text(rows, chosen);
}
Conversation begun() {
  Conversation talk;
  talk.client(client_start()).server(settings() + settings_ack()).client(settings_ack());
  return talk;
}

TEST(Http2Limits, OfTooManyStreamsTheOldestIsGivenUp) {
  Conversation talk = begun();
  std::string all;
  for (std::uint32_t id = 1; id <= 2 * limits::http2_streams + 1; id += 2) all += get(id, "/");
  talk.client(all).server(response(3, "204", end_stream));
  RowBatch rows;
  read(talk, {}, rows);
  ASSERT_EQ(rows.rows<HttpExchangeRow>().size(), limits::http2_streams + 1);
  const HttpExchangeRow& oldest = rows.rows<HttpExchangeRow>().front();
  EXPECT_EQ(oldest.stream_id.value, 1);
  EXPECT_EQ(oldest.limited.value, 1);
  EXPECT_EQ(rows.rows<HttpExchangeRow>()[1].status.value, 204);
  EXPECT_EQ(
      rows_as_text(rows, {"anomalies code detail", "http2_connections streams limited"}),
      "anomalies code=http2.limit detail=streams\nhttp2_connections streams=" + std::to_string(limits::http2_streams + 1) + " limited=1\n");
}

// Each byte of the block stands for 4,000: the list is not kept, but what comes behind it is read as it should.
TEST(Http2Limits, AHeaderBombIsDecodedAndNotKept) {
  Conversation talk = begun();
  const std::string bomb = get_block("/bomb") + field("x", std::string(3900, 'x'), true) + std::string(10000, '\xbe');
  talk.client(headers(1, bomb, end_headers | end_stream)).client(headers(3, get_block("/after") + '\xbe', end_headers | end_stream));
  RowBatch rows;
  read(talk, {}, rows);
  EXPECT_EQ(rows_as_text(rows, {"http_exchanges path limited", "anomalies code"}),
            "http_exchanges path=/bomb limited=1\nhttp_exchanges path=/after limited=0\nanomalies code=http2.headers.expansion\n");
  EXPECT_LT(rows.rows<HttpExchangeRow>()[0].request_headers.size(), limits::http2_header_bytes + 5000);
  EXPECT_GT(rows.rows<HttpExchangeRow>()[1].request_headers.size(), 3900u);
  EXPECT_EQ(rows.rows<Http2ConnectionRow>()[0].client_header_plain_bytes.value > 39'000'000, true);
}

TEST(Http2Limits, AFieldThatNeverEndsIsGivenUpAndTheBlockPassedOver) {
  Conversation talk = begun();
  std::string endless = headers(1, get_block("/endless") + std::string("\0\1a\x7f\x80\x80\x80\x08", 8), end_stream);  // 16 MB to come
  for (int i = 0; i < 20; ++i) endless += frame(Type::continuation, 0, 1, std::string(16384, 'x'));
  talk.client(endless + frame(Type::continuation, end_headers, 1, "x"))
      .client(headers(3, get_block("/after") + '\xbe', end_headers | end_stream));
  EXPECT_EQ(read_rows(talk, {"http_exchanges path request_headers complete", "anomalies code detail"}),
            "http_exchanges path=/endless request_headers=[] complete=0\n"
            "http_exchanges path=/after request_headers=[[null,null]] complete=0\n"
            "anomalies code=http2.limit detail=a header field\n");
}

TEST(Http2Limits, AFrameThatIsTooLongToKeepIsPassedOver) {
  Conversation talk = begun();
  talk.client(goaway(0, 0, std::string(limits::http2_frame_bytes, 'x')) + get(1, "/after")).close();
  EXPECT_EQ(read_rows(talk, {"http_exchanges path", "anomalies code detail"}),
            "http_exchanges path=/after\nanomalies code=http2.frame.length detail=262152\nanomalies code=http2.limit detail=a frame\n");
}

// Header fields of all open streams together.
TEST(Http2Limits, TextOfOpenStreamsHasABound) {
  Conversation talk = begun();
  const std::string large = get_block("/") + field("x", std::string(16000, 'x'));
  std::string all;
  for (std::uint32_t id = 1; id <= 5001; id += 2) all += headers(id, large, end_headers | end_stream);
  talk.client(all);
  RowBatch rows;
  read(talk, {}, rows);
  std::size_t kept = 0;
  for (const HttpExchangeRow& row : rows.rows<HttpExchangeRow>()) kept += row.request_headers.size();
  EXPECT_EQ(rows.rows<HttpExchangeRow>().size(), 2501u);
  EXPECT_LT(kept, limits::http2_text_bytes + 20000);
  EXPECT_EQ(rows.rows<HttpExchangeRow>().back().limited.value, 1);
}

}  // namespace
}  // namespace longwire::test
