#include "capture/ip_fragments.h"

#include <algorithm>

#include "capture/limits.h"

namespace longwire {
namespace {

constexpr std::uint32_t largest_datagram = 65535;  // octets, RFC 791 section 3.1

}  // namespace

std::size_t FragmentTable::Hash::operator()(const FragmentKey& key) const {
  const std::uint32_t addresses = connection_hash({key.source, 0}, {key.destination, 0});
  return std::uint64_t{addresses} << 32 ^ key.id ^ std::uint32_t{key.protocol} << 24;
}

FragmentTable::Answer FragmentTable::add(const FragmentKey& key, const Fragment& fragment, std::uint8_t next, Time now) {
  Answer answer;
  const auto end = fragment.offset + fragment.payload.size();
  if (fragment.payload.empty() || end > largest_datagram || (fragment.more && fragment.payload.size() % 8 != 0)) {
    answer.bad_length = true;
    return answer;
  }
  Datagram& datagram = datagram_of(key, now, answer);
  if (datagram.dropped) return answer;
  if (fragment.offset == 0) datagram.next = next;
  if (repeats(datagram, fragment)) return answer;

  const std::uint32_t seen_end = datagram.pieces.empty() ? 0 : datagram.pieces.back().end();
  const bool beyond = datagram.length && end > *datagram.length;
  const bool ends_early = !fragment.more && (end < seen_end || (datagram.length && end != *datagram.length));
  if (beyond || ends_early) {
    answer.bad_length = true;
    return answer;
  }
  if (!fragment.more) datagram.length = static_cast<std::uint32_t>(end);
  insert(datagram, fragment, answer);

  const bool too_many = datagram.pieces.size() > limits::ip_fragment_pieces;
  if (too_many) answer.limit = true;
  if (too_many || (answer.overlap && key.ipv6)) {
    datagram.dropped = true;
    datagram.pieces.clear();
    return answer;
  }
  if (!datagram.length || datagram.held != *datagram.length) return answer;

  answer.whole = true;
  answer.next = datagram.next;
  answer.datagram.reserve(datagram.held);
  for (const Piece& piece : datagram.pieces) answer.datagram.insert(answer.datagram.end(), piece.bytes.begin(), piece.bytes.end());
  by_age_.erase(by_key_.at(key));
  by_key_.erase(key);
  return answer;
}

FragmentTable::Datagram& FragmentTable::datagram_of(const FragmentKey& key, Time now, Answer& answer) {
  const auto age = static_cast<Time>(limits::ip_fragment_age.value) * one_second;
  while (!by_age_.empty() && now - by_age_.front().first_seen > age) forget_oldest();
  if (const auto found = by_key_.find(key); found != by_key_.end()) return *found->second;
  if (by_age_.size() >= limits::ip_fragment_datagrams) {
    answer.limit = true;
    forget_oldest();
  }
  by_age_.push_back({key, now, {}, {}, 0, 0, false});
  by_key_.emplace(key, std::prev(by_age_.end()));
  return by_age_.back();
}

void FragmentTable::forget_oldest() {
  by_key_.erase(by_age_.front().key);
  by_age_.pop_front();
}

bool FragmentTable::repeats(const Datagram& datagram, const Fragment& fragment) {
  return std::any_of(datagram.pieces.begin(), datagram.pieces.end(), [&](const Piece& piece) {
    return piece.offset == fragment.offset && std::ranges::equal(piece.bytes, fragment.payload);
  });
}

// Puts the octets that no piece holds yet between the pieces.
void FragmentTable::insert(Datagram& datagram, const Fragment& fragment, Answer& answer) {
  std::vector<Piece>& pieces = datagram.pieces;
  std::uint32_t at = fragment.offset;
  const auto end = static_cast<std::uint32_t>(at + fragment.payload.size());
  auto next = std::find_if(pieces.begin(), pieces.end(), [&](const Piece& piece) { return piece.end() > at; });
  while (at < end) {
    const std::uint32_t gap_end = next == pieces.end() ? end : std::min(end, next->offset);
    if (gap_end > at) {
      const Bytes fresh = fragment.payload.subspan(at - fragment.offset, gap_end - at);
      next = pieces.insert(next, {at, {fresh.begin(), fresh.end()}}) + 1;
      datagram.held += gap_end - at;
      at = gap_end;
    }
    if (next == pieces.end() || at >= end) break;
    answer.overlap = true;
    at = std::max(at, next->end());
    ++next;
  }
}

}  // namespace longwire
