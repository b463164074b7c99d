#include "dissectors/secrets.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "capture/error.h"
#include "dissectors/http1_message.h"
#include "dissectors/uri.h"

namespace longwire {
namespace {

static_assert(Secrets::key_bytes == crypto_shorthash_siphashx24_KEYBYTES);
static_assert(Secrets::hash_bytes == crypto_shorthash_siphashx24_BYTES);
constexpr std::string_view blank = " \t";  // OWS, RFC 9110 section 5.6.3

// Of Set-Cookie: RFC 6265bis section 5.6, RFC 2109 and RFC 2965; Partitioned and Priority are browsers'.
bool is_attribute(std::string_view name) {
  constexpr std::array<std::string_view, 13> known{"expires",     "max-age",  "domain",  "path",    "secure",  "httponly", "samesite",
                                                   "partitioned", "priority", "version", "comment", "discard", "port"};
  return std::ranges::any_of(known, [&](std::string_view attribute) { return equal_ignoring_case(name, attribute); });
}

// 00, 01 ... ff, one behind the other.
constexpr std::array<char, 512> make_hex_pairs() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 512> all{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    all[2 * byte] = digits[byte >> 4];
    all[2 * byte + 1] = digits[byte & 15];
  }
  return all;
}
constexpr std::array<char, 512> hex_pairs = make_hex_pairs();

}  // namespace

Secrets::Kind Secrets::kind_of(std::string_view field_name, std::string_view value) {
  const auto is = [&](std::string_view name) { return equal_ignoring_case(field_name, name); };
  switch (field_name.size()) {
    case 6:
      if (is("cookie")) return Kind::cookies;
      break;
    case 7:
      if (is("cookie2")) return Kind::cookies;  // RFC 2965 section 3.3.5
      if (is("referer")) return Kind::reference;
      break;
    case 8:
      if (is("location")) return Kind::reference;
      break;
    case 10:
      if (is("set-cookie")) return Kind::set_cookie;
      break;
    case 11:
      if (is("set-cookie2")) return Kind::set_cookie;  // RFC 2965 section 3.2.2
      break;
    case 13:
      if (is("authorization")) return Kind::credentials;
      break;
    case 16:
      if (is("content-location")) return Kind::reference;
      break;
    case 19:
      if (is("proxy-authorization")) return Kind::credentials;
      break;
    default:
      break;
  }
  if (value.find('@') == std::string_view::npos) return Kind::none;
  return is("host") ? Kind::authority : Kind::text;
}

Secrets Secrets::random() {
  Secrets secrets;
  randombytes_buf(secrets.key_.data(), secrets.key_.size());
  return secrets;
}

Secrets Secrets::with_key(std::string_view hex) {
  Secrets secrets;
  std::size_t length = 0;
  const int failed = sodium_hex2bin(secrets.key_.data(), key_bytes, hex.data(), hex.size(), nullptr, &length, nullptr);
  if (failed != 0 || length != key_bytes || hex.size() != 2 * key_bytes) {
    throw UsageError("--token-key takes 32 hexadecimal digits");
  }
  return secrets;
}

Secrets Secrets::kept() {
  Secrets secrets;
  secrets.keeps_ = true;
  return secrets;
}

void Secrets::append(std::string& out, Kind kind, std::string_view value) const {
  if (keeps_ || kind == Kind::none) {
    out += value;
  } else if (kind == Kind::credentials) {
    append_credentials(out, value);
  } else if (kind == Kind::cookies) {
    append_cookies(out, value);
  } else if (kind == Kind::reference) {
    append_reference(out, value);
  } else if (kind == Kind::authority || kind == Kind::text) {
    append_text(out, value, kind == Kind::text);
  } else if (kind == Kind::attribute) {
    append_attribute(out, value);
  } else {
    append_set_cookie(out, value);
  }
}

Secrets::Token Secrets::token(std::string_view secret) const {
  std::array<std::uint8_t, hash_bytes> hash;
  crypto_shorthash_siphashx24(hash.data(), reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), key_.data());
  Token token;
  char* place = std::copy(token_prefix.begin(), token_prefix.end(), token.begin());
  for (const std::uint8_t byte : hash) place = std::copy_n(hex_pairs.begin() + 2 * std::ptrdiff_t{byte}, 2, place);
  return token;
}

void Secrets::append_token(std::string& out, std::string_view secret) const {
  if (secret.empty()) return;
  if (keeps_) {
    out += secret;
    return;
  }
  const Token stored = token(secret);
  out.append(stored.data(), stored.size());
}

