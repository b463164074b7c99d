// Cookies as a user agent reads them (RFC 6265 section 5), each field value for itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/row.h"

namespace longwire {

// The inside of a Cookie field: a cookie-pair; views point into the field's value.
struct CookiePair {
  std::string_view name, value;  // a pair without `=` is a value (RFC 6265bis section 5.6)
};

// Takes the next pair from the front of `field`; false = there is none.
bool next_cookie(std::string_view& field, CookiePair& pair);

// A Set-Cookie field by RFC 6265 section 5.2; of an attribute that is repeated the last one counts.
struct SetCookie {
  CookiePair pair;
  std::string_view domain;     // as sent, without a dot in front; data() is null without one
  std::string_view path;       // data() is null where it is absent, or does not begin with `/`: the default counts
  std::string_view same_site;  // a literal: strict, lax, none; data() is null where it is absent or something else
  Integer expires_ns;          // since the Unix epoch; NULL = absent, or no date
  Integer max_age_s;           // NULL = absent, or no number
  bool secure = false, http_only = false;
};
// False where it sets nothing: neither name nor value.
bool read_set_cookie(std::string_view field, SetCookie& cookie);

// A cookie-date by RFC 6265 section 5.1.1, which reads all three formats of RFC 9110 section 5.6.7, too. Nanoseconds since
// the Unix epoch; years beyond what those can count (1677 to 2262) become the first or the last that they can. NULL = none.
Integer read_date(std::string_view text);

}  // namespace longwire
