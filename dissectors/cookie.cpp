#include "dissectors/cookie.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "dissectors/http1_fields.h"
#include "dissectors/http1_message.h"

namespace longwire {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

CookiePair split_pair(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {text.substr(0, 0), without_whitespace_around(text)};
  return {without_whitespace_around(text.substr(0, equals)), without_whitespace_around(text.substr(equals + 1))};
}

// Takes the front of `text` up to the next semicolon.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// Section 5.2.2: a delta beyond what can be counted lasts as long as can be counted.
Integer read_max_age(std::string_view value) {
  const bool negative = value.starts_with('-');
  const std::string_view digits = value.substr(negative ? 1 : 0);
  if (value.empty() || !std::ranges::all_of(digits, is_digit)) return {};
  if (digits.empty()) return {};
  const std::int64_t seconds = read_decimal(digits);
  const std::int64_t bounded = seconds < 0 ? most : seconds;
  return negative ? -bounded : bounded;
}

std::string_view same_site(std::string_view value) {
  for (const std::string_view known : {"strict", "lax", "none"})
    if (equal_ignoring_case(value, known)) return known;
  return {};
}

void read_attribute(std::string_view part, SetCookie& cookie) {
  const std::size_t equals = std::min(part.find('='), part.size());
  const std::string_view name = without_whitespace_around(part.substr(0, equals));
  std::string_view value = without_whitespace_around(part.substr(std::min(equals + 1, part.size())));
  if (equal_ignoring_case(name, "expires")) {
    if (const Integer date = read_date(value); !date.is_null()) cookie.expires_ns = date;
  } else if (equal_ignoring_case(name, "max-age")) {
    if (const Integer age = read_max_age(value); !age.is_null()) cookie.max_age_s = age;
  } else if (equal_ignoring_case(name, "domain")) {
    if (value.empty()) return;
    if (value.starts_with('.')) value.remove_prefix(1);
    cookie.domain = value.empty() ? std::string_view{} : value;
  } else if (equal_ignoring_case(name, "path")) {
    cookie.path = value.starts_with('/') ? value : std::string_view{};
  } else if (equal_ignoring_case(name, "secure")) {
    cookie.secure = true;
  } else if (equal_ignoring_case(name, "httponly")) {
    cookie.http_only = true;
  } else if (equal_ignoring_case(name, "samesite")) {
    cookie.same_site = same_site(value);
  }
}

// ---- dates ----

// RFC 6265 section 5.1.1: delimiter = %x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E
bool delimits(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) || (byte >= 0x5b && byte <= 0x60) ||
         (byte >= 0x7b && byte <= 0x7e);
}

// Takes a number of `least` to `longest` digits from the front; -1 = there is none, and nothing was taken.
int take_number(std::string_view& text, std::size_t least, std::size_t longest) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits < least || digits > longest) return -1;
  int number = 0;
  for (const char c : text.substr(0, digits)) number = number * 10 + (c - '0');
  text.remove_prefix(digits);
  return number;
}

// time = hms-time ( non-digit *OCTET ), hms-time = 1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT
bool read_time(std::string_view token, std::array<int, 3>& time) {
  std::array<int, 3> read{};
  for (std::size_t n = 0; n < read.size(); ++n) {
    if (n > 0 && !token.starts_with(':')) return false;
    if (n > 0) token.remove_prefix(1);
    read[n] = take_number(token, 1, 2);
    if (read[n] < 0) return false;
  }
  time = read;
  return true;
}

// 1 to 12, by the first three letters; 0 = none.
unsigned month_of(std::string_view token) {
  constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
  for (unsigned n = 0; n < months.size(); ++n)
    if (token.size() >= 3 && equal_ignoring_case(token.substr(0, 3), months[n])) return n + 1;
  return 0;
}

struct Date {
  std::array<int, 3> time{-1, -1, -1};
  int day = -1, year = -1;
  unsigned month = 0;

  // Each token is the first of these that it can be, and that was not found before:
  //   day-of-month = 1*2DIGIT ( non-digit *OCTET ); month = ( "jan" / "feb" ... ) *OCTET; year = 2*4DIGIT ( non-digit *OCTET )
  void read(std::string_view token) {
    if (time[0] < 0 && read_time(token, time)) return;
    if (day < 0 && (day = take_number(token, 1, 2)) >= 0) return;
    if (month == 0 && (month = month_of(token)) != 0) return;
    if (year < 0) year = take_number(token, 2, 4);
  }
  Integer nanoseconds() const {
    namespace c = std::chrono;
    constexpr int first_year = 1601;  // section 5.1.1 step 5
    if (time[0] < 0 || day < 1 || month == 0 || year < 0) return {};
    const int full_year = year <= 69 ? year + 2000 : year <= 99 ? year + 1900 : year;
    const c::year_month_day date{c::year(full_year), c::month(month), c::day(static_cast<unsigned>(day))};
    if (full_year < first_year || !date.ok() || time[0] > 23 || time[1] > 59 || time[2] > 59) return {};
    const std::int64_t seconds =
        (c::sys_days(date).time_since_epoch() / c::days(1)) * std::int64_t{86400} + time[0] * 3600 + time[1] * 60 + time[2];
    constexpr std::int64_t nanos = 1'000'000'000;
    if (seconds > most / nanos) return most;
    if (seconds < -(most / nanos)) return -most;
    return seconds * nanos;
  }
};

}  // namespace

bool next_cookie(std::string_view& field, CookiePair& pair) {
  while (!field.empty()) {
    pair = split_pair(take_part(field));
    if (!pair.name.empty() || !pair.value.empty()) return true;
  }
  return false;
}

bool read_set_cookie(std::string_view field, SetCookie& cookie) {
  cookie.pair = split_pair(take_part(field));
  if (cookie.pair.name.empty() && cookie.pair.value.empty()) return false;
  while (!field.empty()) read_attribute(take_part(field), cookie);
  return true;
}

Integer read_date(std::string_view text) {
  Date date;
  while (!text.empty()) {
    const auto end = std::find_if(text.begin(), text.end(), delimits);
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (length > 0) date.read(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return date.nanoseconds();
}

}  // namespace longwire
