// A ByteFeed over a stream: bytes pass through a few buffers, which are used again when nobody keeps them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "capture/byte_feed.h"
#include "capture/byte_stream.h"

namespace longwire {

class StreamFeed : public ByteFeed {
 public:
  // A few hundred packets fill it, and it stays in the processor's second-level cache.
  static constexpr std::size_t default_buffer_bytes = 512 << 10;

  explicit StreamFeed(std::unique_ptr<ByteStream> stream, std::size_t buffer_bytes = default_buffer_bytes);
  ~StreamFeed() override;

  // Returns as soon as `need` bytes are there: a slow pipe's packets are seen when they come.
  Bytes window(std::size_t need) override;
  void advance(std::size_t n) override;
  std::shared_ptr<void> keep(std::size_t n) override;
  std::uint64_t position() const override { return position_; }
  std::uint64_t bytes_read() const override { return stream_->bytes_read(); }
  std::string damage() const override { return stream_->damage(); }

 private:
  class Buffer;
  class Kept;

  void make_room(std::size_t need);
  std::shared_ptr<Buffer> free_buffer(std::size_t capacity);

  std::unique_ptr<ByteStream> stream_;
  std::size_t buffer_bytes_;
  std::vector<std::shared_ptr<Buffer>> buffers_;
  std::shared_ptr<Buffer> current_;
  std::size_t begin_ = 0, end_ = 0;  // of the window, in the current buffer
  std::uint64_t position_ = 0;
  bool ended_ = false;
};

}  // namespace longwire
