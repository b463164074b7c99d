// Coded bodies were made by Python's zlib and gzip modules and by the brotli and zstd programs, not by what decodes them.
#include "dissectors/content_coding.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <string>

#include "capture/limits.h"

namespace longwire {
namespace {

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

const std::string gzip_hello = unhex("1f8b0800000000000203cb48cdc9c9070086a6103605000000");
const std::string zlib_hello = unhex("789ccb48cdc9c90700062c0215");
const std::string raw_hello = unhex("cb48cdc9c90700");
const std::string brotli_hello = unhex("0f028068656c6c6f03");
const std::string zstd_hello = unhex("28b52ffd045829000068656c6c6fa36d9f88");

struct Text final : ContentSink {
  std::string text;
  void take(Bytes decoded) override { text += as_text(decoded); }
};

// "decoded text|what was wrong", after asserting that it does not matter how the body is cut.
std::string decoded(std::string_view codings, std::string_view body) {
  std::string first;
  for (const std::size_t piece : {body.size() + 1, std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    Text kept;
    const auto decoder = ContentDecoder::make(CodingNames(codings), &kept);
    if (decoder == nullptr) return "unknown";
    for (std::size_t at = 0; at < body.size(); at += piece) decoder->add(as_bytes(body.substr(at, piece)));
    const std::string result = kept.text + "|" + std::string(decoder->finish());
    EXPECT_EQ(decoder->decoded_bytes(), kept.text.size());
    if (first.empty()) first = result;
    EXPECT_EQ(result, first) << "in pieces of " << piece;
  }
  return first;
}

TEST(ContentCoding, EachCodingIsTakenOff) {
  EXPECT_EQ(decoded("gzip", gzip_hello), "hello|");
  EXPECT_EQ(decoded("X-GZip", gzip_hello), "hello|");
  EXPECT_EQ(decoded("deflate", zlib_hello), "hello|");
  EXPECT_EQ(decoded("br", brotli_hello), "hello|");
  EXPECT_EQ(decoded("zstd", zstd_hello), "hello|");
}

TEST(ContentCoding, DeflateIsAlsoTakenWithoutItsWrapper) {
  EXPECT_EQ(decoded("deflate", raw_hello), "hello|");
}

TEST(ContentCoding, IdentityAndNothingPassThrough) {
  EXPECT_EQ(decoded("", "hello"), "hello|");
  EXPECT_EQ(decoded("identity", "hello"), "hello|");
}

TEST(ContentCoding, UnknownCodingsAreNotTried) {
  EXPECT_EQ(decoded("compress", "hello"), "unknown");
  EXPECT_EQ(decoded("gzip, aes128gcm", gzip_hello), "unknown");
  EXPECT_EQ(decoded("gzip,gzip,gzip,gzip,gzip", gzip_hello), "unknown") << "more than content.codings";
}

// RFC 9110 section 8.4: codings are listed in the order in which they were applied.
TEST(ContentCoding, ListedCodingsAreTakenOffFromTheLastOne) {
  const std::string brotli_of_gzip = unhex("0b0c80") + gzip_hello + unhex("03");  // an uncompressed meta-block
  EXPECT_EQ(decoded("gzip, br", brotli_of_gzip), "hello|");
  EXPECT_EQ(decoded("identity, gzip", gzip_hello), "hello|");
}

TEST(ContentCoding, GzipMembersFollowOneAnother) {
  EXPECT_EQ(decoded("gzip", gzip_hello + gzip_hello), "hellohello|");
}

TEST(ContentCoding, WhatFollowsTheLastMemberIsIgnored) {
  EXPECT_EQ(decoded("gzip", gzip_hello + std::string(8, '\0')), "hello|");
  EXPECT_EQ(decoded("gzip", gzip_hello + "\x1fgarbage"), "hello|");
}

TEST(ContentCoding, ZstdFramesFollowOneAnother) {
  EXPECT_EQ(decoded("zstd", zstd_hello + zstd_hello), "hellohello|");
}

TEST(ContentCoding, DamageIsToldAndNothingMoreIsDecoded) {
  EXPECT_EQ(decoded("gzip", "this is not gzip"), "|http.coding.damaged");
  EXPECT_EQ(decoded("zstd", "this is not zstd"), "|http.coding.damaged");
  EXPECT_EQ(decoded("br", std::string(9, '\xff')), "|http.coding.damaged");
  std::string wrong_sum = gzip_hello;
  wrong_sum[wrong_sum.size() - 6] ^= 1;
  EXPECT_EQ(decoded("gzip", wrong_sum), "hello|http.coding.damaged");
}

TEST(ContentCoding, ABodyThatEndsEarlyIsTruncated) {
  EXPECT_EQ(decoded("gzip", gzip_hello.substr(0, gzip_hello.size() - 4)), "hello|http.coding.truncated");
  EXPECT_EQ(decoded("br", brotli_hello.substr(0, 5)), "he|http.coding.truncated");
  EXPECT_EQ(decoded("zstd", zstd_hello.substr(0, 9)), "|http.coding.truncated");
  EXPECT_EQ(decoded("deflate", "\x78"), "|http.coding.truncated");
}

TEST(ContentCoding, AnEmptyBodyIsWhole) {
  EXPECT_EQ(decoded("gzip", ""), "|");
}

std::string gzipped(std::string_view plain) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(ContentCoding, TheBestThatDeflateCanDoIsNoBomb) {
  const auto decoder = ContentDecoder::make(CodingNames("gzip"));
  decoder->add(as_bytes(gzipped(std::string(32 << 20, '\0'))));
  EXPECT_EQ(decoder->finish(), "");
  EXPECT_EQ(decoder->decoded_bytes(), 32u << 20);
}

TEST(ContentCoding, ABombIsStopped) {
  std::string bomb = unhex("28b52ffd0058");                 // a frame of 64 MiB of zeros: blocks of 128 KiB, 4 bytes each
  const std::uint32_t block = (128u << 10) << 3 | 1u << 1;  // size, type RLE, not the last one (RFC 8878 section 3.1.1.2)
  for (int i = 0; i < 512; ++i) {
    bomb += {static_cast<char>(block & 0xff), static_cast<char>(block >> 8 & 0xff), static_cast<char>(block >> 16), '\0'};
  }
  const auto decoder = ContentDecoder::make(CodingNames("zstd"));
  decoder->add(as_bytes(bomb));
  EXPECT_EQ(decoder->finish(), "http.coding.limit");
  EXPECT_LT(decoder->decoded_bytes(), 17u << 20);
}

// What gzip makes of zeros packs as well again: each coding alone stays within its ratio, the body does not.
TEST(ContentCoding, ABombPackedTwiceIsStopped) {
  const std::string bomb = gzipped(gzipped(std::string(64 << 20, '\0')));
  ASSERT_LT(bomb.size(), 1000u);
  const auto decoder = ContentDecoder::make(CodingNames("gzip, gzip"));
  decoder->add(as_bytes(bomb));
  EXPECT_EQ(decoder->finish(), "http.coding.limit");
  EXPECT_LT(decoder->decoded_bytes(), 17u << 20);
}

TEST(ContentCoding, ADecoderIsAsNewForTheNextBody) {
  for (const std::string codings : {"gzip", "deflate", "br", "zstd"}) {
    { ContentDecoder::make(CodingNames(codings))->add(as_bytes("not that")); }
  }
  EXPECT_EQ(decoded("gzip", gzip_hello), "hello|");
  EXPECT_EQ(decoded("deflate", raw_hello), "hello|");
  EXPECT_EQ(decoded("deflate", zlib_hello), "hello|");
  EXPECT_EQ(decoded("br", brotli_hello), "hello|");
  EXPECT_EQ(decoded("zstd", zstd_hello), "hello|");
}

}  // namespace
}  // namespace longwire
