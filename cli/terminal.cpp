#include "cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace longwire {
namespace {

constexpr std::size_t usual_width = 80;  // columns, where the terminal does not say

constexpr bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0 = not UTF-8
};

// The first character of `text`, which is not empty (RFC 3629 section 4: no overlong forms, no surrogates).
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7fu >> bytes);
  for (const char byte : text.substr(1, bytes - 1)) {
    if (!continues(byte)) return {};
    code = code << 6 | (static_cast<unsigned char>(byte) & 0x3f);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {};
  return {code, bytes};
}

// Unicode's bidirectional controls, invisible characters and line separators (UAX 9 section 2, general categories Cf, Zl, Zp).
constexpr bool deceives(std::uint32_t code) {
  return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
         code == 0x061c || code == 0x00ad;
}

void append_escape(std::string& out, std::uint32_t code) {
  switch (code) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += code < 0x80 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{{{:x}}}", code);
      return;
  }
}

// How many bytes the first `count` characters of `text` take.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t end = 0, kept = 0;
  while (end < text.size() && (continues(text[end]) || ++kept <= count)) ++end;
  return end;
}

}  // namespace

Terminal terminal_of_standard_output() {
  Terminal terminal;
  if (isatty(STDOUT_FILENO) == 0) return terminal;
  terminal.interactive = true;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* type = std::getenv("TERM");
  terminal.colours = (no_colour == nullptr || *no_colour == 0) && (type == nullptr || std::string_view(type) != "dumb");
  winsize size{};
  const bool told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const char* columns = std::getenv("COLUMNS");  // what a shell was told of a terminal that does not say
  const int exported = columns == nullptr ? 0 : std::atoi(columns);
  terminal.width = told ? size.ws_col : exported > 0 ? static_cast<std::size_t>(exported) : usual_width;
  return terminal;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.bytes == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const bool control = next.code < 0x20 || (next.code >= 0x7f && next.code <= 0x9f);
    if (control || deceives(next.code)) {
      append_escape(out, next.code);
    } else {
      out += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return !continues(byte); }));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t begun) {
  std::vector<std::string> lines(1);
  std::size_t taken = begun;  // characters of the line
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    const std::size_t gap = lines.back().empty() ? 0 : 1;
    if (width > 0 && taken + gap + character_count(word) > width && taken > 0) {
      lines.emplace_back();
      taken = 0;
    } else if (gap > 0) {
      lines.back() += ' ';
      ++taken;
    }
    while (width > 0 && character_count(word) > width) {
      const std::size_t bytes = bytes_of(word, width);
      lines.back() += word.substr(0, bytes);
      lines.emplace_back();
      word.remove_prefix(bytes);
    }
    lines.back() += word;
    taken += character_count(word);
  }
  return lines;
}

std::string cut_to(std::string_view text, std::size_t most) {
  if (character_count(text) <= most) return std::string(text);
  return std::string(text.substr(0, bytes_of(text, most - 1))) + "…";
}

}  // namespace longwire
