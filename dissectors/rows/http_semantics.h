// Rows about what an exchange's header fields mean, beside its framing: cookies, where it is redirected to, conditions,
// credentials. Only exchanges that have such fields have such rows.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct HttpCookieRow {
  Integer exchange_id, connection_id;
  Text direction;
  Integer ordinal;
  Text name, value, host, domain, path;
  Integer expires_ns, max_age_s, secure, http_only;
  Text same_site;
  Integer time_ns, frame;

  static constexpr TableInfo table{"http_cookies", "one cookie that a response set, or that a request brought back (RFC 6265)"};
  static constexpr Column<HttpCookieRow> columns[] = {
      column("exchange_id", &HttpCookieRow::exchange_id, "the exchange", references("http_exchanges")),
      column("connection_id", &HttpCookieRow::connection_id, "its connection", references("connections")),
      column("direction", &HttpCookieRow::direction, "set (Set-Cookie), sent (Cookie)"),
      column("ordinal", &HttpCookieRow::ordinal, "1, 2 ... in its message"),
      column("name", &HttpCookieRow::name, "as sent; empty where there is only a value"),
      column("value", &HttpCookieRow::value, "its token: equal values have equal tokens; itself with --keep-secrets"),
      column("host", &HttpCookieRow::host, "of the request's authority, lower case, without port; NULL = not seen"),
      column("domain", &HttpCookieRow::domain, "set: Domain, lower case, without a dot in front; NULL = none: the host alone"),
      column("path", &HttpCookieRow::path, "set: Path; NULL = none that counts: the request's folder (RFC 6265 section 5.1.4)"),
      column("expires_ns", &HttpCookieRow::expires_ns, "set: Expires, bounded to what 64 bits count; NULL = none"),
      column("max_age_s", &HttpCookieRow::max_age_s, "set: Max-Age, which counts before Expires; NULL = none"),
      column("secure", &HttpCookieRow::secure, "set: 1 = only over secure connections"),
      column("http_only", &HttpCookieRow::http_only, "set: 1 = not for scripts"),
      column("same_site", &HttpCookieRow::same_site, "set: strict, lax, none; NULL = none of these"),
      column("time_ns", &HttpCookieRow::time_ns, "packet of its message's first byte"),
      column("frame", &HttpCookieRow::frame, "frame of its message's first byte")};
};

struct HttpLocationRow {
  Integer exchange_id, status;
  Text location, uri, scheme, authority, path;
  Integer cross_origin;

  static constexpr TableInfo table{"http_locations", "where the Location field of a response points"};
  static constexpr Column<HttpLocationRow> columns[] = {
      column("exchange_id", &HttpLocationRow::exchange_id, "the exchange", primary_key),
      column("status", &HttpLocationRow::status, "as in http_exchanges"),
      column("location", &HttpLocationRow::location, "Location as sent; name and password in it as a token"),
      column("uri", &HttpLocationRow::uri,
             "resolved against the request's URI (RFC 3986 section 5.2), with its fragment, without userinfo"),
      column("scheme", &HttpLocationRow::scheme, "of that, lower case"),
      column("authority", &HttpLocationRow::authority,
             "of that, lower case, names as A-labels (RFC 5890), without userinfo and the scheme's own port; NULL = none"),
      column("path", &HttpLocationRow::path, "of that, with the query, as a client asks for it: at least /, spaces and non-ASCII as %XX"),
      column("cross_origin", &HttpLocationRow::cross_origin,
             "1 = scheme, host or port are not the request's (RFC 6454); NULL = those are not known")};
};

struct HttpConditionRow {
  Integer exchange_id;
  Text method;
  Integer status;
  Text if_none_match, if_modified_since;
  Integer if_modified_since_ns;
  Text if_match, if_unmodified_since;
  Integer if_unmodified_since_ns;
  Text if_range, etag, last_modified;
  Integer last_modified_ns, response_body_bytes;

  static constexpr TableInfo table{"http_conditions", "the condition that a request sets (RFC 9110 section 13), and its answer"};
  static constexpr Column<HttpConditionRow> columns[] = {
      column("exchange_id", &HttpConditionRow::exchange_id, "the exchange", primary_key),
      column("method", &HttpConditionRow::method, "as in http_exchanges"),
      column("status", &HttpConditionRow::status, "likewise"),
      column("if_none_match", &HttpConditionRow::if_none_match, "If-None-Match as sent; NULL = none, as in all these"),
      column("if_modified_since", &HttpConditionRow::if_modified_since, "If-Modified-Since as sent"),
      column("if_modified_since_ns", &HttpConditionRow::if_modified_since_ns, "that as a time; NULL = no date"),
      column("if_match", &HttpConditionRow::if_match, "If-Match as sent"),
      column("if_unmodified_since", &HttpConditionRow::if_unmodified_since, "If-Unmodified-Since as sent"),
      column("if_unmodified_since_ns", &HttpConditionRow::if_unmodified_since_ns, "that as a time; NULL = no date"),
      column("if_range", &HttpConditionRow::if_range, "If-Range as sent, which counts beside Range alone"),
      column("etag", &HttpConditionRow::etag, "ETag of the response, as sent"),
      column("last_modified", &HttpConditionRow::last_modified, "Last-Modified of the response, as sent"),
      column("last_modified_ns", &HttpConditionRow::last_modified_ns, "that as a time; NULL = no date"),
      column("response_body_bytes", &HttpConditionRow::response_body_bytes, "as in http_exchanges")};
};

struct HttpAuthenticationRow {
  Integer exchange_id, status;
  Text scheme_used, schemes_offered, proxy_scheme_used, proxy_schemes_offered;
  Integer stale, continued;

  static constexpr TableInfo table{"http_authentications",
                                   "credentials of a request, or a challenge of its response (RFC 9110 section 11)"};
  static constexpr Column<HttpAuthenticationRow> columns[] = {
      column("exchange_id", &HttpAuthenticationRow::exchange_id, "the exchange", primary_key),
      column("status", &HttpAuthenticationRow::status, "as in http_exchanges"),
      column("scheme_used", &HttpAuthenticationRow::scheme_used,
             "of Authorization, lower case; `unknown`: one word, which may be the secret itself; NULL = no such field"),
      column("schemes_offered", &HttpAuthenticationRow::schemes_offered, "of WWW-Authenticate, lower case, in their order; NULL = none"),
      column("proxy_scheme_used", &HttpAuthenticationRow::proxy_scheme_used, "of Proxy-Authorization, likewise"),
      column("proxy_schemes_offered", &HttpAuthenticationRow::proxy_schemes_offered, "of Proxy-Authenticate, likewise"),
      column("stale", &HttpAuthenticationRow::stale, "1 = a challenge says stale=true: only the nonce was too old (RFC 7616 section 3.3)"),
      column("continued", &HttpAuthenticationRow::continued,
             "1 = a challenge goes on with a dialogue, as of Negotiate and NTLM: it holds more than the scheme's name")};
};

}  // namespace longwire
