// RFC 9112, what an observer reads; LF alone ends a line too (section 2.2):
//
//   HTTP-message   = *( CRLF ) start-line CRLF *( field-line CRLF ) CRLF [ message-body ]
//   start-line     = request-line / status-line / simple-request
//   request-line   = method SP request-target SP HTTP-version        method = token
//   status-line    = HTTP-version SP 3DIGIT SP [ reason-phrase ]     servers leave out the SP before no reason
//   HTTP-version   = "HTTP/" DIGIT "." DIGIT
//   simple-request = "GET" SP request-target                         HTTP/0.9
//   request-target = origin-form   /path?query     absolute-form  scheme://authority/path?query
//                  / authority-form host:port (CONNECT)  / asterisk-form * (OPTIONS)
//   field-line     = field-name ":" OWS field-value OWS
//   obs-fold       = CRLF 1*( SP / HTAB ) inside a field-value; means one SP
#include "dissectors/http1_message.h"
#include "dissectors/secrets.h"

#include <algorithm>

namespace longwire {
namespace {

constexpr bool is_whitespace(char c) {
  return c == ' ' || c == '\t';
}

// RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> make_tchars() {
  std::array<bool, 256> table{};
  for (char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> tchars = make_tchars();

// "0.0", "0.1" ... "9.9", one behind the other.
constexpr std::array<char, 300> make_versions() {
  std::array<char, 300> all{};
  for (std::size_t i = 0; i < 100; ++i) {
    all[3 * i] = static_cast<char>('0' + i / 10);
    all[3 * i + 1] = '.';
    all[3 * i + 2] = static_cast<char>('0' + i % 10);
  }
  return all;
}
constexpr std::array<char, 300> versions = make_versions();

constexpr std::string_view version_pattern = "HTTP/d.d";
constexpr std::string_view status_pattern = "HTTP/d.d ddd";

// `pattern` is literal but for `d`, which stands for a digit.
Match matches(std::string_view text, std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i == text.size()) return Match::maybe;
    if (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i]) return Match::no;
  }
  return Match::yes;
}

bool read_version(std::string_view text, HttpVersion& version) {
  if (matches(text, version_pattern) != Match::yes) return false;
  version = {static_cast<std::uint8_t>(text[5] - '0'), static_cast<std::uint8_t>(text[7] - '0')};
  return true;
}

bool ends_with_bare_lf(std::string_view line) {
  return !line.ends_with("\r\n");
}

// `line` without its CR, LF or CRLF.
std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The token that a line begins with, behind whitespace: the name of a field. The rest may be a secret.
std::string_view first_token(std::string_view line) {
  const auto begin = static_cast<std::size_t>(std::ranges::find_if_not(line, is_whitespace) - line.begin());
  return line.substr(0, begin + token_length(line.substr(begin)));
}

// Takes the whitespace that parts two words of a start line; one SP by the grammar.
void take_space(std::string_view& text, Oddities& oddities) {
  const auto n = static_cast<std::size_t>(std::ranges::find_if_not(text, is_whitespace) - text.begin());
  if (n != 1 || text.front() != ' ') oddities.add("http1.start_line.whitespace", text.substr(0, n));
  text.remove_prefix(n);
}

StartLine read_status_line(std::string_view line, Oddities& oddities) {
  StartLine start;
  std::string_view rest = line;
  if (!read_version(rest, start.version)) return start;
  rest.remove_prefix(version_pattern.size());
  take_space(rest, oddities);
  if (matches(rest, "ddd") != Match::yes) return start;
  start.status = static_cast<std::uint16_t>((rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0'));
  start.kind = StartLine::Kind::status;
  if (start.status < 100 || start.status > 599) oddities.add("http1.status", rest.substr(0, 3));
  rest.remove_prefix(3);
  if (!rest.empty() && rest.front() != ' ') oddities.add("http1.start_line.whitespace", rest);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  start.reason = rest;
  return start;
}

bool upper_case(std::string_view method) {
  return method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == std::string_view::npos;
}

bool has_whitespace(std::string_view text) {
  return text.find(' ') != std::string_view::npos || text.find('\t') != std::string_view::npos;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_whitespace(text.back())) text.remove_suffix(1);
  return text;
}

// All behind the last whitespace of `text`.
std::string_view last_word(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && !is_whitespace(text[begin - 1])) --begin;
  return text.substr(begin);
}

