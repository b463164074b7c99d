#include "dissectors/wire_text.h"

#include <algorithm>
#include <cstdint>

#include "dissectors/plain_text.h"

namespace longwire {
namespace {

constexpr std::size_t excerpt_bytes = 200;  // arbitrary, but enough to recognise a line

bool is_control(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<std::uint8_t>(character[1]) < 0xa0;  // C1 controls
}

}  // namespace

Utf8Lead utf8_lead(std::uint8_t first) {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xc2 || first > 0xf4) return {0, 0, 0};
  if (first < 0xe0) return {2, 0x80, 0xbf};
  if (first < 0xf0)
    return {3, static_cast<std::uint8_t>(first == 0xe0 ? 0xa0 : 0x80), static_cast<std::uint8_t>(first == 0xed ? 0x9f : 0xbf)};
  return {4, static_cast<std::uint8_t>(first == 0xf0 ? 0x90 : 0x80), static_cast<std::uint8_t>(first == 0xf4 ? 0x8f : 0xbf)};
}

std::size_t utf8_character(std::string_view text) {
  if (text.empty()) return 0;
  const Utf8Lead expected = utf8_lead(static_cast<std::uint8_t>(text[0]));
  if (expected.length == 0 || text.size() < expected.length) return 0;
  for (std::size_t i = 1; i < expected.length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const std::uint8_t low = i == 1 ? expected.second_low : 0x80;
    const std::uint8_t high = i == 1 ? expected.second_high : 0xbf;
    if (byte < low || byte > high) return 0;
  }
  return expected.length;
}

void append_as_utf8(std::string& out, std::string_view bytes) {
  if (all_ascii(bytes)) return void(out += bytes);
  while (!bytes.empty()) {
    const auto foreign = std::find_if(bytes.begin(), bytes.end(), [](char c) { return static_cast<std::uint8_t>(c) >= 0x80; });
    const auto ascii = static_cast<std::size_t>(foreign - bytes.begin());
    out += bytes.substr(0, ascii);
    bytes.remove_prefix(ascii);
    if (bytes.empty()) return;
    const std::size_t length = utf8_character(bytes);
    if (length > 0) {
      out += bytes.substr(0, length);
    } else {
      const auto byte = static_cast<std::uint8_t>(bytes[0]);
      out += {static_cast<char>(0xc0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3f))};
    }
    bytes.remove_prefix(length > 0 ? length : 1);
  }
}

std::string excerpt(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  bytes = bytes.substr(0, excerpt_bytes);
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = utf8_character(bytes);
    if (length > 0 && !is_control(bytes.substr(0, length))) {
      text += bytes.substr(0, length);
      bytes.remove_prefix(length);
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(bytes[0]);
    text += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    bytes.remove_prefix(1);
  }
  return text;
}

std::string hexadecimal(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

}  // namespace longwire
