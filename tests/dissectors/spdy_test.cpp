// Whole connections of SPDY, each read at every cut. What is expected follows from the drafts of SPDY 2 and 3.
#include "dissectors/spdy.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <functional>

#include "dissectors/spdy_dictionary.h"
#include "tests/conversation.h"
#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
using h2::u16, h2::u32;

constexpr std::uint8_t fin = 1;

// One side's header blocks, as it compresses them.
class Deflater {
 public:
  explicit Deflater(unsigned version) : version_(version) {
    deflateInit(&stream_, Z_BEST_COMPRESSION);
    const Bytes dictionary = as_bytes(spdy_dictionary(version));
    deflateSetDictionary(&stream_, dictionary.data(), static_cast<uInt>(dictionary.size()));
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string block(const Fields& fields) {
    std::string plain = number(fields.size());
    for (const auto& [name, value] : fields) plain += number(name.size()) + std::string(name) + number(value.size()) + std::string(value);
    std::string coded(plain.size() + 100, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(plain.data());
    stream_.avail_in = static_cast<uInt>(plain.size());
    stream_.next_out = reinterpret_cast<Bytef*>(coded.data());
    stream_.avail_out = static_cast<uInt>(coded.size());
    deflate(&stream_, Z_SYNC_FLUSH);
    coded.resize(coded.size() - stream_.avail_out);
    return coded;
  }

 private:
  std::string number(std::size_t value) const {
    return version_ == 2 ? u16(static_cast<std::uint32_t>(value)) : u32(static_cast<std::uint32_t>(value));
  }
  unsigned version_;
  z_stream stream_{};
};

// Both sides of a connection.
struct Talk {
  explicit Talk(unsigned v) : version(v), client(v), server(v) {}

  std::string control(unsigned type, std::uint8_t flags, std::string_view payload) const {
    return u16(0x8000 | version) + u16(type) + u32(static_cast<std::uint32_t>(flags) << 24 | static_cast<std::uint32_t>(payload.size())) +
           std::string(payload);
  }
  static std::string data(std::uint32_t stream, std::string_view payload, std::uint8_t flags = 0) {
    return u32(stream) + u32(static_cast<std::uint32_t>(flags) << 24 | static_cast<std::uint32_t>(payload.size())) + std::string(payload);
  }
  std::string ask(std::uint32_t stream, std::string_view method, std::string_view path, std::uint8_t flags = fin) {
    const Fields fields =
        version == 2 ? Fields{{"method", method}, {"url", path}, {"scheme", "https"}, {"host", "a.example"}, {"version", "HTTP/1.1"}}
                     : Fields{{":method", method}, {":path", path}, {":scheme", "https"}, {":host", "a.example"}, {":version", "HTTP/1.1"}};
    return control(1, flags, u32(stream) + u32(0) + u16(version == 2 ? 0x4000 : 0x6000) + client.block(fields));
  }
  std::string answer(std::uint32_t stream, std::string_view status, std::uint8_t flags = 0) {
    const Fields fields{
        {version == 2 ? "status" : ":status", status}, {version == 2 ? "version" : ":version", "HTTP/1.1"}, {"set-cookie", {"a\0b", 3}}};
    return control(2, flags, u32(stream) + (version == 2 ? u16(0) : "") + server.block(fields));
  }

  unsigned version;
  Deflater client, server;
};

std::string exchanges(const Conversation& talk, const std::string& columns) {
  return rows_at_every_cut(talk, {"http_exchanges " + columns});
}
std::string codes(const Conversation& talk) {
  return rows_at_every_cut(talk, {"anomalies side code"});
}

TEST(Spdy, EachVersionsStreamsAreExchanges) {
  for (const unsigned version : {2u, 3u}) {
    Talk spdy(version);
    Conversation talk;
    const std::string first = spdy.ask(1, "GET", "/1");  // blocks are compressed in the order in which they are sent
    talk.client(first + spdy.ask(3, "POST", "/3", 0))
        .server(spdy.answer(1, "200 OK") + Talk::data(1, "hello", fin))
        .client(Talk::data(3, "body", fin))
        .server(spdy.answer(3, "404 Not Found", fin))
        .close();
    const std::string name = "version=spdy/" + std::to_string(version);
    EXPECT_EQ(
        exchanges(talk,
                  "stream_id ordinal version method scheme authority path status reason request_body_bytes response_body_bytes complete"),
        "http_exchanges stream_id=1 ordinal=1 " + name +
            " method=GET scheme=https authority=a.example path=/1 status=200 reason=OK"
            " request_body_bytes=0 response_body_bytes=5 complete=1\n"
            "http_exchanges stream_id=3 ordinal=2 " +
            name +
            " method=POST scheme=https authority=a.example path=/3 status=404 reason=Not Found"
            " request_body_bytes=4 response_body_bytes=0 complete=1\n");
    EXPECT_EQ(
        rows_at_every_cut(talk, {"http2_connections how frames streams max_concurrent_streams_seen"}),
        "http2_connections how=prior-knowledge frames={\"client\":{\"DATA\":1,\"SYN_STREAM\":2},\"server\":{\"DATA\":1,\"SYN_REPLY\":2}}"
        " streams=2 max_concurrent_streams_seen=2\n");
    EXPECT_EQ(rows_at_every_cut(talk, {"http2_streams stream_id urgency"}),
              version == 2 ? "http2_streams stream_id=1 urgency=1\nhttp2_streams stream_id=3 urgency=1\n"
                           : "http2_streams stream_id=1 urgency=3\nhttp2_streams stream_id=3 urgency=3\n");
    EXPECT_EQ(codes(talk), "");
  }
}

// A value with zeros in it is a list; secrets stay secret.
TEST(Spdy, SeveralValuesAreSeveralFields) {
  Talk spdy(3);
  Conversation talk;
  talk.client(spdy.ask(1, "GET", "/")).server(spdy.answer(1, "200 OK", fin)).close();
  const std::string row = exchanges(talk, "response_headers");
  EXPECT_EQ(std::count(row.begin(), row.end(), '['), 3) << row;
}

TEST(Spdy, AWindowOfTheWholeConnectionIsVersion31) {
  Talk spdy(3);
  Conversation talk;
  talk.client(spdy.control(9, 0, u32(0) + u32(1000)) + spdy.ask(1, "GET", "/")).server(spdy.answer(1, "204", fin)).close();
  EXPECT_EQ(exchanges(talk, "version status reason"), "http_exchanges version=spdy/3.1 status=204 reason=NULL\n");
}

TEST(Spdy, PushedStreamsNameTheirPage) {
  Talk spdy(3);
  Conversation talk;
  const Fields pushed{
      {":scheme", "https"}, {":host", "a.example"}, {":path", "/style.css"}, {":status", "200 OK"}, {":version", "HTTP/1.1"}};
  talk.client(spdy.ask(1, "GET", "/"));
  const std::string promise = spdy.control(1, 2, u32(2) + u32(1) + u16(0) + spdy.server.block(pushed));
  talk.server(promise + spdy.answer(1, "200 OK", fin) + Talk::data(2, "css", fin)).close();
  EXPECT_EQ(exchanges(talk, "stream_id method path status response_body_bytes pushed complete"),
            "http_exchanges stream_id=1 method=GET path=/ status=200 response_body_bytes=0 pushed=0 complete=1\n"
            "http_exchanges stream_id=2 method=GET path=/style.css status=200 response_body_bytes=3 pushed=1 complete=1\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_streams stream_id promised_by"}),
            "http2_streams stream_id=1 promised_by=NULL\nhttp2_streams stream_id=2 promised_by=1\n");
}