// Method, target and version by the whitespace between words: the first word, the last one, and all between. Without a
// version it is a request of HTTP/0.9, or one that forgot it.
StartLine read_request_line(std::string_view line, Oddities& oddities) {
  StartLine start;
  start.method = line.substr(0, token_length(line));
  const std::string_view behind = line.substr(start.method.size()), words = trim_end(behind);
  if (start.method.empty() || (!behind.empty() && !is_whitespace(behind.front()))) return start;
  const std::string_view word = last_word(words);
  const std::string_view spaced = words.substr(0, words.size() - word.size()), before = trim_end(spaced);
  const bool two_spaces = words.size() != behind.size() || spaced.size() - before.size() > 1 || behind.starts_with("  ");
  if (two_spaces || behind.find('\t') < words.size()) oddities.add("http1.start_line.whitespace", behind);

  const bool has_version = !before.empty() || spaced.size() > 1;  // else the only word is the target
  if (has_version && word.size() == version_pattern.size() && read_version(word, start.version)) {
    start.kind = StartLine::Kind::request;
    start.target = without_whitespace_around(before);
    if (start.target.empty()) oddities.add("http1.target.missing", line);
    if (has_whitespace(start.target)) oddities.add("http1.target.whitespace", start.target);
    return start;
  }
  const bool broken_version = !before.empty() && word.starts_with("HTTP/");
  if (broken_version) oddities.add("http1.version", word);
  start.target = without_whitespace_around(broken_version ? before : words);
  if (!has_whitespace(start.target) && upper_case(start.method)) start.kind = StartLine::Kind::simple_request;
  return start;
}

}  // namespace

std::string_view HttpVersion::text() const {
  return std::string_view(versions.data(), versions.size()).substr(3 * (major * std::size_t{10} + minor), 3);
}

StartLine read_start_line(std::string_view text, Oddities& oddities) {
  const std::string_view whole = text.substr(0, first_line(text)), line = without_line_end(whole);
  if (ends_with_bare_lf(whole)) oddities.add("http1.bare_lf", line);
  StartLine start = line.starts_with("HTTP/") ? read_status_line(line, oddities) : read_request_line(line, oddities);
  if (start.kind != StartLine::Kind::invalid && start.kind != StartLine::Kind::simple_request && start.version.major != 1)
    oddities.add("http1.version", line);
  return start;
}

StartLine read_cut_start_line(std::string_view text) {
  Oddities oddities;
  if (starts_response(text) == Match::yes) return read_status_line(text.substr(0, status_pattern.size()), oddities);
  StartLine start;
  if (starts_registered_method(text) != Match::yes || starts_request(text) == Match::no) return start;
  start.method = text.substr(0, token_length(text));
  const std::string_view behind = text.substr(start.method.size() + 1);
  if (!behind.starts_with('/') && !behind.starts_with("http://")) return start;  // RTSP and SIP have such methods, too
  start.kind = StartLine::Kind::request;
  start.version = {0, 0};
  const std::size_t space = behind.rfind(' ');
  const bool whole = space != std::string_view::npos && matches(behind.substr(space + 1), "HTTP/1.d\r") != Match::no;
  if (whole) start.target = behind.substr(0, space);
  return start;
}

