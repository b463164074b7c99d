#include "reassembly/segment_store.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace longwire {
namespace {

// How many bytes differ between two ranges of the same length.
std::uint64_t differences(Bytes a, Bytes b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), std::uint64_t{0}, std::plus<>(),
                            [](std::uint8_t x, std::uint8_t y) { return std::uint64_t{x != y}; });
}

}  // namespace

std::uint64_t SegmentStore::end() const {
  const auto& [begin, piece] = *pieces_.rbegin();
  return begin + piece.length();
}

SegmentStore::Pieces::iterator SegmentStore::first_ending_after(std::uint64_t offset) {
  auto piece = pieces_.upper_bound(offset);
  if (piece != pieces_.begin()) {
    const auto before = std::prev(piece);
    if (before->first + before->second.length() > offset) return before;
  }
  return piece;
}

void SegmentStore::put(std::uint64_t begin, Bytes bytes, const Stamp& at) {
  pieces_.emplace(begin, StoredPiece{{bytes.begin(), bytes.end()}, 0, at});
  bytes_ += bytes.size();
}

// Makes two pieces of the one that holds offset `at`, unless it begins there.
void SegmentStore::split(Pieces::iterator piece, std::uint64_t at) {
  auto& [begin, whole] = *piece;
  const std::uint64_t left = at - begin;
  if (left == 0) return;
  StoredPiece right{{}, 0, whole.at};
  if (whole.cut > 0) {
    right.cut = whole.cut - left;
    whole.cut = left;
  } else {
    const Bytes tail = Bytes(whole.bytes).subspan(left);
    right.bytes.assign(tail.begin(), tail.end());
    whole.bytes.resize(left);
  }
  pieces_.emplace(at, std::move(right));
}

// Makes room: nothing is held of [begin, end) afterwards.
void SegmentStore::carve(std::uint64_t begin, std::uint64_t end) {
  if (auto piece = first_ending_after(begin); piece != pieces_.end() && piece->first < begin) split(piece, begin);
  if (auto piece = first_ending_after(end); piece != pieces_.end() && piece->first < end) split(piece, end);
  const auto last = pieces_.lower_bound(end);
  for (auto piece = pieces_.lower_bound(begin); piece != last; piece = pieces_.erase(piece)) bytes_ -= piece->second.bytes.size();
}

SegmentStore::Inserted SegmentStore::insert(std::uint64_t begin, Bytes bytes, const Stamp& at, Overlap overlap) {
  Inserted result;
  while (!bytes.empty()) {
    const auto held = first_ending_after(begin);
    const std::uint64_t held_begin = held == pieces_.end() ? begin + bytes.size() : held->first;
    if (held_begin > begin) {  // a part that nobody brought yet
      const Bytes fresh = bytes.first(std::min<std::uint64_t>(bytes.size(), held_begin - begin));
      put(begin, fresh, at);
      result.added += fresh.size();
      begin += fresh.size();
      bytes = bytes.subspan(fresh.size());
      continue;
    }
    const std::uint64_t held_end = held->first + held->second.length();
    const Bytes again = bytes.first(std::min<std::uint64_t>(bytes.size(), held_end - begin));
    if (held->second.cut > 0) {
      carve(begin, begin + again.size());
      put(begin, again, at);
      result.added += again.size();
    } else {
      const std::uint64_t different = differences(again, Bytes(held->second.bytes).subspan(begin - held->first, again.size()));
      result.again += again.size();
      result.conflicting += different;
      if (different > 0 && overlap == Overlap::last) {
        carve(begin, begin + again.size());
        put(begin, again, at);
      }
    }
    begin += again.size();
    bytes = bytes.subspan(again.size());
  }
  return result;
}

void SegmentStore::insert_cut(std::uint64_t begin, std::uint64_t length, const Stamp& at) {
  const std::uint64_t end = begin + length;
  while (begin < end) {
    const auto held = first_ending_after(begin);
    const std::uint64_t free_end = held == pieces_.end() ? end : std::min(end, held->first);
    if (free_end > begin) {
      pieces_.emplace(begin, StoredPiece{{}, free_end - begin, at});
      begin = free_end;
    } else {
      begin = held->first + held->second.length();
    }
  }
}

std::uint64_t SegmentStore::truncate(std::uint64_t offset) {
  if (pieces_.empty() || end() <= offset) return 0;
  const std::uint64_t before = bytes_;
  carve(offset, end());
  return before - bytes_;
}

StoredPiece SegmentStore::take_first() {
  StoredPiece piece = std::move(pieces_.extract(pieces_.begin()).mapped());
  bytes_ -= piece.bytes.size();
  return piece;
}

}  // namespace longwire
