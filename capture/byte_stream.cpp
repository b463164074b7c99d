#include "capture/byte_stream.h"

#include <algorithm>

namespace longwire {

Bytes PeekedStream::peek(std::size_t n) {
  while (peeked_.size() < n) {
    const std::size_t had = peeked_.size();
    peeked_.resize(n);
    const std::size_t got = stream_->read(std::span(peeked_).subspan(had));
    peeked_.resize(had + got);
    if (got == 0) break;
  }
  return Bytes(peeked_).first(std::min(n, peeked_.size()));
}

std::size_t PeekedStream::read(std::span<std::uint8_t> into) {
  if (peeked_.empty()) return stream_->read(into);
  const std::size_t n = std::min(into.size(), peeked_.size());
  std::copy_n(peeked_.begin(), n, into.begin());
  peeked_.erase(peeked_.begin(), peeked_.begin() + static_cast<std::ptrdiff_t>(n));
  return n;
}

}  // namespace longwire
