// Schemes of HTTP authentication: what a server offers, what a client uses (RFC 9110 section 11). Never a secret.
#pragma once

#include <string>
#include <string_view>

namespace longwire {

//   WWW-Authenticate = #challenge
//   challenge        = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
struct Challenges {
  std::string schemes;     // in lower case and their order: "digest, basic"
  bool stale = false;      // one says stale=true (RFC 7616 section 3.3)
  bool continued = false;  // one holds a token68: the next step of a dialogue (RFC 4559 section 4.2)

  // Reads a field value; a second field goes on where the first one ended.
  void read(std::string_view value);
};

//   Authorization = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
// The scheme in lower case; "unknown" where the value is one word: it may be the secret itself.
std::string scheme_of_credentials(std::string_view value);

}  // namespace longwire
