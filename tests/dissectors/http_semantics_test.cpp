// What header fields mean, told as rows, of whole connections read at every cut.
#include "dissectors/http_semantics.h"

#include <gtest/gtest.h>

#include "capture/limits.h"
#include "dissectors/secrets.h"
#include "tests/conversation.h"
#include "tests/http2_bytes.h"

namespace longwire::test {
namespace {

constexpr std::string_view get = "GET /shop/list?page=2 HTTP/1.1\r\nHost: Shop.example:80\r\n";
constexpr std::string_view none = "HTTP/1.1 204 No Content\r\n";

// A request and a response with these fields beside.
Conversation exchange(std::string_view request_fields, std::string_view response_fields, std::string_view status_line = none) {
  Conversation talk;
  talk.client(std::string(get) + std::string(request_fields) + "\r\n")
      .server(std::string(status_line) + std::string(response_fields) + "Content-Length: 0\r\n\r\n")
      .close();
  return talk;
}

const Secrets kept = Secrets::kept();

std::string rows(const Conversation& talk, const std::string& chosen, const Secrets* secrets = &kept) {
  DissectOptions options;
  options.secrets = secrets;
  return rows_at_every_cut(talk, {chosen}, nullptr, options);
}

TEST(HttpSemantics, NothingIsToldOfFieldsThatMeanNothing) {
  const std::string all = rows_at_every_cut(exchange("Accept: */*\r\nCookies: a=b\r\n", "ETag: \"v1\"\r\nServer: x\r\n"));
  EXPECT_EQ(all.find("http_exchanges"), 0u);
  EXPECT_EQ(all.find('\n'), all.size() - 1) << "one row alone";
}

TEST(HttpSemantics, CookiesOfBothDirections) {
  EXPECT_EQ(rows(exchange("Cookie: a=1; b=\r\nCookie: a=2\r\n",
                          "Set-Cookie: sid=7; Domain=.Example.com; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=None\r\n"
                          "Set-Cookie: gone=; Expires=Thu, 01 Jan 1970 00:00:01 GMT\r\n"),
                 "http_cookies"),
            "http_cookies exchange_id=1000 connection_id=7 direction=sent ordinal=1 name=a value=1 host=shop.example"
            " time_ns=1700000000001000000 frame=1\n"
            "http_cookies exchange_id=1000 connection_id=7 direction=sent ordinal=2 name=b value= host=shop.example"
            " time_ns=1700000000001000000 frame=1\n"
            "http_cookies exchange_id=1000 connection_id=7 direction=sent ordinal=3 name=a value=2 host=shop.example"
            " time_ns=1700000000001000000 frame=1\n"
            "http_cookies exchange_id=1000 connection_id=7 direction=set ordinal=1 name=sid value=7 host=shop.example"
            " domain=example.com path=/ max_age_s=60 secure=1 http_only=1 same_site=none time_ns=1700000000002000000 frame=2\n"
            "http_cookies exchange_id=1000 connection_id=7 direction=set ordinal=2 name=gone value= host=shop.example"
            " expires_ns=1000000000 secure=0 http_only=0 time_ns=1700000000002000000 frame=2\n");
}

// The tokens are those of the header fields, so that both can be compared.
TEST(HttpSemantics, ValuesOfCookiesAreTokens) {
  const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  std::string token;
  secrets.append_token(token, "7");
  const Conversation talk = exchange("Cookie: sid=7\r\n", "Set-Cookie: sid=7 ; Path=/\r\n");
  EXPECT_EQ(rows(talk, "http_cookies direction value", &secrets),
            "http_cookies direction=sent value=" + token + "\nhttp_cookies direction=set value=" + token + "\n");
  EXPECT_NE(rows(talk, "http_exchanges request_headers response_headers", &secrets).find("\"sid=" + token + " ; Path=/\""),
            std::string::npos);
}

// A name and a password may stand in a Location, and in the Referer of what follows it.
TEST(HttpSemantics, PasswordsInUrisAreTokens) {
  const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  std::string token;
  secrets.append_token(token, "me:pass");
  const Conversation talk =
      exchange("Referer: http://me:pass@shop.example/\r\n", "Location: //me:pass@other.example/x?mail=a@b\r\n", "HTTP/1.1 302 Found\r\n");
  EXPECT_EQ(rows(talk, "http_locations location uri path", &secrets),
            "http_locations location=//" + token + "@other.example/x?mail=a@b uri=http://other.example/x?mail=a@b path=/x?mail=a@b\n");
  const std::string told = rows(talk, "http_exchanges request_headers response_headers", &secrets);
  EXPECT_NE(told.find("http://" + token + "@shop.example/"), std::string::npos);
  EXPECT_EQ(told.find("me:pass"), std::string::npos);
}

TEST(HttpSemantics, MoreCookiesThanTheLimitAreNotTold) {
  std::string cookies = "Cookie: ";
  for (std::uint64_t n = 0; n <= limits::http_cookies; ++n) cookies += "a=1;";
  Conversation talk = exchange(cookies + "\r\n", "");
  RowBatch batch;
  read(talk, {}, batch);
  EXPECT_EQ(batch.rows<HttpCookieRow>().size(), limits::http_cookies);
  ASSERT_EQ(batch.rows<HttpExchangeRow>().size(), 1u);
  EXPECT_EQ(batch.rows<HttpExchangeRow>()[0].limited.value, 1);
}

TEST(HttpSemantics, LocationsAreResolved) {
  constexpr std::string_view found = "HTTP/1.1 302 Found\r\n";
  const auto location = [&](std::string_view value) {
    return rows(exchange("", "Location: " + std::string(value) + "\r\n", found),
                "http_locations location uri scheme authority path cross_origin");
  };
  EXPECT_EQ(location("../cart?x#top"),
            "http_locations location=../cart?x#top uri=http://Shop.example:80/cart?x#top scheme=http authority=shop.example path=/cart?x"
            " cross_origin=0\n");
  EXPECT_EQ(location("HTTPS://u:p@Other.example:443"),
            "http_locations location=HTTPS://u:p@Other.example:443 uri=HTTPS://Other.example:443 scheme=https"
            " authority=other.example path=/ cross_origin=1\n");
  EXPECT_EQ(location("?page=3"),
            "http_locations location=?page=3 uri=http://Shop.example:80/shop/list?page=3 scheme=http"
            " authority=shop.example path=/shop/list?page=3 cross_origin=0\n");
  EXPECT_EQ(location("/a b/\xc3\xa4"),
            "http_locations location=/a b/\xc3\xa4 uri=http://Shop.example:80/a b/\xc3\xa4 scheme=http"
            " authority=shop.example path=/a%20b/%C3%A4 cross_origin=0\n");
}

TEST(HttpSemantics, TheFirstLocationCounts) {
  EXPECT_EQ(rows(exchange("", "Location: /1\r\nLocation: /2\r\n", "HTTP/1.1 301 Moved\r\n"), "http_locations path"),
            "http_locations path=/1\n");
}

TEST(HttpSemantics, ConditionsWithTheirAnswer) {
  EXPECT_EQ(rows(exchange("If-None-Match: \"v1\"\r\nIf-None-Match: W/\"v2\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                          "ETag: W/\"v2\"\r\nLast-Modified: soon\r\n", "HTTP/1.1 304 Not Modified\r\n"),
                 "http_conditions"),
            "http_conditions exchange_id=1000 method=GET status=304 if_none_match=\"v1\", W/\"v2\""
            " if_modified_since=Sun, 06 Nov 1994 08:49:37 GMT if_modified_since_ns=784111777000000000"
            " etag=W/\"v2\" last_modified=soon response_body_bytes=0\n");
  EXPECT_EQ(rows(exchange("If-Match: *\r\nIf-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", ""), "http_conditions"),
            "http_conditions exchange_id=1000 method=GET status=204 if_match=*"
            " if_unmodified_since=Sun, 06 Nov 1994 08:49:37 GMT if_unmodified_since_ns=784111777000000000 response_body_bytes=0\n");
  EXPECT_EQ(
      rows(exchange("Range: bytes=5-\r\nIf-Range: \"v1\"\r\n", "ETag: \"v1\"\r\n", "HTTP/1.1 206 Partial Content\r\n"), "http_conditions"),
      "http_conditions exchange_id=1000 method=GET status=206 if_range=\"v1\" etag=\"v1\" response_body_bytes=0\n");
}

TEST(HttpSemantics, SchemesOfCredentialsAndChallenges) {
  constexpr std::string_view refused = "HTTP/1.1 401 Unauthorized\r\n";
  EXPECT_EQ(rows(exchange("Authorization: Basic c2VjcmV0\r\n", "WWW-Authenticate: Digest nonce=\"a\", stale=true, Basic\r\n", refused),
                 "http_authentications"),
            "http_authentications exchange_id=1000 status=401 scheme_used=basic schemes_offered=digest, basic stale=1 continued=0\n");
  EXPECT_EQ(rows(exchange("Proxy-Authorization: NTLM abc=\r\n", "Proxy-Authenticate: NTLM def=\r\n", "HTTP/1.1 407 Who\r\n"),
                 "http_authentications"),
            "http_authentications exchange_id=1000 status=407 proxy_scheme_used=ntlm proxy_schemes_offered=ntlm stale=0 continued=1\n");
  EXPECT_EQ(rows(exchange("", "", refused), "http_authentications"),
            "http_authentications exchange_id=1000 status=401 stale=0 continued=0\n")
      << "no challenge, which RFC 9110 section 15.5.2 asks for";
}

TEST(HttpSemantics, TrailersAndInterimResponsesMeanNothing) {
  Conversation talk;
  talk.client(std::string(get) + "\r\n")
      .server("HTTP/1.1 103 Early Hints\r\nSet-Cookie: early=1\r\nLocation: /early\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSet-Cookie: late=1\r\n\r\n")
      .close();
  EXPECT_EQ(rows(talk, "http_cookies name"), "");
  EXPECT_EQ(rows(talk, "http_locations path"), "");
}

TEST(HttpSemantics, AResponseWhoseRequestWasNotSeen) {
  Conversation talk;
  talk.midstream().server("HTTP/1.1 302 Found\r\nLocation: next\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n").close();
  EXPECT_EQ(rows(talk, "http_locations uri authority path"), "http_locations uri=http:next authority=NULL path=next\n");
  EXPECT_EQ(rows(talk, "http_cookies name host"), "http_cookies name=a host=NULL\n");
}

// HTTP/2 parts Cookie into crumbs (RFC 9113 section 8.2.3).
TEST(HttpSemantics, TheSameOverHttp2) {
  const auto request = [](std::string_view more) {
    return h2::headers(1, h2::get_block("/a/b") + std::string(more), h2::end_headers | h2::end_stream);
  };
  Conversation talk;
  talk.client(h2::client_start())
      .server(h2::settings() + h2::settings_ack())
      .client(h2::settings_ack() + request(h2::field("cookie", "a=1") + h2::field("cookie", "b=2; c=3") +
                                           h2::field("if-none-match", "\"v1\"") + h2::field("set-cookie", "not=mine")))
      .server(h2::response(1, "103", 0, h2::field("set-cookie", "early=1")) +
              h2::response(1, "302", h2::end_stream,
                           h2::field("set-cookie", "d=4") + h2::field("location", "../c") + h2::field("etag", "\"v1\"") +
                               h2::field("cookie", "not=mine")))
      .close();
  EXPECT_EQ(rows(talk, "http_cookies exchange_id direction ordinal name value host"),
            "http_cookies exchange_id=3000 direction=sent ordinal=1 name=a value=1 host=a.example\n"
            "http_cookies exchange_id=3000 direction=sent ordinal=2 name=b value=2 host=a.example\n"
            "http_cookies exchange_id=3000 direction=sent ordinal=3 name=c value=3 host=a.example\n"
            "http_cookies exchange_id=3000 direction=set ordinal=1 name=d value=4 host=a.example\n");
  EXPECT_EQ(rows(talk, "http_locations uri path cross_origin"), "http_locations uri=http://a.example/c path=/c cross_origin=0\n");
  EXPECT_EQ(rows(talk, "http_conditions if_none_match etag"), "http_conditions if_none_match=\"v1\" etag=\"v1\"\n");
}

// What a response says of itself is asked for only where the request set a condition.
TEST(HttpSemantics, ValidatorsOfHttp2WithoutACondition) {
  Conversation talk;
  talk.client(h2::client_start() + h2::get(1, "/"))
      .server(h2::settings() + h2::response(1, "200", h2::end_stream, h2::field("etag", "\"v1\"")))
      .close();
  EXPECT_EQ(rows(talk, "http_conditions etag"), "");
}

}  // namespace
}  // namespace longwire::test
