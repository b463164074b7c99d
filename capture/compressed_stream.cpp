#include "capture/compressed_stream.h"

#include <fmt/format.h>
#include <lz4.h>
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <new>
#include <vector>

namespace longwire {
namespace {

constexpr std::size_t input_bytes = 128 << 10;  // read of the compressed file at once; ZSTD_DStreamInSize()

constexpr std::uint32_t legacy_magic = 0x184c2102;  // LZ4 frame format 1.6, "Legacy frame"

// What the three have in common: an input buffer that is refilled when used up, and damage.
class CompressedStream : public ByteStream {
 public:
  explicit CompressedStream(std::unique_ptr<ByteStream> packed)
      : packed_(std::move(packed)), buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(input_bytes)) {}

  std::size_t read(std::span<std::uint8_t> into) final {
    while (damage_.empty()) {
      if (left_.empty()) refill();
      if (left_.empty() && between_units()) return 0;
      const std::size_t had = left_.size();
      const std::size_t written = step(into);
      if (written > 0) return written;
      if (left_.size() != had || !damage_.empty()) continue;
      // Nothing was taken and nothing given: at the file's end, since no decoder stands still before that.
      damage_ = packed_->damage().empty() ? "the compressed data is cut off" : packed_->damage();
    }
    return 0;
  }
  std::uint64_t bytes_read() const final { return packed_->bytes_read(); }
  std::string damage() const final { return damage_.empty() ? packed_->damage() : damage_; }

 protected:
  // Decompresses from input() to `into`, calls consumed(), and returns how much it wrote. Input is empty only at the
  // file's end, where something may still be written.
  virtual std::size_t step(std::span<std::uint8_t> into) = 0;
  // True where the file may end: before a member or frame.
  virtual bool between_units() const = 0;

  Bytes input() const { return left_; }
  void consumed(std::size_t n) { left_ = left_.subspan(n); }
  void fail(std::string_view why) { damage_ = fmt::format("the compressed data is damaged: {}", why); }
  // It may be sound, but is not read.
  void refuse(std::string_view why) { damage_ = why; }

 private:
  void refill() {
    const std::span<std::uint8_t> space(buffer_.get(), input_bytes);
    left_ = space.first(packed_->read(space));
  }

  std::unique_ptr<ByteStream> packed_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  Bytes left_;
  std::string damage_;
};

class GzipStream : public CompressedStream {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> packed) : CompressedStream(std::move(packed)) {
    constexpr int gzip_wrapper = 16;  // inflateInit2: added to the window bits
    if (inflateInit2(&zlib_, MAX_WBITS + gzip_wrapper) != Z_OK) throw std::bad_alloc();
  }
  ~GzipStream() override { inflateEnd(&zlib_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

 protected:
  std::size_t step(std::span<std::uint8_t> into) override {
    if (between_ && skip_padding()) return 0;
    between_ = false;
    zlib_.next_in = const_cast<Bytef*>(input().data());
    zlib_.avail_in = static_cast<uInt>(input().size());
    zlib_.next_out = into.data();
    zlib_.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), 1 << 30));
    const uInt room = zlib_.avail_out;
    const int result = inflate(&zlib_, Z_NO_FLUSH);
    consumed(input().size() - zlib_.avail_in);
    if (result == Z_STREAM_END) {
      between_ = true;
      inflateReset(&zlib_);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail(zlib_.msg != nullptr ? zlib_.msg : "not gzip");
    }
    return room - zlib_.avail_out;
  }
  bool between_units() const override { return between_; }

 private:
  // Zeros behind a member fill a tape's or disk's last block; gzip(1) passes over them too.
  bool skip_padding() {
    const auto zeros = std::find_if(input().begin(), input().end(), [](std::uint8_t byte) { return byte != 0; }) - input().begin();
    consumed(static_cast<std::size_t>(zeros));
    return zeros > 0;
  }

  z_stream zlib_{};
  bool between_ = false;
};

class ZstdStream : public CompressedStream {
 public:
  explicit ZstdStream(std::unique_ptr<ByteStream> packed) : CompressedStream(std::move(packed)), zstd_(ZSTD_createDStream()) {
    if (zstd_ == nullptr) throw std::bad_alloc();
  }
  ~ZstdStream() override { ZSTD_freeDStream(zstd_); }
  ZstdStream(const ZstdStream&) = delete;
  ZstdStream& operator=(const ZstdStream&) = delete;

 protected:
  std::size_t step(std::span<std::uint8_t> into) override {
    ZSTD_inBuffer in{input().data(), input().size(), 0};
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    const std::size_t result = ZSTD_decompressStream(zstd_, &out, &in);
    consumed(in.pos);
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
      refuse("the compressed data wants a window of more than 128 MiB; unpack it with zstd -d --long=31");
    } else if (ZSTD_isError(result) != 0) {
      fail(ZSTD_getErrorName(result));
    }
    between_ = result == 0;
    return out.pos;
  }
  bool between_units() const override { return between_; }

 private:
  ZSTD_DStream* zstd_;
  bool between_ = false;
};

class Lz4Stream : public CompressedStream {
 public:
  explicit Lz4Stream(std::unique_ptr<ByteStream> packed) : CompressedStream(std::move(packed)) {
    if (LZ4F_isError(LZ4F_createDecompressionContext(&lz4_, LZ4F_VERSION)) != 0) throw std::bad_alloc();
  }
  ~Lz4Stream() override { LZ4F_freeDecompressionContext(lz4_); }
  Lz4Stream(const Lz4Stream&) = delete;
  Lz4Stream& operator=(const Lz4Stream&) = delete;

