// The text of HTTP/1.x messages, read without any state: start lines and header sections (RFC 9112 sections 2 to 5).
//
// All views point into the text that was given, or into the reader where it says so. What is wrong is noted as an
// Oddity and read on as well as it can be; only a start line may be `invalid`.
#pragma once

#include <array>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>

#include "capture/bytes.h"
#include "dissectors/dissector.h"

namespace longwire {

// Something against the grammar, and where it stands.
struct Oddity {
  std::string_view code;  // a literal `http1.what`
  std::string_view part;
};

// The oddities of one message, each code once.
class Oddities {
 public:
  void add(std::string_view code, std::string_view part) {
    for (const Oddity& known : *this)
      if (known.code == code) return;
    if (size_ < list_.size()) list_[size_++] = {code, part};
  }
  const Oddity* begin() const { return list_.data(); }
  const Oddity* end() const { return list_.data() + size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<Oddity, 12> list_;  // as many as there are codes that this file knows
  std::size_t size_ = 0;
};

// HTTP/major.minor, one digit each (RFC 9112 section 2.3).
struct HttpVersion {
  std::uint8_t major = 0, minor = 9;

  std::string_view text() const;  // a literal: "1.1"
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes what the compiler makes of it for a literal
  friend auto operator<=>(const HttpVersion&, const HttpVersion&) = default;
};

struct StartLine {
  enum class Kind : std::uint8_t {
    invalid,
    request,         // method, target, version
    simple_request,  // HTTP/0.9: method and target only; or the version was forgotten or is broken
    status,          // version, status, reason
  };
  Kind kind = Kind::invalid;
  HttpVersion version;
  std::uint16_t status = 0;  // 000 to 999
  std::string_view method, target, reason;
};

// The first line of `text` without its line end; `text` must hold a whole line.
StartLine read_start_line(std::string_view text, Oddities& oddities);
// The first line of `text`, which breaks off before its end, and what is certain of it: a registered method, and the target where
// that is whole (else null); or version and status. The version of a request is 0.0, as that stands last.
StartLine read_cut_start_line(std::string_view text);

struct Field {
  std::string_view name;   // as sent
  std::string_view value;  // without the whitespace around it; unfolded ones stand in the reader's own memory
};

// The field lines of a header or trailer section, one after another, up to the empty line or the last whole line.
class FieldLines {
 public:
  // `section` and `oddities` outlive it.
  FieldLines(std::string_view section, Oddities& oddities) : rest_(section), oddities_(oddities) {}
  bool next(Field& field);

 private:
  std::string_view line();
  bool folded() const { return !rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'); }
  bool read_irregular(std::string_view line, Field& field, std::size_t& colon);
  std::string_view unfold(const Field& field);

  std::string_view rest_;
  Oddities& oddities_;
  std::forward_list<std::string> unfolded_;
};

// A line that may be a field's, without what stands behind the colon: that may be a secret, and oddities are told to anybody.
std::string_view without_field_value(std::string_view line);

// Length of the empty lines at the front of `text`, which may stand before a start line (RFC 9112 section 2.2). The
// last CR of `text` is not counted: what follows it decides.
std::size_t empty_lines(std::string_view text);

// Length of the first line of `text` with its line end; 0 = its end is not there.
std::size_t first_line(std::string_view text);

// Length of the lines of `text` up to and with the first empty one; 0 = it is not there. `scanned` is where to begin, at
// the start of a line, and becomes where to begin when more is there.
std::size_t section_length(std::string_view text, std::size_t& scanned);

// Controls and bare CRs in a section that ends with LF (RFC 9110 section 5.5, RFC 9112 section 2.2).
void check_controls(std::string_view section, Oddities& oddities);

// False where `text` cannot begin with a status line, however it goes on.
bool status_line_begins(std::string_view text);

// Whether a message starts at `text`: a request line with a version and its line end, or a status line up to its code.
// `no` is told by the first byte that does not fit.
Match starts_request(std::string_view text);
Match starts_response(std::string_view text);
// Whether `text` begins with a method of IANA's HTTP Method Registry and a space.
Match starts_registered_method(std::string_view text);
// Whether `text` is a whole request line of HTTP/0.9, "GET /path".
Match starts_simple_request(std::string_view text);

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
// ASCII only, whatever the locale.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
// Asked of every field's name, and mostly answered by its length or its first letter: so it stands here, to be inlined.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view lower_case) {
  if (a.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != lower_case[i]) return false;
  return true;
}
std::size_t token_length(std::string_view text);                    // tchars at the front (RFC 9110 section 5.6.2)
std::string_view without_whitespace_around(std::string_view text);  // SP and HT
std::string_view next_element(std::string_view& list);              // of a comma-separated list, quoted strings whole

}  // namespace longwire
