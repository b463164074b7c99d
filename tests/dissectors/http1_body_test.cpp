// How long a body is (RFC 9112 section 6.3), and the framing of chunks (section 7.1), with the ways to smuggle requests
// past one reader of two.
#include "dissectors/http1_body.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longwire {
namespace {

using Kind = BodyLength::Kind;
using Codes = std::vector<std::string>;

struct Told {
  Kind kind;
  std::uint64_t bytes;
  Codes oddities;
  bool operator==(const Told&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Told& told) {
  out << static_cast<int>(told.kind) << ' ' << told.bytes;
  for (const std::string& code : told.oddities) out << ' ' << code;
  return out;
}

Told told(std::string_view section, bool request, std::uint16_t status, std::string_view method, HttpVersion version) {
  Oddities oddities;
  Http1Fields fields;
  FieldLines lines(section, oddities);
  for (Field field; lines.next(field);) fields.read(field, oddities);
  const BodyLength length =
      request ? request_body_length(fields, version, oddities) : response_body_length(fields, version, status, method, oddities);
  Codes codes;
  for (const Oddity& oddity : oddities) codes.emplace_back(oddity.code);
  return {length.kind, length.bytes, codes};
}
Told request(std::string_view section, HttpVersion version = {1, 1}) {
  return told(section, true, 0, "", version);
}
Told response(std::uint16_t status, std::string_view section, std::string_view method = "GET") {
  return told(section, false, status, method, {1, 1});
}

TEST(Http1Body, ResponsesThatEndWithTheirHead) {  // rule 1
  for (const std::uint16_t status : {std::uint16_t{100}, std::uint16_t{103}, std::uint16_t{204}, std::uint16_t{304}})
    EXPECT_EQ(response(status, "Content-Length: 5\r\n"), (Told{Kind::none, 0, {}}));
  EXPECT_EQ(response(200, "Content-Length: 5\r\n", "HEAD"), (Told{Kind::none, 0, {}}));
  EXPECT_EQ(response(200, "Content-Length: 5\r\n", "head"), (Told{Kind::counted, 5, {}}));  // methods are case-sensitive
}

TEST(Http1Body, Tunnels) {  // rule 2, and 101
  EXPECT_EQ(response(200, "Content-Length: 5\r\n", "CONNECT"), (Told{Kind::tunnel, 0, {}}));
  EXPECT_EQ(response(403, "Content-Length: 5\r\n", "CONNECT"), (Told{Kind::counted, 5, {}}));
  EXPECT_EQ(response(101, "Upgrade: x\r\n", "HEAD"), (Told{Kind::tunnel, 0, {}}));
}

TEST(Http1Body, TransferEncodingOverridesContentLength) {  // rule 3
  EXPECT_EQ(request("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            (Told{Kind::chunked, 0, {"http1.content_length.with_transfer_encoding"}}));
  EXPECT_EQ(request("Transfer-Encoding: chunked\r\nContent-Length: x\r\n"),
            (Told{Kind::chunked, 0, {"http1.content_length.invalid", "http1.content_length.with_transfer_encoding"}}));
}

TEST(Http1Body, ChunkedMustBeTheFinalCoding) {  // rule 4
  EXPECT_EQ(request("Transfer-Encoding: gzip, chunked\r\n"), (Told{Kind::chunked, 0, {}}));
  EXPECT_EQ(request("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), (Told{Kind::chunked, 0, {}}));
  EXPECT_EQ(request("Transfer-Encoding: chunked, gzip\r\n"),
            (Told{Kind::unknowable, 0, {"http1.transfer_encoding.chunked_not_last", "http1.transfer_encoding.not_chunked"}}));
  EXPECT_EQ(response(200, "Transfer-Encoding: gzip\r\n"), (Told{Kind::until_close, 0, {}}));
  EXPECT_EQ(request("Transfer-Encoding: xchunked\r\n"), (Told{Kind::unknowable, 0, {"http1.transfer_encoding.not_chunked"}}));
  EXPECT_EQ(request("Transfer-Encoding: identity\r\nContent-Length: 2\r\n"), (Told{Kind::counted, 2, {}}));  // RFC 2616
}

TEST(Http1Body, TransferEncodingIsNewerThanVersionOneZero) {  // section 6.1
  EXPECT_EQ(request("Transfer-Encoding: chunked\r\n", {1, 0}), (Told{Kind::chunked, 0, {"http1.transfer_encoding.version"}}));
}

TEST(Http1Body, ContentLengthMustBeOneNumber) {  // rule 5
  EXPECT_EQ(request("Content-Length: 42, 42\r\n"), (Told{Kind::counted, 42, {"http1.content_length.repeated"}}));
  EXPECT_EQ(request("Content-Length: 5\r\nContent-Length: 6\r\n"), (Told{Kind::unknowable, 0, {"http1.content_length.conflict"}}));
  for (const char* value : {"-1", "+1", "0x10", "1 2", "", "1.0", "9223372036854775808", "99999999999999999999"}) {
    EXPECT_EQ(request("Content-Length: " + std::string(value) + "\r\n"), (Told{Kind::unknowable, 0, {"http1.content_length.invalid"}}))
        << value;
  }
}

TEST(Http1Body, ContentLengthCounts) {  // rule 6
  EXPECT_EQ(request("content-LENGTH:007\r\n"), (Told{Kind::counted, 7, {}}));
  EXPECT_EQ(response(200, "Content-Length: 9223372036854775807\r\n"), (Told{Kind::counted, 9223372036854775807u, {}}));
}

TEST(Http1Body, WithoutAnyLength) {  // rules 7 and 8
  EXPECT_EQ(request("Host: a\r\n"), (Told{Kind::none, 0, {}}));
  EXPECT_EQ(response(200, "Server: a\r\n"), (Told{Kind::until_close, 0, {}}));
}

// The framing of `body` up to its trailer section: "5 0" are a chunk of five and the last one; a code ends it where it breaks.
std::string chunks(std::string_view body, Codes* codes = nullptr) {
  ChunkedFraming framing;
  std::string sizes;
  for (;;) {
    if (framing.next() == ChunkedFraming::Next::trailers) return sizes + "0";
    if (framing.next() == ChunkedFraming::Next::data) {
      const std::uint64_t n = std::min<std::uint64_t>(framing.left(), body.size());
      if (n < framing.left()) return sizes + "wants " + std::to_string(framing.left() - n);
      body.remove_prefix(n);
      framing.pass(n);
      continue;
    }
    const ChunkedFraming::Step step = framing.read(body);
    if (framing.next() == ChunkedFraming::Next::broken) return sizes + std::string(step.code);
    if (step.used == 0) return sizes + "needs " + std::to_string(step.need);
    if (codes != nullptr && !step.code.empty()) codes->emplace_back(step.code);
    if (framing.next() == ChunkedFraming::Next::data) sizes += std::to_string(framing.left()) + " ";
    body.remove_prefix(step.used);
  }
}

TEST(Http1Body, Chunks) {
  EXPECT_EQ(chunks("4\r\nWiki\r\n7\r\npedia i\r\nB\r\nn \r\nchunks.\r\n0\r\n\r\n"), "4 7 11 0");
  EXPECT_EQ(chunks("0000000000000000000004\r\nWiki\r\n00\r\n"), "4 0");
  EXPECT_EQ(chunks("a;ext=1;q=\";\"\r\n0123456789\r\n0;last\r\n"), "10 0");
  EXPECT_EQ(chunks("4 \r\nWiki\r\n0\r\n"), "4 0");
}

TEST(Http1Body, ChunksThatNeedMore) {
  EXPECT_EQ(chunks("4"), "needs 2");
  EXPECT_EQ(chunks("4\r\nWi"), "4 wants 2");
  EXPECT_EQ(chunks("4\r\nWiki"), "4 needs 1");
  EXPECT_EQ(chunks("4\r\nWiki\r"), "4 needs 2");
  EXPECT_EQ(chunks("fffffffffffffff\r\n"), "1152921504606846975 wants 1152921504606846975");
}

TEST(Http1Body, BrokenChunks) {
  EXPECT_EQ(chunks("x\r\n"), "http1.chunk.size");
  EXPECT_EQ(chunks("\r\n"), "http1.chunk.size");
  EXPECT_EQ(chunks("-4\r\nWiki\r\n"), "http1.chunk.size");
  EXPECT_EQ(chunks("0x4\r\nWiki\r\n"), "http1.chunk.size");
  EXPECT_EQ(chunks("4 4\r\nWiki\r\n"), "http1.chunk.size");
  EXPECT_EQ(chunks("8000000000000000\r\n"), "http1.chunk.size");
  EXPECT_EQ(chunks("10000000000000004\r\nWiki\r\n"), "http1.chunk.size");  // not 4: more than 64 bits
  EXPECT_EQ(chunks("4\r\nWikipedia\r\n"), "4 http1.chunk.end");
  EXPECT_EQ(chunks("4\r\nWiki\r4\r\n"), "4 http1.chunk.end");
  EXPECT_EQ(chunks("4;" + std::string(5000, 'x') + "\r\nWiki\r\n"), "http1.limit");
}

TEST(Http1Body, LineFeedAloneEndsAChunkLine) {
  Codes codes;
  EXPECT_EQ(chunks("4\nWiki\n0\n", &codes), "4 0");
  EXPECT_EQ(codes, (Codes{"http1.bare_lf", "http1.bare_lf", "http1.bare_lf"}));
  codes.clear();
  EXPECT_EQ(chunks("4;a\rb\r\nWiki\r\n0\r\n", &codes), "4 0");
  EXPECT_EQ(codes, Codes{"http1.bare_cr"});
}

}  // namespace
}  // namespace longwire