std::string_view FieldLines::line() {
  const std::size_t length = first_line(rest_);
  if (length == 0) return {};
  const std::string_view whole = rest_.substr(0, length), line = without_line_end(whole);
  if (ends_with_bare_lf(whole)) oddities_.add("http1.bare_lf", line.substr(0, token_length(line)));
  rest_.remove_prefix(length);
  return line;
}

bool FieldLines::next(Field& field) {
  for (std::string_view text = line(); !text.empty(); text = line()) {
    std::size_t colon = token_length(text);
    if (colon == 0 || colon == text.size() || text[colon] != ':') {
      if (!read_irregular(text, field, colon)) continue;
    } else {
      field.name = text.substr(0, colon);
    }
    field.value = without_whitespace_around(text.substr(colon + 1));
    if (folded()) field.value = unfold(field);
    return true;
  }
  return false;
}

// A line whose name is not a token with a colon behind it; false where there is no field in it.
bool FieldLines::read_irregular(std::string_view text, Field& field, std::size_t& colon) {
  colon = text.find(':');
  if (is_whitespace(text.front())) {
    oddities_.add("http1.field.leading_whitespace", first_token(text));  // RFC 9112 section 2.2: not processed
    return false;
  }
  const std::string_view token = first_token(text), before = text.substr(0, std::min(colon, text.size()));
  field.name = without_whitespace_around(before);
  const bool secret = token.size() < field.name.size() && Secrets::kind_of(token, {}) != Secrets::Kind::none;
  if (colon == std::string_view::npos || colon == 0 || secret) {
    oddities_.add("http1.field.line", token);
    return false;
  }
  if (field.name.size() != before.size()) oddities_.add("http1.field.space_before_colon", before);
  if (token_length(field.name) != field.name.size()) oddities_.add("http1.field.name", field.name);
  return true;
}

std::string_view FieldLines::unfold(const Field& field) {
  oddities_.add("http1.obs_fold", field.name);
  std::string& whole = unfolded_.emplace_front(field.value);
  while (folded() && first_line(rest_) != 0) {
    const std::string_view more = without_whitespace_around(line());
    if (!whole.empty() && !more.empty()) whole += ' ';
    whole += more;
  }
  return whole;
}

std::string_view without_field_value(std::string_view line) {
  return line.substr(0, line.find(':'));
}

std::size_t empty_lines(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size()) {
    if (text[n] == '\n') {
      n += 1;
    } else if (text.substr(n).starts_with("\r\n")) {
      n += 2;
    } else {
      break;
    }
  }
  return n;
}

std::size_t first_line(std::string_view text) {
  return text.find('\n') + 1;  // npos + 1 is 0
}

std::size_t section_length(std::string_view text, std::size_t& scanned) {
  while (true) {
    const std::size_t length = first_line(text.substr(scanned));
    if (length == 0) return 0;
    const bool empty = length == 1 || (length == 2 && text[scanned] == '\r');
    scanned += length;
    if (empty) return scanned;
  }
}

void check_controls(std::string_view section, Oddities& oddities) {
  // Without a branch a byte, so that it is done many bytes at a time.
  const auto control = [](std::uint8_t c) { return ((c < 0x20) & (c != '\t') & (c != '\r') & (c != '\n')) | (c == 0x7f); };
  const auto bare_cr = [](std::uint8_t c, std::uint8_t behind) { return (c == '\r') & (behind != '\n'); };
  const Bytes bytes = as_bytes(section);
  std::uint8_t strange = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    strange = static_cast<std::uint8_t>(strange | (control(bytes[i]) | bare_cr(bytes[i], bytes[i + 1])));
  }
  if (strange == 0) return;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    if (bare_cr(bytes[i], bytes[i + 1])) oddities.add("http1.bare_cr", section.substr(i, 1));
    if (control(bytes[i])) oddities.add("http1.field.control", section.substr(i, 1));
  }
}