TEST(Spdy, ResetsAndGoaway) {
  Talk spdy(3);
  Conversation talk;
  talk.client(spdy.ask(1, "GET", "/")).client(spdy.control(3, 0, u32(1) + u32(5))).server(spdy.control(7, 0, u32(1) + u32(0))).close();
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_streams reset_code reset_error reset_by",
                                     "http2_connections client_resets resets_before_response goaway_by"}),
            "http2_streams reset_code=5 reset_error=CANCEL reset_by=client\n"
            "http2_connections client_resets=1 resets_before_response=1 goaway_by=server\n");
}

TEST(Spdy, BehindLostHeaderBlocksNothingOfThemIsKnown) {
  Talk spdy(3);
  Conversation talk;
  talk.client(spdy.ask(1, "GET", "/1"));
  const std::string lost = spdy.ask(3, "GET", "/3");
  talk.gap(Side::client, lost.size())
      .client(spdy.ask(5, "GET", "/5"))
      .server(spdy.answer(1, "200 OK", fin))
      .server(spdy.answer(5, "200 OK", fin))
      .close();
  EXPECT_EQ(exchanges(talk, "stream_id method path status complete"),
            "http_exchanges stream_id=1 method=GET path=/1 status=200 complete=1\n"
            "http_exchanges stream_id=5 method=NULL path=NULL status=200 complete=0\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_connections hpack_damaged"}), "http2_connections hpack_damaged=1\n");
}

