#include "dissectors/backlog.h"

#include <cassert>

namespace longwire {
namespace {

// Gives up the consumed front of a vector once it is the larger half, so that each element moves once on average.
template <class T>
void compact(std::vector<T>& all, std::size_t& begin) {
  if (begin * 2 < all.size()) return;
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(begin));
  begin = 0;
}

}  // namespace

void Backlog::append(std::uint64_t offset, Bytes more, const Stamp& at) {
  if (more.empty()) return;
  if (empty()) {
    clear();
    offset_ = offset;
  }
  assert(offset == offset_ + size());
  compact(bytes_, begin_);
  compact(marks_, first_mark_);
  bytes_.insert(bytes_.end(), more.begin(), more.end());
  if (marks_.empty() || marks_.back().at.number != at.number) marks_.push_back({offset, at});
}

void Backlog::consume(std::size_t count) {
  assert(count <= size());
  begin_ += count;
  offset_ += count;
  while (first_mark_ + 1 < marks_.size() && marks_[first_mark_ + 1].offset <= offset_) ++first_mark_;
}

void Backlog::clear() {
  bytes_.clear();
  marks_.clear();
  begin_ = first_mark_ = 0;
}

}  // namespace longwire