 protected:
  std::size_t step(std::span<std::uint8_t> into) override {
    std::size_t written = into.size();
    std::size_t used = input().size();
    const std::size_t result = LZ4F_decompress(lz4_, into.data(), &written, input().data(), &used, nullptr);
    if (LZ4F_isError(result) != 0) {
      fail(LZ4F_getErrorName(result));
      return 0;
    }
    consumed(used);
    between_ = result == 0;
    return written;
  }
  bool between_units() const override { return between_; }

 private:
  LZ4F_dctx* lz4_ = nullptr;
  bool between_ = false;
};

// Blocks are unpacked whole: neither they nor what they hold comes in parts.
class Lz4LegacyStream : public CompressedStream {
 public:
  explicit Lz4LegacyStream(std::unique_ptr<ByteStream> packed) : CompressedStream(std::move(packed)), plain_(block_bytes) {}

 protected:
  std::size_t step(std::span<std::uint8_t> into) override {
    if (given_ == unpacked_ && !unpack_next()) return 0;
    const std::size_t count = std::min(into.size(), unpacked_ - given_);
    std::copy_n(plain_.begin() + static_cast<std::ptrdiff_t>(given_), count, into.begin());
    given_ += count;
    return count;
  }
  bool between_units() const override { return begun_ && block_.empty() && given_ == unpacked_; }

 private:
  static constexpr std::size_t block_bytes = 8 << 20;
  static constexpr std::size_t length_bytes = 4;

  // False where the block's bytes are not all there yet, or are wrong.
  bool unpack_next() {
    if (!gather(length_bytes)) return false;
    const std::uint32_t length = Cursor(block_).u32le();
    if (length == legacy_magic) {  // of the file, or of the next one behind it
      begun_ = true;
      block_.clear();
      return false;
    }
    if (length > static_cast<std::uint32_t>(LZ4_COMPRESSBOUND(block_bytes))) {
      fail("a block longer than any");
      return false;
    }
    if (!gather(length_bytes + length)) return false;
    const auto coded = reinterpret_cast<const char*>(block_.data() + length_bytes);
    const int count =
        LZ4_decompress_safe(coded, reinterpret_cast<char*>(plain_.data()), static_cast<int>(length), static_cast<int>(block_bytes));
    block_.clear();
    given_ = 0;
    unpacked_ = count < 0 ? 0 : static_cast<std::size_t>(count);
    if (count < 0) fail("a block that is not LZ4");
    return count > 0;
  }
  // Moves input into block_ until that has so many bytes; true where it has them.
  bool gather(std::size_t count) {
    const std::size_t more = std::min(count - std::min(count, block_.size()), input().size());
    block_.insert(block_.end(), input().begin(), input().begin() + static_cast<std::ptrdiff_t>(more));
    consumed(more);
    return block_.size() >= count;
  }

  std::vector<std::uint8_t> block_;  // its length and its bytes, as far as they came
  std::vector<std::uint8_t> plain_;
  std::size_t unpacked_ = 0, given_ = 0;  // of plain_
  bool begun_ = false;
};

}  // namespace

std::optional<Compression> compression_of(const std::function<Bytes(std::size_t)>& head) {
  constexpr std::uint32_t zstd_magic = 0xfd2fb528;  // RFC 8878 section 3.1.1
  constexpr std::uint32_t lz4_magic = 0x184d2204;   // LZ4 frame format, version 1.6
  constexpr std::uint16_t gzip_magic = 0x1f8b;      // RFC 1952 section 2.3.1
  constexpr std::uint32_t skippable_magic = 0x184d2a5;
  constexpr std::size_t most_bytes = 64 << 10;  // looked at; arbitrary, but pzstd's skippable frames have 12
  if (Cursor(head(sizeof gzip_magic)).u16() == gzip_magic) return Compression::gzip;
  for (std::size_t frame = 0;;) {
    constexpr std::size_t frame_head_bytes = 8;
    Cursor in(head(frame + sizeof zstd_magic));
    in.skip(frame);
    const std::uint32_t magic = in.u32le();
    if (!in.ok()) return std::nullopt;
    if (magic == zstd_magic) return Compression::zstd;
    if (magic == lz4_magic) return Compression::lz4;
    if (magic == legacy_magic) return Compression::lz4_legacy;
    if (magic >> 4 != skippable_magic) return std::nullopt;
    Cursor skippable(head(frame + frame_head_bytes));
    skippable.skip(frame + sizeof magic);
    frame += frame_head_bytes + skippable.u32le();
    if (frame > most_bytes) return Compression::zstd;  // the usual writer of such frames
  }
}

std::string_view suffix(Compression compression) {
  constexpr std::array<std::string_view, 4> suffixes{".gz", ".zst", ".lz4", ".lz4"};
  return suffixes[static_cast<std::size_t>(compression)];
}

std::unique_ptr<ByteStream> decompress(Compression compression, std::unique_ptr<ByteStream> packed) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipStream>(std::move(packed));
    case Compression::zstd:
      return std::make_unique<ZstdStream>(std::move(packed));
    case Compression::lz4:
      return std::make_unique<Lz4Stream>(std::move(packed));
    case Compression::lz4_legacy:
      return std::make_unique<Lz4LegacyStream>(std::move(packed));
  }
  return nullptr;
}

}  // namespace longwire
