#include "capture/stream_feed.h"

#include <algorithm>
#include <atomic>

namespace longwire {

class StreamFeed::Buffer {
 public:
  explicit Buffer(std::size_t capacity) : capacity_(capacity), bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(capacity)) {}

  std::span<std::uint8_t> bytes() { return {bytes_.get(), capacity_}; }

  void acquire() { keepers_.fetch_add(1, std::memory_order_relaxed); }
  void release() { keepers_.fetch_sub(1, std::memory_order_release); }
  // True when what other threads read of it has been read.
  bool is_free() const { return keepers_.load(std::memory_order_acquire) == 0; }

 private:
  std::size_t capacity_;
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::atomic<std::uint32_t> keepers_{0};
};

class StreamFeed::Kept {
 public:
  explicit Kept(std::shared_ptr<Buffer> buffer) : buffer_(std::move(buffer)) { buffer_->acquire(); }
  ~Kept() { buffer_->release(); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

 private:
  std::shared_ptr<Buffer> buffer_;
};

StreamFeed::StreamFeed(std::unique_ptr<ByteStream> stream, std::size_t buffer_bytes)
    : stream_(std::move(stream)), buffer_bytes_(buffer_bytes), current_(free_buffer(buffer_bytes)) {}

StreamFeed::~StreamFeed() = default;

Bytes StreamFeed::window(std::size_t need) {
  while (end_ - begin_ < need && !ended_) {
    make_room(need);
    const std::size_t n = stream_->read(current_->bytes().subspan(end_));
    end_ += n;
    ended_ = n == 0;
  }
  return current_->bytes().subspan(begin_, end_ - begin_);
}

void StreamFeed::advance(std::size_t n) {
  begin_ += n;
  position_ += n;
}

std::shared_ptr<void> StreamFeed::keep(std::size_t) {
  return std::make_shared<Kept>(current_);
}

// Afterwards the current buffer has room for `need` bytes from begin_ on, and some of it is empty.
void StreamFeed::make_room(std::size_t need) {
  const std::size_t held = end_ - begin_;
  const std::size_t capacity = current_->bytes().size();
  // Reading little at a time costs more than carrying a part of a packet over.
  const std::size_t worthwhile = std::max<std::size_t>(1, capacity / 8);
  if (capacity - begin_ >= need && capacity - end_ >= worthwhile) return;
  const std::span<std::uint8_t> tail = current_->bytes().subspan(begin_, held);
  const std::shared_ptr<Buffer> next = free_buffer(std::max(buffer_bytes_, need));
  std::copy(tail.begin(), tail.end(), next->bytes().begin());
  current_ = next;
  begin_ = 0;
  end_ = held;
}

std::shared_ptr<StreamFeed::Buffer> StreamFeed::free_buffer(std::size_t capacity) {
  // The current one is free too, and may be the answer: the copy in make_room() then moves towards its front.
  std::shared_ptr<Buffer> found;
  std::erase_if(buffers_, [&](const std::shared_ptr<Buffer>& buffer) {
    if (!buffer->is_free()) return false;
    const std::size_t size = buffer->bytes().size();
    if (size >= capacity && !found) found = buffer;
    return size > buffer_bytes_ && buffer != found && buffer != current_;  // made for one large unit
  });
  if (!found) {
    found = std::make_shared<Buffer>(capacity);
    buffers_.push_back(found);
  }
  return found;
}

}  // namespace longwire
