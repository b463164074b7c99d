// A compressed message (RFC 7692 section 7.2.1) is a run of DEFLATE blocks (RFC 1951), the last of which is an empty stored one;
// its last four bytes, 00 00 ff ff, are left out. A block with BFINAL is followed by further ones from the next byte on
// (section 7.2.3.4).
#include "dissectors/websocket_deflate.h"

#define ZLIB_CONST  // its input is const
#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "capture/limits.h"

namespace longwire {
namespace {

constexpr std::array<std::uint8_t, 4> left_out{0x00, 0x00, 0xff, 0xff};  // RFC 7692 section 7.2.2
constexpr std::size_t inflate_bytes = 32 << 10;                          // of inflated bytes a step; arbitrary, but fits the cache
constexpr std::size_t spares = 8;                                        // inflaters kept for the next ones; arbitrary
constexpr std::size_t window_bytes = 1 << MAX_WBITS;
constexpr std::size_t stream_bytes = 8 << 10;  // of zlib's own state, without the window

}  // namespace

class WebSocketDeflate::Stream {
 public:
  Stream() : ready_(inflateInit2(&stream_, -MAX_WBITS) == Z_OK) {}
  ~Stream() { inflateEnd(&stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void reset() {
    ready_ = ready_ && inflateReset(&stream_) == Z_OK;
    untouched_ = true;
  }
  // Everything that the next message may refer to is zeros.
  void forget() {
    static constexpr std::array<Bytef, window_bytes> zeros{};
    reset();
    inflateSetDictionary(&stream_, zeros.data(), window_bytes);
  }

  // False = `in` is not DEFLATE. `out` is in `room`; empty = nothing more of `in`.
  bool inflate(Bytes& in, std::span<std::uint8_t> room, Bytes& out) {
    if (!in.empty()) untouched_ = false;
    stream_.next_in = in.data();
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = room.data();
    stream_.avail_out = static_cast<uInt>(room.size());
    const int result = ready_ ? ::inflate(&stream_, Z_NO_FLUSH) : Z_STREAM_ERROR;
    in = in.last(stream_.avail_in);
    out = room.first(room.size() - stream_.avail_out);
    if (result == Z_STREAM_END) go_on();
    return result == Z_OK || result == Z_BUF_ERROR || result == Z_STREAM_END;
  }

  // A block may begin with the next byte.
  bool between_blocks() const { return untouched_ || (stream_.data_type & block_ended) != 0; }
  // Nothing was read since the beginning, or since a block with BFINAL.
  bool untouched() const { return untouched_; }

  static std::unique_ptr<Stream> take() {
    auto& spare = shelf();
    if (spare.empty()) return std::make_unique<Stream>();
    std::unique_ptr<Stream> stream = std::move(spare.back());
    spare.pop_back();
    return stream;
  }
  static void give(std::unique_ptr<Stream> stream) {
    if (stream != nullptr && shelf().size() < spares) shelf().push_back(std::move(stream));
  }
  static std::span<std::uint8_t> room() {
    thread_local std::vector<std::uint8_t> own(inflate_bytes);
    return own;
  }

 private:
  static constexpr int block_ended = 128;  // of data_type, see inflate() in zlib.h

  static std::vector<std::unique_ptr<Stream>>& shelf() {
    thread_local std::vector<std::unique_ptr<Stream>> own;
    return own;
  }

  // What a block with BFINAL ended goes on with the same window, which this keeps where it is: however many there are.
  void go_on() {
    inflateResetKeep(&stream_);
    untouched_ = true;
  }

  z_stream stream_{};
  bool ready_;
  bool untouched_ = true;
};

WebSocketDeflate::WebSocketDeflate(bool takeover) : takeover_(takeover) {}

WebSocketDeflate::~WebSocketDeflate() {
  Stream::give(std::move(stream_));
}

void WebSocketDeflate::begin() {
  const bool lost = takeover_ && (missed_ || inside_);
  if (lost) blind_ = true;
  if (stream_ == nullptr || !takeover_ || lost) {
    if (stream_ == nullptr) stream_ = Stream::take();
    lost ? stream_->forget() : stream_->reset();
  }
  announced_bytes_ = compressed_bytes_ = inflated_bytes_ = 0;
  outcome_ = Outcome::fine;
  tail_done_ = 0;
  inside_ = true;
  missed_ = false;
}

Bytes WebSocketDeflate::step(Bytes& compressed) {
  if (outcome_ != Outcome::fine || missed_) {
    compressed = {};
    return {};
  }
  const std::size_t before = compressed.size();
  const Bytes inflated = inflate(compressed);
  compressed_bytes_ += before - compressed.size();
  return inflated;
}

Bytes WebSocketDeflate::finish() {
  if (!inside_) return {};
  Bytes inflated;
  const bool readable = outcome_ == Outcome::fine && !missed_;
  if (readable && !(stream_->untouched() && compressed_bytes_ > 0)) {
    Bytes rest = Bytes(left_out).subspan(tail_done_);
    inflated = inflate(rest);
    tail_done_ = static_cast<std::uint8_t>(left_out.size() - rest.size());
    if (!inflated.empty()) return inflated;
    if (!stream_->between_blocks()) outcome_ = Outcome::damaged;
  }
  inside_ = outcome_ != Outcome::fine || missed_;  // the next message must not trust the window
  if (!takeover_) Stream::give(std::move(stream_));
  return {};
}

Bytes WebSocketDeflate::inflate(Bytes& compressed) {
  Bytes inflated;
  do {
    const std::size_t before = compressed.size();
    if (!stream_->inflate(compressed, Stream::room(), inflated)) outcome_ = Outcome::damaged;
    inflated_bytes_ += inflated.size();
    if (too_much()) outcome_ = Outcome::limit;
    if (compressed.size() == before) break;
  } while (inflated.empty() && !compressed.empty() && outcome_ == Outcome::fine);
  return inflated;
}

bool WebSocketDeflate::too_much() const {
  return inflated_bytes_ > limits::websocket_message_bytes ||
         (inflated_bytes_ > limits::ratio_free_bytes && inflated_bytes_ / limits::websocket_ratio > announced_bytes_);
}

std::uint64_t WebSocketDeflate::memory() const {
  return sizeof *this + (stream_ == nullptr ? 0 : stream_bytes + window_bytes);
}

}  // namespace longwire
