#include "dissectors/http_semantics.h"

#include <array>
#include <bit>
#include <cstring>

#include "capture/limits.h"
#include "dissectors/cookie.h"
#include "dissectors/http1_message.h"
#include "dissectors/http_challenge.h"
#include "dissectors/plain_text.h"
#include "dissectors/secrets.h"
#include "dissectors/uri.h"
#include "dissectors/wire_text.h"

namespace longwire {
namespace {

enum class Kept : char {
  cookie,
  set_cookie,
  location,
  if_none_match,
  if_modified_since,
  if_match,
  if_unmodified_since,
  if_range,
  etag,
  last_modified,
  authorization,
  www_authenticate,
  proxy_authorization,
  proxy_authenticate,
  nothing,
};

// Told apart by length first: most field names match none of these lengths.
Kept client_field(std::string_view name) {
  switch (name.size()) {
    case 6:
      return equal_ignoring_case(name, "cookie") ? Kept::cookie : Kept::nothing;
    case 8:
      if (equal_ignoring_case(name, "if-match")) return Kept::if_match;
      return equal_ignoring_case(name, "if-range") ? Kept::if_range : Kept::nothing;
    case 13:
      if (equal_ignoring_case(name, "if-none-match")) return Kept::if_none_match;
      return equal_ignoring_case(name, "authorization") ? Kept::authorization : Kept::nothing;
    case 17:
      return equal_ignoring_case(name, "if-modified-since") ? Kept::if_modified_since : Kept::nothing;
    case 19:
      if (equal_ignoring_case(name, "if-unmodified-since")) return Kept::if_unmodified_since;
      return equal_ignoring_case(name, "proxy-authorization") ? Kept::proxy_authorization : Kept::nothing;
    default:
      return Kept::nothing;
  }
}

Kept server_field(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equal_ignoring_case(name, "etag") ? Kept::etag : Kept::nothing;
    case 8:
      return equal_ignoring_case(name, "location") ? Kept::location : Kept::nothing;
    case 10:
      return equal_ignoring_case(name, "set-cookie") ? Kept::set_cookie : Kept::nothing;
    case 13:
      return equal_ignoring_case(name, "last-modified") ? Kept::last_modified : Kept::nothing;
    case 16:
      return equal_ignoring_case(name, "www-authenticate") ? Kept::www_authenticate : Kept::nothing;
    case 18:
      return equal_ignoring_case(name, "proxy-authenticate") ? Kept::proxy_authenticate : Kept::nothing;
    default:
      return Kept::nothing;
  }
}

constexpr bool sets_condition(Kept kept) {
  return kept == Kept::if_none_match || kept == Kept::if_modified_since || kept == Kept::if_match || kept == Kept::if_unmodified_since ||
         kept == Kept::if_range;
}

// What a response says of itself, and nobody asks for where the request set no condition.
constexpr bool of_condition_answered(Kept kept) {
  return kept == Kept::etag || kept == Kept::last_modified;
}

struct Note {
  Kept kept = Kept::nothing;
  std::string_view value;
};

// Takes the first one from `notes`; false = there is none.
bool take_note(std::string_view& notes, Note& note) {
  if (notes.empty()) return false;
  std::uint32_t size = 0;
  std::memcpy(&size, notes.data() + 1, sizeof size);
  note = {static_cast<Kept>(notes[0]), notes.substr(1 + sizeof size, size)};
  notes.remove_prefix(1 + sizeof size + size);
  return true;
}

// Without credentials (RFC 9110 sections 15.5.2 and 15.5.8).
bool refuses(const HttpExchangeRow& exchange) {
  return exchange.status.value == 401 || exchange.status.value == 407;
}

// The notes of one exchange, and the rows made from them.
class Reader {
 public:
  Reader(std::string_view notes, HttpExchangeRow& exchange, Context& context) : notes_(notes), exchange_(exchange), context_(context) {}

  void add_rows() {
    std::string_view notes = notes_;
    for (Note next; take_note(notes, next);) take(next.kept, next.value);
    if (conditional_) add_condition();
    if (authenticates_ || refuses(exchange_)) add_authentication();
  }

