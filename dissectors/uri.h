// URI references and what they mean where they stand (RFC 3986). Whatever the text, there is a result: what is no URI is a
// relative path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace longwire {

//   URI-reference = [ scheme ":" ] [ "//" authority ] path [ "?" query ] [ "#" fragment ]
// Views point into the text that was split. Nothing is decoded.
struct UriParts {
  std::optional<std::string_view> scheme, authority, query, fragment;
  std::string_view path;
};
UriParts split_uri(std::string_view reference);

// The target URI of `reference` in a document at `base`, a URI with a scheme (RFC 3986 section 5.2, strict).
std::string resolve_uri(std::string_view base, std::string_view reference);

// A reference as browsers read it (WHATWG URL section 4.4): where two slashes or more stand before a host, they are two, and each
// `\` up to the query is one. Others stay as they are.
std::string as_browsers_read(std::string_view reference);

// What stands before the `@` of the authority, where browsers find one: a piece of `reference`; at its very end, empty, where
// there is none.
std::string_view userinfo_of(std::string_view reference);

// The same URI without a name and password before its host (RFC 3986 section 3.2.1).
std::string without_userinfo(std::string_view uri);

// An authority as two of one origin are equal: without userinfo, in lower case, names as A-labels, without the scheme's own port.
std::string comparable_authority(std::string_view authority, std::string_view scheme);

// The host of an authority, in lower case: without userinfo and port.
std::string host_of(std::string_view authority);

}  // namespace longwire
