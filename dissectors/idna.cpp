#include "dissectors/idna.h"

#include <idn2.h>

#include <charconv>
#include <memory>

#include "dissectors/plain_text.h"

namespace longwire {
namespace {

constexpr std::size_t most_bytes = 255 * 4;  // RFC 1035 section 2.3.4, of characters of four bytes each

struct FreeName {
  void operator()(char* name) const { idn2_free(name); }
};

// RFC 3986 section 2.1: "%" HEXDIG HEXDIG; what is none stays.
std::string decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::uint8_t byte = 0;
    const char* const digits = text.data() + 1;
    const bool encoded = text[0] == '%' && text.size() >= 3 && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    out += encoded ? static_cast<char>(byte) : text[0];
    text.remove_prefix(encoded ? 3 : 1);
  }
  return out;
}

}  // namespace

std::string as_a_labels(std::string_view host) {
  const std::string name = decoded(host);
  if (all_ascii(name) || name.size() > most_bytes || name.find('\0') != std::string::npos) return std::string(host);
  char* made = nullptr;
  if (idn2_to_ascii_8z(name.c_str(), &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) return std::string(host);
  return std::unique_ptr<char, FreeName>(made).get();
}

}  // namespace longwire
