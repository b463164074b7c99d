#include "dissectors/http1_fields.h"

#include <limits>

namespace longwire {

std::int64_t read_decimal(std::string_view digits) {
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  if (digits.empty()) return -1;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c) || value > largest / 10 || value * 10 > largest - (c - '0')) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Told apart by length first: most field names match none of these lengths.
void Http1Fields::read(const Field& field, Oddities& oddities) {
  const std::string_view name = field.name;
  switch (name.size()) {
    case 4:
      if (equal_ignoring_case(name, "host")) read_host(field.value, oddities);
      break;
    case 6:
      if (equal_ignoring_case(name, "expect") && equal_ignoring_case(field.value, "100-continue")) expect_continue = true;
      break;
    case 7:
      if (equal_ignoring_case(name, "upgrade")) upgrade = field.value;
      break;
    case 10:
      if (equal_ignoring_case(name, "connection")) read_connection(field.value);
      if (equal_ignoring_case(name, "keep-alive")) read_keep_alive(field.value);
      break;
    case 14:
      if (equal_ignoring_case(name, "content-length")) read_content_length(field.value, oddities);
      break;
    case 16:
      if (equal_ignoring_case(name, "content-encoding")) content_codings.add_list(field.value);
      break;
    case 17:
      if (equal_ignoring_case(name, "transfer-encoding")) read_transfer_encoding(field.value);
      break;
    default:
      break;
  }
}

void Http1Fields::read_host(std::string_view value, Oddities& oddities) {
  if (host.data() != nullptr) oddities.add("http1.host.repeated", value);  // RFC 9112 section 3.2: 400
  if (host.data() == nullptr) host = value.substr(value.rfind('@') + 1);   // a name and password do not belong there; npos + 1 is 0
}

// RFC 9112 section 6.3 rule 5: a list of one and the same number is that number; anything else is an error.
void Http1Fields::read_content_length(std::string_view value, Oddities& oddities) {
  bool any = false;
  for (std::string_view list = value, element; !(element = next_element(list)).empty();) {
    any = true;
    const std::int64_t number = read_decimal(element);
    if (number < 0) {
      oddities.add("http1.content_length.invalid", element);
      length = Length::invalid;
    } else if (length == Length::absent) {
      length = Length::valid;
      content_length = static_cast<std::uint64_t>(number);
    } else if (content_length == static_cast<std::uint64_t>(number)) {
      oddities.add("http1.content_length.repeated", element);
    } else {
      oddities.add("http1.content_length.conflict", element);
      length = Length::invalid;
    }
  }
  if (any) return;
  oddities.add("http1.content_length.invalid", value);
  length = Length::invalid;
}

void Http1Fields::read_transfer_encoding(std::string_view value) {
  for (std::string_view list = value, element; !(element = next_element(list)).empty();) {
    if (equal_ignoring_case(element, "identity")) continue;
    const bool chunked = equal_ignoring_case(element, "chunked");
    if (chunked_last) chunked_before_last = true;
    if (chunked_last && !chunked) transfer_codings.add("chunked");  // which nothing here takes off from below another coding
    if (!chunked) transfer_codings.add(element);
    chunked_last = chunked;
    transfer_encoding = true;
  }
}

void Http1Fields::read_connection(std::string_view value) {
  for (std::string_view list = value, option; !(option = next_element(list)).empty();) {
    if (equal_ignoring_case(option, "close")) close = true;
    if (equal_ignoring_case(option, "keep-alive")) keep_alive = true;
    if (equal_ignoring_case(option, "upgrade")) upgrade_option = true;
  }
}

void Http1Fields::read_keep_alive(std::string_view value) {
  for (std::string_view list = value, parameter; !(parameter = next_element(list)).empty();) {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = without_whitespace_around(parameter.substr(0, equals));
    const std::int64_t number = read_decimal(without_whitespace_around(parameter.substr(equals + 1)));
    if (equal_ignoring_case(name, "timeout")) keep_alive_timeout_s = number;
    if (equal_ignoring_case(name, "max")) keep_alive_max = number;
  }
}

}  // namespace longwire
