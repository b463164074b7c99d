// Coded bodies through HTTP/1.x: what is counted, and what --bodies writes. The coded bytes were made by Python's zlib
// and gzip modules and by the zstd program.
#include "dissectors/http_content.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/conversation.h"
#include "tests/example_database.h"

namespace longwire::test {
namespace {

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

const std::string gzip_hello = unhex("1f8b0800000000000203cb48cdc9c9070086a6103605000000");
const std::string zlib_hello = unhex("789ccb48cdc9c90700062c0215");
const std::string zstd_hello = unhex("28b52ffd045829000068656c6c6fa36d9f88");
const std::string brotli_of_gzip_hello = unhex("0b0c80") + gzip_hello + unhex("03");  // RFC 7932: an uncompressed meta-block

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string message(std::string_view start, std::string_view fields, std::string_view body) {
  return std::string(start) + "\r\n" + std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}
std::string ok(std::string_view fields, std::string_view body) {
  return message("HTTP/1.1 200 OK", fields, body);
}
// In chunks of `size` bytes.
std::string chunked(std::string_view body, std::size_t size) {
  std::string framed;
  for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
    char line[20];
    std::snprintf(line, sizeof line, "%zx\r\n", std::min(size, body.size()));
    framed += line + std::string(body.substr(0, size)) + "\r\n";
  }
  return framed + "0\r\n\r\n";
}

// "framed decoded" bytes of the response, and the anomalies.
std::string sizes(std::string_view response) {
  Conversation talk;
  talk.client(get).server(response).close();
  return rows_at_every_cut(talk, {"http_exchanges response_body_bytes response_decoded_bytes", "anomalies code"});
}
std::string sized(std::size_t framed, const std::string& decoded) {
  return "http_exchanges response_body_bytes=" + std::to_string(framed) + " response_decoded_bytes=" + decoded + "\n";
}

TEST(HttpContent, OneCoding) {
  EXPECT_EQ(sizes(ok("Content-Encoding: gzip\r\n", gzip_hello)), sized(25, "5"));
  EXPECT_EQ(sizes(ok("Content-Encoding: identity\r\n", "hello")), sized(5, "5"));
  EXPECT_EQ(sizes(ok("Content-Encoding: \r\n", "hello")), sized(5, "5"));
  EXPECT_EQ(sizes(ok("Content-Encoding: compress\r\n", "hello")), sized(5, "NULL"));
}

// RFC 9110 section 8.4: listed in the order in which they were applied; section 5.3: field lines of one name are one list.
TEST(HttpContent, SeveralCodingsAreTakenOffFromTheLastOneInOneLineOrInSeveral) {
  const std::size_t size = brotli_of_gzip_hello.size();
  EXPECT_EQ(sizes(ok("Content-Encoding: gzip, br\r\n", brotli_of_gzip_hello)), sized(size, "5"));
  EXPECT_EQ(sizes(ok("Content-Encoding: gzip\r\nVary: *\r\ncontent-encoding: br\r\n", brotli_of_gzip_hello)), sized(size, "5"));
  EXPECT_EQ(sizes(ok("Content-Encoding: identity\r\nContent-Encoding: gzip\r\n", gzip_hello)), sized(25, "5"));
  EXPECT_EQ(sizes(ok("Content-Encoding: br, gzip\r\n", brotli_of_gzip_hello)),
            sized(size, "NULL") + "anomalies code=http.coding.damaged\n");
  EXPECT_EQ(sizes(ok("Content-Encoding: br\r\nContent-Encoding: gzip\r\n", brotli_of_gzip_hello)),
            sized(size, "NULL") + "anomalies code=http.coding.damaged\n");
  EXPECT_EQ(sizes(ok("Content-Encoding: gzip, gzip, gzip\r\nContent-Encoding: gzip, gzip\r\n", gzip_hello)), sized(25, "NULL"))
      << "more than content.codings";
}

TEST(HttpContent, TransferCodingsAreTakenOffFirst) {  // RFC 9112 section 7
  EXPECT_EQ(sizes("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunked(gzip_hello, 10)), sized(5, "5"));
  EXPECT_EQ(sizes("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(gzip_hello, 10)),
            sized(5, "5"));
  EXPECT_EQ(
      sizes("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: br, chunked\r\n\r\n" + chunked(brotli_of_gzip_hello, 9)),
      sized(5, "5"));
  EXPECT_EQ(sizes("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: br, chunked\r\n\r\n" + chunked(brotli_of_gzip_hello, 9)),
            sized(25, "5"));
}

// What --bodies makes of a conversation, by file name.
std::map<std::string, std::string> bodies_of(const Conversation& talk, const Cuts& cuts = {}) {
  const TemporaryDirectory directory;
  {
    const BodyFiles files(directory.file("out"));
    DissectOptions options;
    options.bodies = &files;
    RowBatch rows;
    read(talk, cuts, rows, nullptr, options);
    EXPECT_EQ(files.failed(), 0u);
  }
  std::map<std::string, std::string> bodies;
  for (const auto& entry : std::filesystem::directory_iterator(directory.file("out"))) {
    std::ifstream in(entry.path(), std::ios::binary);
    bodies[entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return bodies;
}

using Bodies = std::map<std::string, std::string>;

TEST(HttpContent, BodiesAreWrittenDecodedUnderTheIdOfTheirExchange) {
  Conversation talk;
  talk.client(message("PUT /1 HTTP/1.1", "Host: a\r\nContent-Encoding: deflate\r\n", zlib_hello))
      .server(ok("Content-Encoding: zstd\r\n", zstd_hello))
      .client("POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked("plain words", 4))
      .server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(gzip_hello, 7))
      .client(get)
      .server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: br\r\n\r\n" + brotli_of_gzip_hello)
      .end(Side::server)
      .end(Side::client);
  const Bodies expected{{"1000.request", "hello"},
                        {"1000.response", "hello"},
                        {"3000.request", "plain words"},
                        {"3000.response", "hello"},
                        {"5000.response", "hello"}};
  EXPECT_EQ(bodies_of(talk), expected);
  Cuts everywhere;
  for (std::size_t cut = 1; cut < 2000; ++cut) everywhere.push_back(cut);
  EXPECT_EQ(bodies_of(talk, everywhere), expected);
}

TEST(HttpContent, PipelinedBodiesDoNotMix) {
  Conversation talk;
  talk.client(std::string(get) + std::string(get) + std::string(get))
      .server(ok("", "first") + ok("Content-Encoding: gzip\r\n", gzip_hello) + ok("", "third"))
      .close();
  EXPECT_EQ(bodies_of(talk), (Bodies{{"1000.response", "first"}, {"1001.response", "hello"}, {"1002.response", "third"}}));
}

TEST(HttpContent, MessagesWithoutABodyMakeNoFile) {
  Conversation talk;
  talk.client("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n")
      .client(get)
      .server("HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n")
      .client(get)
      .server(ok("", ""))
      .close();
  EXPECT_EQ(bodies_of(talk), Bodies{});
}

TEST(HttpContent, ALargeBodyOverManyPacketsIsWrittenWhole) {
  // zlib.compress(b"0123456789abcdef" * 8192, 9): 128 KiB
  const std::string coded =
      unhex("78daedc7c901c0100000b09594bac641d97f840e22f9253c31bdb9d4d6c75cdf3ec1") + std::string(253, '\xdd') + unhex("affd0f946d4835");
  std::string plain;
  for (int i = 0; i < 8192; ++i) plain += "0123456789abcdef";
  Conversation talk;
  talk.client(get).server("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string framed = chunked(coded, 50);
  for (std::size_t at = 0; at < framed.size(); at += 40) talk.server(framed.substr(at, 40));
  talk.client(get).server(ok("", plain)).close();
  const Bodies bodies = bodies_of(talk);
  ASSERT_EQ(bodies.size(), 2u);
  for (const auto& [name, body] : bodies) EXPECT_TRUE(body == plain) << name << ": " << body.size() << " bytes";
}

}  // namespace
}  // namespace longwire::test
