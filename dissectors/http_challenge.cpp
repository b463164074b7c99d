#include "dissectors/http_challenge.h"

#include <algorithm>

#include "dissectors/http1_message.h"

namespace longwire {
namespace {

void append_lower(std::string& out, std::string_view text) {
  std::ranges::transform(text, std::back_inserter(out), to_lower);
}

std::string_view without_quotes(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

// auth-param = token BWS "=" BWS ( token / quoted-string ); `text` begins with it, or it is none.
struct Parameter {
  explicit Parameter(std::string_view text) : name(text.substr(0, token_length(text))) {
    const std::string_view behind = without_whitespace_around(text.substr(name.size()));
    // A token68 may end with `=`, one or more (RFC 9110 section 11.2).
    valid = !name.empty() && behind.starts_with('=') && behind.find_first_not_of("= \t") != std::string_view::npos;
    if (valid) value = without_quotes(without_whitespace_around(behind.substr(1)));
  }
  std::string_view name, value;
  bool valid;
};

}  // namespace

void Challenges::read(std::string_view value) {
  for (std::string_view element; !(element = next_element(value)).empty();) {
    if (!Parameter(element).valid) {
      const std::string_view scheme = element.substr(0, token_length(element));
      if (scheme.empty()) continue;
      if (!schemes.empty()) schemes += ", ";
      append_lower(schemes, scheme);
      element = without_whitespace_around(element.substr(scheme.size()));
      continued = continued || (!element.empty() && !Parameter(element).valid);
    }
    const Parameter parameter(element);
    stale = stale || (parameter.valid && equal_ignoring_case(parameter.name, "stale") && equal_ignoring_case(parameter.value, "true"));
  }
}

std::string scheme_of_credentials(std::string_view value) {
  const std::string_view scheme = value.substr(0, token_length(value));
  const bool alone = scheme.empty() || scheme.size() == value.size() || (value[scheme.size()] != ' ' && value[scheme.size()] != '\t');
  std::string out;
  append_lower(out, alone ? "unknown" : scheme);
  return out;
}

}  // namespace longwire