 private:
  void take(Kept kept, std::string_view value) {
    switch (kept) {
      case Kept::cookie:
        for (CookiePair pair; next_cookie(value, pair);) add_cookie("sent", pair, {});
        break;
      case Kept::set_cookie: {
        SetCookie set;
        if (read_set_cookie(value, set)) add_cookie("set", set.pair, set);
        break;
      }
      case Kept::location:
        if (!located_) add_location(value);
        located_ = true;
        break;
      case Kept::if_none_match:
        append(condition_.if_none_match, value);
        conditional_ = true;
        break;
      case Kept::if_modified_since:
        condition_.if_modified_since = text(value);
        condition_.if_modified_since_ns = read_date(value);
        conditional_ = true;
        break;
      case Kept::if_match:
        append(condition_.if_match, value);
        conditional_ = true;
        break;
      case Kept::if_unmodified_since:
        condition_.if_unmodified_since = text(value);
        condition_.if_unmodified_since_ns = read_date(value);
        conditional_ = true;
        break;
      case Kept::if_range:
        condition_.if_range = text(value);
        conditional_ = true;
        break;
      case Kept::etag:
        condition_.etag = text(value);
        break;
      case Kept::last_modified:
        condition_.last_modified = text(value);
        condition_.last_modified_ns = read_date(value);
        break;
      default:
        take_authentication(kept, value);
    }
  }

  void take_authentication(Kept kept, std::string_view value) {
    authenticates_ = true;
    if (kept == Kept::authorization) authentication_.scheme_used = text(scheme_of_credentials(value));
    if (kept == Kept::proxy_authorization) authentication_.proxy_scheme_used = text(scheme_of_credentials(value));
    if (kept == Kept::www_authenticate) origin_.read(value);
    if (kept == Kept::proxy_authenticate) proxy_.read(value);
  }

  void add_cookie(Text direction, const CookiePair& pair, const SetCookie& set) {
    const bool sent = direction == "sent";
    Integer& ordinal = sent ? sent_ : set_;
    if (ordinal.value == static_cast<std::int64_t>(limits::http_cookies)) {
      exchange_.limited = 1;
      return;
    }
    HttpCookieRow row;
    row.exchange_id = exchange_.id;
    row.connection_id = exchange_.connection_id;
    row.direction = direction;
    row.ordinal = ++ordinal.value;
    row.name = text(pair.name);
    row.value = secret(pair.value);
    row.host = host();
    row.time_ns = sent ? exchange_.request_start_ns : exchange_.response_start_ns;
    row.frame = sent ? exchange_.request_first_frame : exchange_.response_first_frame;
    if (!sent) {
      if (set.domain.data() != nullptr) row.domain = hidden(Secrets::Kind::attribute, lower(set.domain));
      if (set.path.data() != nullptr) row.path = hidden(Secrets::Kind::attribute, set.path);
      row.expires_ns = set.expires_ns;
      row.max_age_s = set.max_age_s;
      row.secure = set.secure;
      row.http_only = set.http_only;
      row.same_site = set.same_site;
    }
    context_.rows().add(row);
  }

  // Spaces and bytes that are not ASCII stand as clients write them when they follow (RFC 3986 section 2.1).
  std::string asked_for(std::string_view path) const {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out(path.empty() || path[0] == '?' ? "/" : "");
    for (const char c : path) {
      const auto byte = static_cast<std::uint8_t>(c);
      if (byte > 0x20 && byte < 0x7f) {
        out += c;
      } else {
        out += {'%', hex[byte >> 4], hex[byte & 15]};
      }
    }
    return out;
  }

