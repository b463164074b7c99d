// Whether a text is of plain bytes alone, which nearly all text of the wire is: asked eight bytes at a time, for it is asked
// of every header field.
//
// A word holds eight bytes of text, the first in its lowest bits or highest: no answer depends on it. Each test sets the top
// bit of a byte that is not plain; what a borrow or carry sets beside it lies above such a byte, and changes no answer.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace longwire {

constexpr std::uint64_t each_byte(std::uint8_t byte) {
  return 0x0101010101010101u * byte;
}
constexpr std::uint64_t top_bits = each_byte(0x80);

// Sets the top bit of each byte that is `byte`.
constexpr std::uint64_t equal_bytes(std::uint64_t word, std::uint8_t byte) {
  const std::uint64_t difference = word ^ each_byte(byte);
  return (difference - each_byte(1)) & ~difference;
}

// 0 = all of its bytes are ASCII.
constexpr std::uint64_t foreign_bytes(std::uint64_t word) {
  return word & top_bits;
}

// 0 = all of its bytes stand in a JSON string as they are (RFC 8259 section 7), and are printable ASCII.
constexpr std::uint64_t escaped_bytes(std::uint64_t word) {
  const std::uint64_t control = (word - each_byte(0x20)) & ~word, del = word + each_byte(1);
  return (word | control | del | equal_bytes(word, '"') | equal_bytes(word, '\\')) & top_bits;
}

// Likewise, and none is an `@`, before which a secret may stand.
constexpr std::uint64_t escaped_or_at(std::uint64_t word) {
  return (escaped_bytes(word) | equal_bytes(word, '@')) & top_bits;
}

// True where `strange` is 0 of every word of `text`; the last one is filled with spaces.
template <std::uint64_t strange(std::uint64_t)>
bool none_in(std::string_view text) {
  constexpr std::size_t step = sizeof(std::uint64_t);
  const auto word_at = [](const char* place) {
    std::uint64_t word;
    std::memcpy(&word, place, step);
    return word;
  };
  if (text.empty()) return true;
  if (text.size() < step) {
    std::uint64_t word = each_byte(' ');
    std::memcpy(&word, text.data(), text.size());
    return strange(word) == 0;
  }
  std::uint64_t found = strange(word_at(text.data() + text.size() - step));
  for (std::size_t i = 0; i + step < text.size(); i += step) found |= strange(word_at(text.data() + i));
  return found == 0;
}

// All bytes are below 0x80.
inline bool all_ascii(std::string_view text) {
  return none_in<foreign_bytes>(text);
}

// All bytes stand in a JSON string as they are, and are printable ASCII.
inline bool all_plain_in_json(std::string_view text) {
  return none_in<escaped_bytes>(text);
}

// Likewise, and none is an `@`.
inline bool all_plain_without_at(std::string_view text) {
  return none_in<escaped_or_at>(text);
}

}  // namespace longwire
