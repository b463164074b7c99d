#include "dissectors/coding_stage.h"

#define ZLIB_CONST  // its input is const
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace longwire {
namespace {

// gzip: members one after another (RFC 1952 section 2.2); what follows the last one and is no member is ignored, as
// gzip(1) does. deflate: zlib format (RFC 1950), and what many servers send instead, bare RFC 1951.
class Inflate final : public CodingStage {
 public:
  explicit Inflate(Coding coding) : coding_(coding), ready_(inflateInit2(&stream_, gzip_format) == Z_OK) {}
  ~Inflate() override { inflateEnd(&stream_); }

  Coding coding() const override { return coding_; }

  bool reset() override {
    state_ = coding_ == Coding::gzip ? State::inflating : State::choosing;
    members_ = 0;
    held_ = 0;
    return ready_ && inflateReset2(&stream_, gzip_format) == Z_OK;
  }

  bool step(Bytes& in, std::span<std::uint8_t> room, Bytes& out) override {
    out = {};
    if (state_ == State::choosing && !choose_format(in)) return true;
    if (held_ > 0) {
      Bytes head = Bytes(head_).first(std::exchange(held_, 0));
      if (!inflate_part(head, room, out)) return false;
    }
    while (out.empty() && state_ != State::trailing) {
      if (state_ == State::between && !next_member(in)) break;
      const std::size_t before = in.size();
      if (!inflate_part(in, room, out)) return false;
      if (in.size() == before && state_ == State::inflating) break;
    }
    if (state_ == State::trailing) in = {};
    return true;
  }

  bool complete() const override { return state_ == State::between || state_ == State::trailing; }

 private:
  enum class State : std::uint8_t { choosing, inflating, between, trailing };

  static constexpr int gzip_format = 15 + 16, zlib_format = 15, raw_format = -15;  // windowBits of inflateInit2()
  static constexpr std::uint8_t gzip_id1 = 0x1f;                                   // RFC 1952 section 2.3.1

  // RFC 1950 section 2.2: CM is 8, CINFO at most 7, and CMF * 256 + FLG a multiple of 31.
  bool choose_format(Bytes& in) {
    while (held_ < head_.size() && !in.empty()) {
      head_[held_++] = in[0];
      in = in.subspan(1);
    }
    if (held_ < head_.size()) return false;
    const bool zlib = (head_[0] & 0x0f) == 8 && head_[0] >> 4 <= 7 && (head_[0] << 8 | head_[1]) % 31 == 0;
    inflateReset2(&stream_, zlib ? zlib_format : raw_format);
    state_ = State::inflating;
    return true;
  }

  bool next_member(Bytes in) {
    if (in.empty()) return false;
    state_ = coding_ == Coding::gzip && in[0] == gzip_id1 ? State::inflating : State::trailing;
    if (state_ == State::inflating) inflateReset(&stream_);
    return state_ == State::inflating;
  }

  bool inflate_part(Bytes& in, std::span<std::uint8_t> room, Bytes& out) {
    stream_.next_in = in.data();
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = room.data();
    stream_.avail_out = static_cast<uInt>(room.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in = in.last(stream_.avail_in);
    out = room.first(room.size() - stream_.avail_out);
    if (result == Z_STREAM_END) {
      state_ = State::between;
      ++members_;
      return true;
    }
    if (result == Z_OK || result == Z_BUF_ERROR) return true;
    if (members_ == 0) return false;
    state_ = State::trailing;  // it only looked like a member
    return true;
  }

  const Coding coding_;
  z_stream stream_{};
  const bool ready_;
  State state_ = State::inflating;
  std::uint32_t members_ = 0;           // complete ones
  std::array<std::uint8_t, 2> head_{};  // while choosing
  std::size_t held_ = 0;                // bytes in head_
};

// br (RFC 7932).
class Brotli final : public CodingStage {
 public:
  ~Brotli() override { BrotliDecoderDestroyInstance(state_); }

  Coding coding() const override { return Coding::brotli; }

  bool reset() override {
    BrotliDecoderDestroyInstance(state_);
    state_ = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
    return state_ != nullptr;
  }

  bool step(Bytes& in, std::span<std::uint8_t>, Bytes& out) override {
    const std::uint8_t* next = in.data();
    std::size_t left = in.size(), no_room = 0;
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(state_, &left, &next, &no_room, nullptr, nullptr);
    in = in.last(left);
    if (result == BROTLI_DECODER_RESULT_ERROR) return false;
    std::size_t given = 0;
    const std::uint8_t* bytes = BrotliDecoderTakeOutput(state_, &given);
    out = Bytes(bytes, given);
    return true;
  }

  bool complete() const override { return BrotliDecoderIsFinished(state_) != 0; }

 private:
  BrotliDecoderState* state_ = nullptr;
};

// zstd: frames one after another (RFC 8878 section 3).
class Zstd final : public CodingStage {
 public:
  Zstd() : stream_(ZSTD_createDCtx()) {}
  ~Zstd() override { ZSTD_freeDCtx(stream_); }

  Coding coding() const override { return Coding::zstd; }

  bool reset() override {
    constexpr int window_log = 23;  // 8 MiB: RFC 9659 section 3, the largest window of the content coding
    complete_ = false;
    return stream_ != nullptr && ZSTD_isError(ZSTD_DCtx_reset(stream_, ZSTD_reset_session_and_parameters)) == 0 &&
           ZSTD_isError(ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, window_log)) == 0;
  }

  bool step(Bytes& in, std::span<std::uint8_t> room, Bytes& out) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{room.data(), room.size(), 0};
    do {
      const std::size_t before = input.pos;
      const std::size_t result = ZSTD_decompressStream(stream_, &output, &input);
      if (ZSTD_isError(result) != 0) return false;
      if (input.pos > before || output.pos > 0) complete_ = result == 0;
      if (input.pos == before) break;
    } while (output.pos == 0 && input.pos < input.size);
    in = in.subspan(input.pos);
    out = room.first(output.pos);
    return true;
  }

  bool complete() const override { return complete_; }

 private:
  ZSTD_DCtx* stream_;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<CodingStage> CodingStage::make(Coding coding) {
  switch (coding) {
    case Coding::brotli:
      return std::make_unique<Brotli>();
    case Coding::zstd:
      return std::make_unique<Zstd>();
    case Coding::gzip:
    case Coding::deflate:
      break;
  }
  return std::make_unique<Inflate>(coding);
}

}  // namespace longwire
