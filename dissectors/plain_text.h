// Whether a text is of plain bytes alone, which nearly all text of the wire is: asked sixteen bytes at a time, for it is asked of
// every header field.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace longwire {

// Of GCC and Clang: each operation is that of all sixteen, in one register where the processor has such. A comparison gives
// all bits where it holds.
using SixteenBytes = std::uint8_t __attribute__((vector_size(16)));
using SixteenAnswers = std::int8_t __attribute__((vector_size(16)));

// Not 0 where a byte is not ASCII.
inline SixteenAnswers foreign_bytes(SixteenBytes text) {
  return text >= 0x80;
}

// Not 0 where a byte does not stand in a JSON string as it is (RFC 8259 section 7), or is not printable ASCII.
inline SixteenAnswers escaped_bytes(SixteenBytes text) {
  return (text < 0x20) | (text >= 0x7f) | (text == '"') | (text == '\\');
}

// Likewise, or is an `@`, before which a secret may stand.
inline SixteenAnswers escaped_or_at(SixteenBytes text) {
  return escaped_bytes(text) | (text == '@');
}

// Fewer than sixteen bytes, some of them twice, filled with spaces.
inline SixteenBytes all_of_few(std::string_view text) {
  constexpr std::uint64_t spaces = 0x2020202020202020;
  std::array<std::uint64_t, 2> words{spaces, spaces};
  if (const std::size_t size = text.size(); size >= 8) {
    std::memcpy(&words[0], text.data(), 8);
    std::memcpy(&words[1], text.data() + size - 8, 8);
  } else if (size >= 4) {
    std::uint32_t first = 0, last = 0;
    std::memcpy(&first, text.data(), 4);
    std::memcpy(&last, text.data() + size - 4, 4);
    words[0] = first | std::uint64_t{last} << 32;
  } else if (size > 0) {
    const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<std::uint8_t>(text[i])}; };
    words[0] = (spaces & ~std::uint64_t{0xffffff}) | byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
  }
  return std::bit_cast<SixteenBytes>(words);
}

// True where `strange` is 0 of every byte of `text`.
template <SixteenAnswers strange(SixteenBytes)>
bool none_in(std::string_view text) {
  constexpr std::size_t step = sizeof(SixteenBytes);
  const auto bytes_at = [](const char* place) {
    SixteenBytes bytes;
    std::memcpy(&bytes, place, step);
    return bytes;
  };
  SixteenAnswers found = text.size() < step ? strange(all_of_few(text)) : strange(bytes_at(text.data() + text.size() - step));
  for (std::size_t i = 0; i + step < text.size(); i += step) found |= strange(bytes_at(text.data() + i));
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(found);
  return (words[0] | words[1]) == 0;
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