// RFC 9110 section 11.4: auth-scheme [ 1*SP ( token68 / auth-params ) ]. What has no scheme is secret as a whole.
void Secrets::append_credentials(std::string& out, std::string_view value) const {
  const std::size_t scheme = value.find_first_of(blank);
  const std::size_t secret = scheme == std::string_view::npos ? 0 : std::min(value.find_first_not_of(blank, scheme), value.size());
  out += value.substr(0, secret);
  append_token(out, value.substr(secret));
}

// RFC 6265 section 4.2.1: cookie-pair *( ";" SP cookie-pair )
void Secrets::append_cookies(std::string& out, std::string_view value) const {
  while (!value.empty()) {
    const std::size_t pair = std::min(value.find(';'), value.size());
    append_pair(out, value.substr(0, pair));
    value.remove_prefix(pair);
    const std::size_t between = std::min(value.find_first_not_of("; \t"), value.size());
    out += value.substr(0, between);
    value.remove_prefix(between);
  }
}

// RFC 6265 section 4.1.1: cookie-name "=" cookie-value. What has no name is a value (RFC 6265bis section 5.6).
void Secrets::append_pair(std::string& out, std::string_view pair) const {
  const std::size_t equals = pair.find('=');
  const std::size_t begin = equals == std::string_view::npos ? 0 : std::min(pair.find_first_not_of(blank, equals + 1), pair.size());
  const std::size_t last = pair.find_last_not_of(blank);
  const std::size_t end = last == std::string_view::npos ? begin : std::max(begin, last + 1);
  out += pair.substr(0, begin);
  append_token(out, pair.substr(begin, end - begin));
  out += pair.substr(end);
}

// RFC 6265 section 4.1.1: cookie-pair *( ";" SP cookie-av ). What is no known attribute may be another cookie.
void Secrets::append_set_cookie(std::string& out, std::string_view value) const {
  const std::size_t attributes = std::min(value.find(';'), value.size());
  append_pair(out, value.substr(0, attributes));
  value.remove_prefix(attributes);
  while (!value.empty()) {
    const std::size_t part = std::min(value.find(';', 1), value.size());
    const std::string_view name = without_whitespace_around(value.substr(1, std::min(value.find('='), part) - 1));
    out += ';';
    if (name.empty() || is_attribute(name)) {
      append_attribute(out, value.substr(1, part - 1));
    } else {
      append_pair(out, value.substr(1, part - 1));
    }
    value.remove_prefix(part);
  }
}

// Proxies of RFC 2109's time put several cookies into one field, with commas between: what looks like one is secret.
void Secrets::append_attribute(std::string& out, std::string_view text) const {
  for (std::size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',', comma + 1)) {
    const std::size_t name = std::min(text.find_first_not_of(blank, comma + 1), text.size());
    const std::size_t equals = name + token_length(text.substr(name));
    if (equals == name || !text.substr(equals).starts_with('=')) continue;
    out += text.substr(0, name);
    return append_pair(out, text.substr(name));
  }
  out += text;
}

// Of userinfo a name alone may be a secret, too: some services take it for one.
void Secrets::append_reference(std::string& out, std::string_view reference) const {
  const std::string_view userinfo = userinfo_of(reference);
  const auto begin = static_cast<std::size_t>(userinfo.data() - reference.data());
  out += reference.substr(0, begin);
  append_token(out, userinfo);
  out += reference.substr(begin + userinfo.size());
}

// A URI may stand anywhere in a text, as in `<http://me@host/>; rel=next` (RFC 8288 section 3): what stands before an `@`, back
// to two slashes, or, where these may be missing, to whatever a userinfo cannot have.
void Secrets::append_text(std::string& out, std::string_view text, bool behind_slashes_alone) const {
  constexpr std::string_view around = "/\\?#\"<> \t", slashes = "/\\:";
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
    at = text.substr(0, text.find_first_of(around, at)).rfind('@');
    const std::size_t begin = text.find_last_of(around, at) + 1;  // npos + 1 is 0
    const bool behind_slashes = begin >= 2 && slashes.find(text[begin - 1]) < 2 && slashes.find(text[begin - 2]) != std::string_view::npos;
    const bool secret = behind_slashes || !behind_slashes_alone;
    out += text.substr(0, secret ? begin : at);
    if (secret) append_token(out, text.substr(begin, at - begin));
    out += '@';
    text.remove_prefix(at + 1);
  }
  out += text;
}

}  // namespace longwire
