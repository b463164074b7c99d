// Compressed captures: packed by the libraries here, or by the reference programs for the octets written out.
#include "capture/compressed_stream.h"

#include <gtest/gtest.h>
#include <lz4.h>
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/capture_files.h"

namespace longwire {
namespace {

Octets gzip(const Octets& plain) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  Octets packed(deflateBound(&stream, plain.size()));
  stream.next_in = const_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Octets zstd(const Octets& plain) {
  Octets packed(ZSTD_compressBound(plain.size()));
  packed.resize(ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 1));
  return packed;
}

Octets lz4(const Octets& plain) {
  Octets packed(LZ4F_compressFrameBound(plain.size(), nullptr));
  packed.resize(LZ4F_compressFrame(packed.data(), packed.size(), plain.data(), plain.size(), nullptr));
  return packed;
}

void append_u32le(Octets& octets, std::size_t value) {
  for (int shift = 0; shift < 32; shift += 8) octets.push_back(static_cast<std::uint8_t>(value >> shift));
}

// As `lz4 -l` writes it.
Octets lz4_legacy(const Octets& plain) {
  constexpr std::size_t block_bytes = 8 << 20;
  Octets packed;
  append_u32le(packed, 0x184c2102);
  for (std::size_t at = 0; at < plain.size(); at += block_bytes) {
    const std::size_t count = std::min(block_bytes, plain.size() - at);
    std::vector<char> block(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(count))));
    block.resize(static_cast<std::size_t>(LZ4_compress_default(reinterpret_cast<const char*>(plain.data() + at), block.data(),
                                                               static_cast<int>(count), static_cast<int>(block.size()))));
    append_u32le(packed, block.size());
    packed.insert(packed.end(), block.begin(), block.end());
  }
  return packed;
}

// RFC 8878 section 3.1.2.
Octets skippable(const Octets& content) {
  Octets frame;
  append_u32le(frame, 0x184d2a53);
  append_u32le(frame, content.size());
  return concatenated({frame, content});
}

// Three thousand packets of 100 octets that do not compress to nothing.
Octets capture() {
  FileBytes file = pcap_file(ByteOrder::little);
  std::uint32_t noise = 1;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    Octets data(100);
    for (std::uint8_t& octet : data) octet = static_cast<std::uint8_t>((noise = noise * 1664525 + 1013904223) >> 24);
    add_record(file, {.seconds = i, .data = data});
  }
  return file.octets();
}

struct Method {
  std::string_view suffix;
  Octets (*pack)(const Octets&);
  std::string kind{};
};
class CompressedStream : public testing::TestWithParam<Method> {};
INSTANTIATE_TEST_SUITE_P(Methods, CompressedStream,
                         testing::Values(Method{".gz", gzip}, Method{".zst", zstd}, Method{".lz4", lz4},
                                         Method{".lz4", lz4_legacy, "legacy"}),
                         [](const auto& method) { return std::string(method.param.suffix.substr(1)) + method.param.kind; });

TEST_P(CompressedStream, IsToldByItsContentAndGivesTheSamePackets) {
  const ReadFile plain = read_streamed(capture());
  ReadFile packed = read_streamed(GetParam().pack(capture()));
  EXPECT_EQ(packed.info.format, "pcap" + std::string(GetParam().suffix));
  packed.info.format = plain.info.format;
  EXPECT_EQ(difference(plain, packed), "");
  EXPECT_EQ(plain.packets.size(), 3000u);
}

TEST_P(CompressedStream, ComesInAnyPieces) {
  const Octets packed = GetParam().pack(capture());
  EXPECT_EQ(difference(read_streamed(packed), read_streamed(packed, 1, 100, 7)), "");
  EXPECT_EQ(difference(read_streamed(packed), read_mapped(packed)), "");  // a compressed file is never mapped
}

TEST_P(CompressedStream, MayBeSeveralOneAfterTheOther) {
  const Octets whole = capture();
  const auto middle = whole.begin() + 100'001;
  const Octets packed = concatenated({GetParam().pack(Octets(whole.begin(), middle)), GetParam().pack(Octets(middle, whole.end()))});
  EXPECT_EQ(read_streamed(packed, 4096).packets.size(), 3000u);
  EXPECT_EQ(read_streamed(packed).info.damage, "");
}