TEST(Spdy, AHoleInsideDataIsStillThatFrame) {
  Talk spdy(3);
  Conversation talk;
  const std::string body = Talk::data(1, std::string(100, 'x'), fin);
  talk.client(spdy.ask(1, "GET", "/"))
      .server(spdy.answer(1, "200 OK") + body.substr(0, 58))
      .gap(Side::server, 20)
      .server(body.substr(78))
      .close();
  EXPECT_EQ(exchanges(talk, "response_body_bytes complete"), "http_exchanges response_body_bytes=80 complete=0\n");
  EXPECT_EQ(codes(talk), "");
}

TEST(Spdy, Midstream) {
  Talk spdy(3);
  spdy.ask(1, "GET", "/missed");
  Conversation talk;
  talk.midstream().client(spdy.ask(3, "GET", "/3")).server(Talk::data(1, "rest", fin)).server(spdy.answer(3, "200 OK", fin)).close();
  EXPECT_EQ(exchanges(talk, "stream_id path complete"), "http_exchanges stream_id=3 path=NULL complete=0\n");
  EXPECT_EQ(rows_at_every_cut(talk, {"http2_connections how midstream"}), "http2_connections how=midstream midstream=1\n");
}

TEST(Spdy, Faults) {
  // What is told of a connection on which the client sends this behind a request.
  const auto told = [](const std::function<std::string(Talk&)>& bytes) {
    Talk spdy(3);
    Conversation talk;
    talk.client(spdy.ask(1, "GET", "/1")).client(bytes(spdy)).server(spdy.answer(1, "200 OK", fin)).close();
    return codes(talk);
  };
  const std::string head = u32(3) + u32(0) + u16(0);
  EXPECT_EQ(told([](Talk& spdy) { return spdy.ask(2, "GET", "/"); }), "anomalies side=client code=spdy.stream.parity\n");
  EXPECT_EQ(told([](Talk&) { return Talk::data(9, "x"); }), "anomalies side=client code=spdy.stream.closed\n");
  EXPECT_EQ(told([](Talk& spdy) { return spdy.control(6, 0, "12345"); }), "anomalies side=client code=spdy.frame.size\n");
  EXPECT_EQ(told([&](Talk& spdy) { return spdy.control(1, fin, head + "no zlib"); }), "anomalies side=client code=spdy.headers.zlib\n");
  EXPECT_EQ(told([](Talk& spdy) { return spdy.ask(3, "GET", "/").substr(0, 20); }), "anomalies side=client code=spdy.frame.short\n");
  EXPECT_EQ(told([](Talk&) { return u16(0x8009) + u16(1) + u32(0); }),
            "anomalies side=client code=spdy.frame.version\nanomalies side=client code=channel.passed_over\n");
}

}  // namespace
}  // namespace longwire::test
