#include "dissectors/utf8_check.h"

#include <cstring>

#include "dissectors/wire_text.h"

namespace longwire {
namespace {

constexpr std::uint8_t tail_low = 0x80, tail_high = 0xbf;

// Length of the ASCII at the front of `text`, by words as long as that goes.
std::size_t ascii_length(Bytes text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t length = 0;
  for (std::uint64_t word = 0; length + sizeof word <= text.size(); length += sizeof word) {
    std::memcpy(&word, &text[length], sizeof word);
    if ((word & high_bits) != 0) break;
  }
  while (length < text.size() && text[length] < 0x80) ++length;
  return length;
}

}  // namespace

void Utf8Check::add(Bytes piece) {
  for (std::size_t i = 0; i < piece.size() && !broken_; ++i) {
    if (left_ == 0) {
      i += ascii_length(piece.subspan(i));
      if (i == piece.size()) return;
      const Utf8Lead lead = utf8_lead(piece[i]);
      broken_ = lead.length == 0;
      left_ = static_cast<std::uint8_t>(lead.length - 1);
      low_ = lead.second_low;
      high_ = lead.second_high;
    } else {
      broken_ = piece[i] < low_ || piece[i] > high_;
      --left_;
      low_ = tail_low;
      high_ = tail_high;
    }
  }
}

}  // namespace longwire
