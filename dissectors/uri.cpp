#include "dissectors/uri.h"

#include <algorithm>

#include "dissectors/http1_message.h"
#include "dissectors/idna.h"

namespace longwire {
namespace {

constexpr bool is_alpha(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

// RFC 3986 section 3.1: ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
bool is_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text[0]) &&
         std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

// Cuts `text` at its first `mark`; what stands behind it, nothing where there is none.
std::optional<std::string_view> cut_behind(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

// RFC 3986 section 5.2.4, which has the letters of the steps.
std::string remove_dot_segments(std::string_view input) {
  std::string output;
  while (!input.empty()) {
    if (input.starts_with("../")) {  // A
      input.remove_prefix(3);
    } else if (input.starts_with("./") || input.starts_with("/./")) {  // A, B
      input.remove_prefix(2);
    } else if (input == "/.") {
      input = "/";
    } else if (input.starts_with("/../") || input == "/..") {  // C
      input = input == "/.." ? "/" : input.substr(3);
      const std::size_t slash = output.rfind('/');
      output.resize(slash == std::string::npos ? 0 : slash);
    } else if (input == "." || input == "..") {  // D
      input = {};
    } else {  // E
      const std::size_t segment = std::min(input.find('/', 1), input.size());
      output += input.substr(0, segment);
      input.remove_prefix(segment);
    }
  }
  return output;
}

// RFC 3986 section 5.2.3.
std::string merge(const UriParts& base, std::string_view path) {
  const bool root = base.authority && base.path.empty();
  std::string merged(root ? "/" : base.path.substr(0, base.path.rfind('/') + 1));  // npos + 1 is 0
  return merged.append(path);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

// Where the port's colon stands; the size where there is none. Colons inside brackets are an IPv6 address's.
std::size_t end_of_host(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  return std::min(authority.find(':', bracket == std::string_view::npos ? 0 : bracket), authority.size());
}

std::string_view host_and_port(std::string_view authority) {
  return authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
}

// Where browsers look for a host: behind the scheme and what slashes there are, `\` among them.
struct HostPlace {
  explicit HostPlace(std::string_view reference) {
    const std::size_t colon = reference.find(':');
    if (colon != std::string_view::npos && is_scheme(reference.substr(0, colon))) slashes = colon + 1;
    const std::string scheme = lower_case(reference.substr(0, slashes));
    of_the_web = scheme.empty() || scheme == "http:" || scheme == "https:" || scheme == "ws:" || scheme == "wss:";
    const bool plain = reference.substr(slashes).starts_with("//");
    host = of_the_web ? std::min(reference.find_first_not_of("/\\", slashes), reference.size()) : slashes + (plain ? 2 : 0);
  }
  std::size_t slashes = 0, host = 0;  // where they begin
  bool of_the_web = false;            // its scheme is, or there is none
  bool has_slashes() const { return host >= slashes + 2; }
};

}  // namespace

UriParts split_uri(std::string_view reference) {
  UriParts parts;
  parts.fragment = cut_behind(reference, '#');
  parts.query = cut_behind(reference, '?');
  const std::size_t colon = reference.find(':');
  if (colon != std::string_view::npos && is_scheme(reference.substr(0, colon))) {
    parts.scheme = reference.substr(0, colon);
    reference.remove_prefix(colon + 1);
  }
  if (reference.starts_with("//")) {
    reference.remove_prefix(2);
    const std::size_t end = std::min(reference.find('/'), reference.size());
    parts.authority = reference.substr(0, end);
    reference.remove_prefix(end);
  }
  parts.path = reference;
  return parts;
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const UriParts from = split_uri(base), to = split_uri(reference);
  const bool own_place = to.scheme || to.authority;
  const bool same_document = !own_place && to.path.empty();
  const auto authority = own_place ? to.authority : from.authority;
  const auto query = same_document && !to.query ? from.query : to.query;
  std::string path;
  if (same_document) {
    path = from.path;
  } else {
    path = remove_dot_segments(own_place || to.path.starts_with('/') ? std::string(to.path) : merge(from, to.path));
  }
  std::string target(to.scheme ? *to.scheme : from.scheme.value_or(""));
  target += ':';
  if (authority) target.append("//").append(*authority);
  target += path;
  if (query) target.append("?").append(*query);
  if (to.fragment) target.append("#").append(*to.fragment);
  return target;
}

std::string as_browsers_read(std::string_view reference) {
  const HostPlace place(reference);
  if (!place.of_the_web || !place.has_slashes()) return std::string(reference);
  std::string made(reference.substr(0, place.slashes));
  made.append("//").append(reference.substr(place.host));
  const std::size_t end = std::min(made.find_first_of("?#"), made.size());
  std::replace(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(end), '\\', '/');
  return made;
}

std::string_view userinfo_of(std::string_view reference) {
  const HostPlace place(reference);
  const std::string_view none = reference.substr(reference.size());
  // `http:me@host` has a host in browsers' eyes; `mailto:me@host`, and a path, have none.
  const bool hostless = place.slashes == 0 || !place.of_the_web;
  if (hostless && !place.has_slashes()) return none;
  const std::string_view authority = reference.substr(place.host, reference.find_first_of("/\\?#", place.host) - place.host);
  const std::size_t at = authority.rfind('@');
  return at == std::string_view::npos ? none : authority.substr(0, at);
}

std::string without_userinfo(std::string_view uri) {
  const std::string_view userinfo = userinfo_of(uri);
  std::string out(uri);
  if (userinfo.data() == uri.data() + uri.size()) return out;
  return out.erase(static_cast<std::size_t>(userinfo.data() - uri.data()), userinfo.size() + 1);
}

std::string comparable_authority(std::string_view authority, std::string_view scheme) {
  std::string made = lower_case(host_and_port(authority));
  const std::size_t host = end_of_host(made);
  const std::string_view port = std::string_view(made).substr(host);
  const std::string_view usual = scheme == "http" ? ":80" : scheme == "https" ? ":443" : ":";
  std::string name = as_a_labels(std::string_view(made).substr(0, host));
  return port == ":" || port == usual ? name : name.append(port);
}

std::string host_of(std::string_view authority) {
  std::string made = lower_case(host_and_port(authority));
  made.resize(end_of_host(made));
  return made;
}

}  // namespace longwire
