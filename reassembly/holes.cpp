#include "reassembly/holes.h"

#include <algorithm>

#include "capture/limits.h"

namespace longwire {

bool Holes::add(std::uint64_t begin, std::uint64_t end) {
  const bool full = holes_.size() >= limits::holes;
  if (full) holes_.erase(holes_.begin());
  holes_.push_back({begin, end});
  return !full;
}

void Holes::add_before(std::uint64_t start) {
  holes_.insert(holes_.begin(), {0, start});
}

std::uint64_t Holes::fill(std::uint64_t begin, std::uint64_t end) {
  std::uint64_t filled = 0;
  std::vector<Hole> left;
  left.reserve(holes_.size() + 1);
  for (const Hole& hole : holes_) {
    const std::uint64_t from = std::max(begin, hole.begin);
    const std::uint64_t to = std::min(end, hole.end);
    if (from >= to) {
      left.push_back(hole);
      continue;
    }
    filled += to - from;
    if (hole.begin < from) left.push_back({hole.begin, from});
    if (to < hole.end) left.push_back({to, hole.end});
  }
  if (filled > 0) holes_ = std::move(left);
  if (holes_.size() > limits::holes) holes_.erase(holes_.begin());
  return filled;
}

}  // namespace longwire