Match starts_request(std::string_view text) {
  constexpr std::size_t longest_method = 32;  // of a certain start; the longest registered one has 17 (IANA)
  const std::size_t method = token_length(text.substr(0, longest_method));
  if (method == text.size()) return Match::maybe;
  if (method == 0 || text[method] != ' ') return Match::no;
  const std::string_view rest = text.substr(method + 1);
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (static_cast<unsigned char>(rest[i]) < ' ' || rest[i] == 0x7f) return Match::no;
    if (rest[i] != ' ' || i == 0) continue;
    const std::string_view version = rest.substr(i + 1);
    const Match match = matches(version, "HTTP/1.d");
    const std::size_t end = version_pattern.size();
    if (match == Match::maybe || (match == Match::yes && version.size() == end)) return Match::maybe;
    if (match == Match::yes && (version[end] == '\r' || version[end] == '\n')) return Match::yes;
  }
  return Match::maybe;
}

Match starts_registered_method(std::string_view text) {
  constexpr std::string_view methods[] = {"GET",
                                          "POST",
                                          "HEAD",
                                          "PUT",
                                          "DELETE",
                                          "OPTIONS",
                                          "CONNECT",
                                          "PATCH",
                                          "TRACE",
                                          "ACL",
                                          "BASELINE-CONTROL",
                                          "BIND",
                                          "CHECKIN",
                                          "CHECKOUT",
                                          "COPY",
                                          "LABEL",
                                          "LINK",
                                          "LOCK",
                                          "MERGE",
                                          "MKACTIVITY",
                                          "MKCALENDAR",
                                          "MKCOL",
                                          "MKREDIRECTREF",
                                          "MKWORKSPACE",
                                          "MOVE",
                                          "ORDERPATCH",
                                          "PROPFIND",
                                          "PROPPATCH",
                                          "QUERY",
                                          "REBIND",
                                          "REPORT",
                                          "SEARCH",
                                          "UNBIND",
                                          "UNCHECKOUT",
                                          "UNLINK",
                                          "UNLOCK",
                                          "UPDATE",
                                          "UPDATEREDIRECTREF",
                                          "VERSION-CONTROL"};
  Match best = Match::no;
  for (const std::string_view method : methods) {
    const std::string_view front = text.substr(0, method.size() + 1);
    if (front.size() > method.size() && front.starts_with(method) && front.back() == ' ') return Match::yes;
    if (front.size() <= method.size() && method.starts_with(front)) best = Match::maybe;
  }
  return best;
}

Match starts_simple_request(std::string_view text) {
  constexpr std::string_view start = "GET /";
  if (!text.starts_with(start)) return start.starts_with(text) ? Match::maybe : Match::no;
  for (std::size_t i = start.size(); i < text.size(); ++i) {
    if (text[i] == '\n' || text.substr(i).starts_with("\r\n")) return Match::yes;
    if (text.substr(i) == "\r") return Match::maybe;
    if (static_cast<unsigned char>(text[i]) <= ' ' || text[i] == 0x7f) return Match::no;
  }
  return Match::maybe;
}

bool status_line_begins(std::string_view text) {
  return std::string_view("HTTP/").starts_with(text.substr(0, 5));
}

Match starts_response(std::string_view text) {
  return matches(text, status_pattern);
}

std::size_t token_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && tchars[static_cast<unsigned char>(text[n])]) ++n;
  return n;
}

std::string_view without_whitespace_around(std::string_view text) {
  while (!text.empty() && is_whitespace(text.front())) text.remove_prefix(1);
  return trim_end(text);
}

std::string_view next_element(std::string_view& list) {
  while (!list.empty()) {
    std::size_t end = 0;
    for (bool quoted = false; end < list.size() && (quoted || list[end] != ','); ++end) {
      if (list[end] == '"') quoted = !quoted;
      if (quoted && list[end] == '\\') ++end;
    }
    end = std::min(end, list.size());
    const std::string_view element = without_whitespace_around(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!element.empty()) return element;
  }
  return {};
}

}  // namespace longwire