TEST_P(CompressedStream, CutOffGivesWhatIsThere) {
  Octets packed = GetParam().pack(capture());
  packed.resize(packed.size() / 2);
  const ReadFile read = read_streamed(packed);
  EXPECT_LT(read.packets.size(), 3000u);
  if (!GetParam().kind.empty()) return;                                        // nothing but a block that is cut
  EXPECT_GT(read.packets.size(), GetParam().suffix == ".zst" ? 900u : 1000u);  // zstd gives blocks of 128 KiB, only whole
  EXPECT_EQ(read.info.damage, "the compressed data is cut off");
  ASSERT_TRUE(read.info.damaged_at);
  EXPECT_EQ(*read.info.damaged_at, 24 + 116 * read.packets.size());  // in the decompressed file
}

TEST_P(CompressedStream, WhatIsNotCompressedBehindItIsDamage) {
  Octets trailed = GetParam().pack(capture());
  trailed.insert(trailed.end(), 32, 'x');
  const ReadFile with_tail = read_streamed(trailed);
  EXPECT_EQ(with_tail.packets.size(), 3000u);
  EXPECT_TRUE(with_tail.info.damage.starts_with("the compressed data is damaged: ")) << with_tail.info.damage;
}

TEST_P(CompressedStream, OfNoCaptureIsAnError) {
  EXPECT_EQ(read_streamed(GetParam().pack({'h', 'e', 'l', 'l', 'o', ' ', 'y', 'o', 'u'})).error,
            ": is no capture file that is known (pcap, pcapng or snoop)");
  EXPECT_EQ(read_streamed(GetParam().pack({})).error, ": is empty");
}

TEST(CompressedGzip, AWrongChecksumIsDamageBehindWhatWasRead) {
  Octets packed = gzip(capture());
  packed[packed.size() - 6] ^= 1;  // the CRC-32 stands eight octets before the end, RFC 1952
  const ReadFile read = read_streamed(packed);
  EXPECT_EQ(read.packets.size(), 3000u);
  EXPECT_EQ(read.info.damage, "the compressed data is damaged: incorrect data check");
  EXPECT_EQ(read.info.damaged_at, capture().size());
}

TEST(CompressedGzip, ZerosBehindTheLastMemberArePadding) {
  Octets packed = gzip(capture());
  packed.resize(packed.size() + 512);
  const ReadFile read = read_streamed(packed);
  EXPECT_EQ(read.packets.size(), 3000u);
  EXPECT_EQ(read.info.damage, "");
}

TEST(CompressedFrames, SkippableFramesMayStandInFront) {
  for (const auto pack : {zstd, lz4}) {
    for (const Octets& skipped : {skippable({}), skippable(Octets(4)), concatenated({skippable(Octets(100)), skippable(Octets(5000))})})
      EXPECT_EQ(read_streamed(concatenated({skipped, pack(capture())}), 7).packets.size(), 3000u);
  }
  EXPECT_EQ(read_streamed(concatenated({skippable(Octets(200'000)), zstd(capture())})).packets.size(), 3000u);
}

TEST(CompressedZstd, AWindowTooLargeSaysWhatHelps) {
  // A frame header alone: magic, no single segment, window of 2^31 bytes (RFC 8878 section 3.1.1.1.2).
  const ReadFile read = read_streamed(concatenated({from_hex("28b52ffd00a8"), Octets(64)}));
  EXPECT_EQ(read.error, ": the compressed data wants a window of more than 128 MiB; unpack it with zstd -d --long=31");
}

std::optional<Compression> compression_of(const Octets& octets) {
  return longwire::compression_of([&](std::size_t count) { return Bytes(octets).first(std::min(count, octets.size())); });
}

TEST(CompressionOf, LooksAtTheFirstOctets) {
  EXPECT_EQ(compression_of(from_hex("02214c18")), Compression::lz4_legacy);
  EXPECT_EQ(compression_of(from_hex("502a4d18")), std::nullopt);
  EXPECT_EQ(compression_of(from_hex("1f8b0800")), Compression::gzip);
  EXPECT_EQ(compression_of(from_hex("28b52ffd")), Compression::zstd);
  EXPECT_EQ(compression_of(from_hex("04224d18")), Compression::lz4);
  EXPECT_EQ(compression_of(from_hex("d4c3b2a1")), std::nullopt);
  EXPECT_EQ(compression_of(from_hex("28b5")), std::nullopt);
  EXPECT_EQ(compression_of({}), std::nullopt);
}

}  // namespace
}  // namespace longwire
