#include "dissectors/header_json.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "dissectors/plain_text.h"

namespace longwire {
namespace {

// Stands in a JSON string as it is, and is ASCII.
constexpr bool plain(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

char* put(char* place, std::string_view text) {
  std::memcpy(place, text.data(), text.size());
  return place + text.size();
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    out += {'\\', c};
  } else {
    const auto byte = static_cast<std::uint8_t>(c);
    out += {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
  }
}

}  // namespace

// A field of which not all is known.
void HeaderJson::add_unknown(std::string_view name, std::string_view value) {
  const auto append = [&](std::string_view text) {
    if (text.data() == nullptr) return void(out_ += "null");
    out_ += '"';
    append_json(out_, text);
    out_ += '"';
  };
  std::string hidden;
  const bool secret = name.data() == nullptr && value.data() != nullptr && secrets_ != nullptr && !secrets_->keeps();
  if (secret) secrets_->append_token(hidden, value);
  out_ += first_ ? "[" : ",[";
  first_ = false;
  append(name);
  out_ += ',';
  append(secret ? hidden : value);
  out_ += ']';
}

void HeaderJson::add(std::string_view name, std::string_view value) {
  if (name.data() == nullptr || value.data() == nullptr) return add_unknown(name, value);
  constexpr std::string_view open = "[\"", between = "\",\"", close = "\"]";
  const bool simple = all_plain_in_json(name) && all_plain_without_at(value);
  const bool kept = secrets_ == nullptr || secrets_->keeps();
  const Secrets::Kind kind = kept ? Secrets::Kind::none : Secrets::kind_of(name, simple ? std::string_view{} : value);
  if (!first_) out_ += ',';
  first_ = false;
  // Put together here and appended at once: a string that grows by five parts asks five times whether there is room.
  char field[512];  // bytes: nearly all fields are shorter
  const std::size_t size = open.size() + name.size() + between.size() + value.size() + close.size();
  if (simple && kind == Secrets::Kind::none && size <= sizeof field) {
    put(put(put(put(put(field, open), name), between), value), close);
    out_.append(field, size);
    return;
  }
  out_ += open;
  append_json(out_, name);
  out_ += between;
  if (kind == Secrets::Kind::none) {
    append_json(out_, value);
  } else if (simple) {
    secrets_->append(out_, kind, value);
  } else {
    std::string hidden;
    secrets_->append(hidden, kind, value);
    append_json(out_, hidden);
  }
  out_ += close;
}

void append_json(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto run = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), plain) - text.begin());
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) return;
    const bool foreign = static_cast<std::uint8_t>(text[0]) >= 0x80;
    const std::size_t length = foreign ? std::max<std::size_t>(1, utf8_character(text)) : 1;
    foreign ? append_as_utf8(out, text.substr(0, length)) : append_escape(out, text[0]);
    text.remove_prefix(length);
  }
}

bool HeaderJsonFields::next() {
  return read_string(name_) && read_string(value_);
}

// What HeaderJson writes: outside of strings nothing but brackets, commas and null; in them `\"`, `\\` and `\u00XX`. A null
// reads as empty.
bool HeaderJsonFields::read_string(std::string& out) {
  constexpr std::string_view null = "null";
  out.clear();
  rest_.remove_prefix(std::min(rest_.find_first_of("\"n"), rest_.size()));
  if (rest_.starts_with(null)) {
    rest_.remove_prefix(null.size());
    return true;
  }
  if (rest_.empty()) return false;
  rest_.remove_prefix(1);
  for (;;) {
    const std::size_t run = rest_.find_first_of("\"\\");
    if (run == std::string_view::npos) return false;
    out += rest_.substr(0, run);
    const bool ends = rest_[run] == '"';
    rest_.remove_prefix(run + 1);
    if (ends) return true;
    constexpr std::size_t escape_bytes = 5;  // u00XX
    const bool coded = rest_.starts_with('u');
    if (rest_.size() < (coded ? escape_bytes : 1)) return false;
    unsigned byte = 0;
    if (coded) std::from_chars(rest_.data() + 3, rest_.data() + escape_bytes, byte, 16);
    out += coded ? static_cast<char>(byte) : rest_[0];
    rest_.remove_prefix(coded ? escape_bytes : 1);
  }
}

}  // namespace longwire
