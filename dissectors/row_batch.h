// Rows on their way to storage, with the memory their texts live in. One batch is filled by one worker, handed over,
// written, cleared and used again; in the steady state nothing is allocated.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

#include "dissectors/rows.h"

namespace longwire {

// Memory that is only ever given back all at once.
class Arena {
 public:
  // A copy that lives until clear(). Never null, also for an empty text.
  Text copy(std::string_view text) {
    char* place = grow(text.size());
    if (!text.empty()) std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }
  // Room for `size` chars, to be filled by the caller.
  char* grow(std::size_t size) {
    if (used_ + size > capacity_) next_block(size);
    char* place = block_ + used_;
    used_ += size;
    total_ += size;
    return place;
  }
  std::size_t bytes() const { return total_; }
  void clear() {
    current_ = 0;
    used_ = capacity_ = total_ = 0;
    block_ = nullptr;
    if (!blocks_.empty()) enter(0);
  }

 private:
  // From a few texts to a few hundred exchanges' texts: what is seldom asked for has few.
  static constexpr std::size_t first_block_bytes = 4 << 10, block_bytes = 256 << 10;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  void enter(std::size_t n) {
    current_ = n;
    block_ = blocks_[n].bytes.get();
    capacity_ = blocks_[n].size;
    used_ = 0;
  }
  void next_block(std::size_t size) {
    std::size_t n = block_ == nullptr ? 0 : current_ + 1;
    if (n == blocks_.size() || blocks_[n].size < size) {
      const std::size_t wanted = std::max(size, std::min(first_block_bytes << std::min<std::size_t>(n, 6), block_bytes));
      blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(n), Block{std::make_unique_for_overwrite<char[]>(wanted), wanted});
    }
    enter(n);
  }

  std::vector<Block> blocks_;
  char* block_ = nullptr;
  std::size_t current_ = 0, used_ = 0, capacity_ = 0, total_ = 0;
};

namespace detail {
template <class>
struct VectorsOf;
template <class... Rows>
struct VectorsOf<std::tuple<Rows...>> {
  using type = std::tuple<std::vector<Rows>...>;
};
}  // namespace detail

class RowBatch {
 public:
  Arena arena;

  template <class Row>
  void add(const Row& row) {
    std::get<std::vector<Row>>(rows_).push_back(row);
    ++size_;
  }
  template <class Row>
  const std::vector<Row>& rows() const {
    return std::get<std::vector<Row>>(rows_);
  }
  std::size_t size() const { return size_; }
  bool full() const { return size_ >= full_rows || arena.bytes() >= full_bytes; }
  void clear() {
    std::apply([](auto&... vectors) { (vectors.clear(), ...); }, rows_);
    arena.clear();
    size_ = 0;
  }

 private:
  static constexpr std::size_t full_rows = 512;         // large against the cost of one INSERT statement
  static constexpr std::size_t full_bytes = 512 << 10;  // small: a batch is written while it is in the processor's cache
  detail::VectorsOf<AllRows>::type rows_;
  std::size_t size_ = 0;
};

}  // namespace longwire