  void add_location(std::string_view value) {
    std::string base(exchange_.scheme);
    base += ':';
    if (exchange_.authority.data() != nullptr) base.append("//").append(exchange_.authority);
    if (exchange_.path.starts_with('/')) base += exchange_.path;
    const std::string uri = without_userinfo(resolve_uri(base, as_browsers_read(value)));
    const UriParts parts = split_uri(uri);
    HttpLocationRow row;
    row.exchange_id = exchange_.id;
    row.status = exchange_.status;
    row.location = hidden(Secrets::Kind::reference, value);
    const std::string scheme = lower(parts.scheme.value_or(""));
    row.scheme = text(scheme);
    if (parts.authority) row.authority = text(comparable_authority(*parts.authority, scheme));
    row.uri = text(uri);
    std::string path(parts.path);
    if (parts.query) path.append("?").append(*parts.query);
    row.path = text(asked_for(path));
    if (exchange_.authority.data() != nullptr) {
      const std::string own = lower(exchange_.scheme);
      row.cross_origin = scheme != own || row.authority != comparable_authority(exchange_.authority, own);
    }
    context_.rows().add(row);
  }

  void add_condition() {
    condition_.exchange_id = exchange_.id;
    condition_.method = exchange_.method;
    condition_.status = exchange_.status;
    condition_.response_body_bytes = exchange_.response_body_bytes;
    context_.rows().add(condition_);
  }

  void add_authentication() {
    authentication_.exchange_id = exchange_.id;
    authentication_.status = exchange_.status;
    if (!origin_.schemes.empty()) authentication_.schemes_offered = text(origin_.schemes);
    if (!proxy_.schemes.empty()) authentication_.proxy_schemes_offered = text(proxy_.schemes);
    authentication_.stale = origin_.stale || proxy_.stale;
    authentication_.continued = origin_.continued || proxy_.continued;
    context_.rows().add(authentication_);
  }

  Text text(std::string_view bytes) {
    if (all_ascii(bytes)) return context_.text(bytes);
    std::string valid;
    append_as_utf8(valid, bytes);
    return context_.text(valid);
  }
  // A list field that is repeated goes on (RFC 9110 section 5.3).
  void append(Text& list, std::string_view value) {
    list = list.data() == nullptr ? text(value) : text(std::string(list) + ", " + std::string(value));
  }
  Text hidden(Secrets::Kind kind, std::string_view value) {
    const Secrets* secrets = context_.options.secrets;
    if (secrets == nullptr) return text(value);
    std::string shown;
    secrets->append(shown, kind, value);
    return text(shown);
  }
  Text secret(std::string_view value) {
    const Secrets* secrets = context_.options.secrets;
    if (secrets == nullptr || secrets->keeps() || value.empty()) return text(value);
    const Secrets::Token token = secrets->token(value);
    return context_.text({token.data(), token.size()});
  }
  Text host() {
    if (host_.data() == nullptr && exchange_.authority.data() != nullptr) host_ = context_.text(host_of(exchange_.authority));
    return host_;
  }
  static std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += to_lower(c);
    return out;
  }

  std::string_view notes_;
  HttpExchangeRow& exchange_;
  Context& context_;
  HttpConditionRow condition_;
  HttpAuthenticationRow authentication_;
  Challenges origin_, proxy_;
  Integer sent_ = 0, set_ = 0;  // cookies so far
  Text host_;
  bool conditional_ = false, authenticates_ = false, located_ = false;
};

}  // namespace

void HttpSemantics::read(Side side, std::string_view name, std::string_view value) {
  note(static_cast<char>(side == Side::client ? client_field(name) : server_field(name)), value);
}

void HttpSemantics::note(char which, std::string_view value) {
  const auto kept = static_cast<Kept>(which);
  if (kept == Kept::nothing || (!conditional_ && !keeps_all_ && of_condition_answered(kept))) return;
  conditional_ = conditional_ || sets_condition(kept);
  const auto size = std::bit_cast<std::array<char, sizeof(std::uint32_t)>>(static_cast<std::uint32_t>(value.size()));
  notes_ += which;
  notes_.append(size.data(), size.size());
  notes_ += value;
}

void HttpSemantics::take(const HttpSemantics& section) {
  std::string_view notes = section.notes_;
  for (Note next; take_note(notes, next);) note(static_cast<char>(next.kept), next.value);
}

void HttpSemantics::clear() {
  notes_.clear();
  conditional_ = false;
}

void HttpSemantics::add_rows(HttpExchangeRow& exchange, Context& context) const {
  if (notes_.empty() && !refuses(exchange)) return;
  Reader(notes_, exchange, context).add_rows();
}

}  // namespace longwire
