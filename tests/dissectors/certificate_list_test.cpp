// Certificate messages by the grammars of RFC 5246 section 7.4.2, RFC 8446 section 4.4.2 and RFC 8879 section 4.
#include "dissectors/certificate_list.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <vector>

#include "capture/limits.h"
#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

// "certificate+extensions certificate ...", and whether lengths added up.
std::string walk(const std::string& body, bool tls13) {
  std::string seen;
  CertificateList list(as_bytes(body), tls13);
  while (list.next()) {
    seen += (seen.empty() ? "" : " ") + std::string(as_text(list.certificate));
    if (!list.extensions.empty()) seen += "+" + std::string(as_text(list.extensions));
  }
  return seen + (list.ok() ? "" : " !");
}

TEST(CertificateList, BothFormsOfTheMessage) {
  EXPECT_EQ(walk(vec24(vec24("leaf") + vec24("root")), false), "leaf root");
  EXPECT_EQ(walk(vec8("") + vec24(vec24("leaf") + vec16("extension") + vec24("root") + vec16("")), true), "leaf+extension root");
  EXPECT_EQ(walk(vec8("context") + vec24(""), true), "") << "a client without a certificate";
}

TEST(CertificateList, LengthsThatLie) {
  EXPECT_EQ(walk("", false), " !");
  EXPECT_EQ(walk(vec24(vec24("leaf")) + "x", false), "leaf !") << "bytes behind the list";
  EXPECT_EQ(walk(vec24(vec24("leaf") + u24(5) + "root"), false), "leaf !") << "the second is longer than the list";
  EXPECT_EQ(walk(u24(100) + vec24("leaf"), false), " !") << "the list is longer than the message";
  EXPECT_EQ(walk(vec8("") + vec24(vec24("leaf")), true), " !") << "an entry without extensions";
  EXPECT_EQ(walk(u8(200) + vec24(""), true), " !") << "the context is longer than the message";
  EXPECT_EQ(walk(vec24(vec24("") + vec24("")), false), "") << "certificates of no bytes";
}

std::string compressed_message(unsigned algorithm, std::size_t length, const std::string& coded) {
  return u16(algorithm) + u24(static_cast<unsigned>(length)) + vec24(coded);
}

std::string zlib(const std::string& text) {
  std::string coded(compressBound(text.size()), '\0');
  uLongf size = coded.size();
  compress(reinterpret_cast<Bytef*>(coded.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  return coded.substr(0, size);
}
// Of the message below, by node's zlib module.
const std::string brotli("\x1b\xc0\x0b\xf8\x85\x31\xe0\xf2\x41\x70\x10\x59\x4e\x49\x40\xb9\xac\x08\x30\x20\x72\xc7\x0d\x00\xac\x01", 26);
std::string zstd(const std::string& text) {
  std::string coded(ZSTD_compressBound(text.size()), '\0');
  return coded.substr(0, ZSTD_compress(coded.data(), coded.size(), text.data(), text.size(), 3));
}

std::string decompressed(const std::string& body) {
  const auto message = decompress_certificate(as_bytes(body));
  return message ? std::string(as_text(*message)) : "nothing";
}

TEST(CertificateList, EveryCompressionOfRfc8879) {
  const std::string message = vec8("") + vec24(vec24(std::string(3000, 'c')) + vec16(""));
  EXPECT_EQ(decompressed(compressed_message(1, message.size(), zlib(message))), message);
  EXPECT_EQ(decompressed(compressed_message(2, message.size(), brotli)), message);
  EXPECT_EQ(decompressed(compressed_message(3, message.size(), zstd(message))), message);
}

TEST(CertificateList, WhatDoesNotDecompressAsToldIsNothing) {
  const std::string message(3000, 'c');
  EXPECT_EQ(decompressed(compressed_message(4, message.size(), zlib(message))), "nothing") << "no such algorithm";
  EXPECT_EQ(decompressed(compressed_message(1, message.size() - 1, zlib(message))), "nothing") << "longer than it says";
  EXPECT_EQ(decompressed(compressed_message(1, message.size() + 1, zlib(message))), "nothing") << "shorter";
  EXPECT_EQ(decompressed(compressed_message(1, message.size(), zlib(message).substr(0, 10))), "nothing") << "cut off";
  EXPECT_EQ(decompressed(compressed_message(1, message.size(), "no zlib")), "nothing");
  EXPECT_EQ(decompressed(compressed_message(1, message.size(), zlib(message)) + "x"), "nothing");
  EXPECT_EQ(decompressed(""), "nothing");
  const std::string bomb(limits::tls_message_bytes + 1, '\0');
  EXPECT_EQ(decompressed(compressed_message(1, bomb.size(), zlib(bomb))), "nothing") << "more than any message may have";
}

}  // namespace
}  // namespace longwire::test
