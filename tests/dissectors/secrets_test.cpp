#include "dissectors/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/error.h"

namespace longwire {
namespace {

constexpr std::string_view key = "000102030405060708090a0b0c0d0e0f";

std::string stored(const Secrets& secrets, std::string_view field, std::string_view value) {
  std::string out;
  secrets.append(out, Secrets::kind_of(field, value), value);
  return out;
}

std::string token(std::string_view secret) {
  std::string out;
  Secrets::with_key(key).append_token(out, secret);
  return out;
}

// SipHash-2-4 with 128-bit output, the reference implementation's vector for this key and the single byte 0.
TEST(Secrets, TokensAreSipHash128) {
  EXPECT_EQ(token(std::string_view("\0", 1)), "token:da87c1d86b99af44347659119b22fc45");
}

TEST(Secrets, FieldNamesAreKnownInAnyCase) {
  EXPECT_EQ(Secrets::kind_of("authorization", "x"), Secrets::Kind::credentials);
  EXPECT_EQ(Secrets::kind_of("PROXY-Authorization", "x"), Secrets::Kind::credentials);
  EXPECT_EQ(Secrets::kind_of("Cookie", "x"), Secrets::Kind::cookies);
  EXPECT_EQ(Secrets::kind_of("Cookie2", "x"), Secrets::Kind::cookies);
  EXPECT_EQ(Secrets::kind_of("SET-COOKIE", "x"), Secrets::Kind::set_cookie);
  EXPECT_EQ(Secrets::kind_of("Set-Cookie2", "x"), Secrets::Kind::set_cookie);
  EXPECT_EQ(Secrets::kind_of("Cookies", "x"), Secrets::Kind::none);
  EXPECT_EQ(Secrets::kind_of("From", "me@shop.example"), Secrets::Kind::text);
}

TEST(Secrets, TheSchemeOfCredentialsStays) {
  const Secrets secrets = Secrets::with_key(key);
  EXPECT_EQ(stored(secrets, "Authorization", "Basic dXNlcjpwYXNz"), "Basic " + token("dXNlcjpwYXNz"));
  EXPECT_EQ(stored(secrets, "Authorization", "Digest username=\"a\", response=\"b\""), "Digest " + token("username=\"a\", response=\"b\""));
  EXPECT_EQ(stored(secrets, "Authorization", "Negotiate"), token("Negotiate")) << "one word may be the secret itself";
  EXPECT_EQ(stored(secrets, "Authorization", ""), "");
}

TEST(Secrets, TheNamesOfCookiesStay) {
  const Secrets secrets = Secrets::with_key(key);
  EXPECT_EQ(stored(secrets, "Cookie", "sid=1234; theme=dark"), "sid=" + token("1234") + "; theme=" + token("dark"));
  EXPECT_EQ(stored(secrets, "Cookie", "a=b=c;d= e ;; f"), "a=" + token("b=c") + ";d= " + token("e") + " ;; " + token("f"));
  EXPECT_EQ(stored(secrets, "Cookie", "empty=; x=1"), "empty=; x=" + token("1"));
  EXPECT_EQ(stored(secrets, "Cookie", ";"), ";");
}

TEST(Secrets, TheAttributesOfSetCookieStay) {
  const Secrets secrets = Secrets::with_key(key);
  EXPECT_EQ(stored(secrets, "Set-Cookie", "sid=1234; Path=/; HttpOnly"), "sid=" + token("1234") + "; Path=/; HttpOnly");
  EXPECT_EQ(stored(secrets, "Set-Cookie", "sid=1234"), "sid=" + token("1234"));
  const std::string_view attributes =
      "=; Expires=Wed, 09 Jun 2021 10:18:14 GMT;Max-Age=5 ;Domain=a; Path=/a,b; Secure;; SameSite=Lax; Partitioned";
  EXPECT_EQ(stored(secrets, "Set-Cookie", attributes), attributes);
}

TEST(Secrets, AnotherCookieInSetCookieIsOne) {  // as RFC 2109 section 4.2.2 had it, or where an attribute should stand
  const Secrets secrets = Secrets::with_key(key);
  EXPECT_EQ(stored(secrets, "Set-Cookie", "a=1; Path=/, sid=2; HttpOnly"),
            "a=" + token("1") + "; Path=/, sid=" + token("2") + "; HttpOnly");
  EXPECT_EQ(stored(secrets, "Set-Cookie", "a=1; sid=2;3"), "a=" + token("1") + "; sid=" + token("2") + ";" + token("3"));
  EXPECT_EQ(stored(secrets, "Set-Cookie", "a=1; Expires=Wed, 09 Jun 2021 10:18:14 GMT, sid=2"),
            "a=" + token("1") + "; Expires=Wed, 09 Jun 2021 10:18:14 GMT, sid=" + token("2"));
}

// RFC 3986 section 3.2.1
TEST(Secrets, WhatStandsBeforeAHostIsNobodysBusiness) {
  const Secrets secrets = Secrets::with_key(key);
  EXPECT_EQ(stored(secrets, "Location", "http://me:pass@host:8080/a@b"), "http://" + token("me:pass") + "@host:8080/a@b");
  EXPECT_EQ(stored(secrets, "Referer", "//me@host"), "//" + token("me") + "@host");
  EXPECT_EQ(stored(secrets, "Content-Location", "https://a@b@host?x@y"), "https://" + token("a@b") + "@host?x@y");
  for (const std::string_view none : {"http://host/", "/path//me@host", "me@host", "", "//", "http://@host", "/?next=http://me@host"})
    EXPECT_EQ(stored(secrets, "Location", none), none);
}

TEST(Secrets, AUriMayStandAnywhere) {
  const Secrets secrets = Secrets::with_key(key);
  EXPECT_EQ(stored(secrets, "Link", "<http://me:pass@host/>; rel=next, </a@b>, <//me@host>"),
            "<http://" + token("me:pass") + "@host/>; rel=next, </a@b>, <//" + token("me") + "@host>");
  EXPECT_EQ(stored(secrets, "Refresh", "5; url=http://me:p@ss@host:80/?a@b"), "5; url=http://" + token("me:p@ss") + "@host:80/?a@b");
  EXPECT_EQ(stored(secrets, "Refresh", "0;URL='http:\\me@host'"), "0;URL='http:\\" + token("me") + "@host'");
  EXPECT_EQ(stored(secrets, "Host", "me:pass@host:80"), token("me:pass") + "@host:80");
  for (const std::string_view none :
       {"me@host", "mailto:me@host", "a (http://host; me@host)", "<http://host/a/me@host>", "@", "//@", "a@b@c"})
    EXPECT_EQ(stored(secrets, "Link", none), none);
}

TEST(Secrets, NothingOfASecretIsLeft) {
  for (const std::string value :
       {"hunter2", "=hunter2", "a=hunter2", "a=\thunter2\t; b=hunter2", "Basic hunter2", " hunter2", "x hunter2 hunter2"}) {
    for (const std::string field : {"Cookie", "Authorization", "Set-Cookie"}) {
      if (field == "Set-Cookie" && value.find(';') != std::string::npos) continue;
      EXPECT_THAT(stored(Secrets::random(), field, value), testing::Not(testing::HasSubstr("hunter2"))) << field << ": " << value;
    }
  }
}

TEST(Secrets, EqualValuesStayEqualWithinARunAndDifferBetweenRuns) {
  const Secrets one = Secrets::random(), two = Secrets::random();
  EXPECT_EQ(stored(one, "Cookie", "a=1; b=1").substr(2, 38), stored(one, "Set-Cookie", "a=1").substr(2));
  EXPECT_NE(stored(one, "Cookie", "a=1"), stored(two, "Cookie", "a=1"));
}

TEST(Secrets, KeptOnesAreAsTheyWere) {
  EXPECT_EQ(stored(Secrets::kept(), "Cookie", "sid=1234"), "sid=1234");
}

TEST(Secrets, AKeyIs32HexadecimalDigits) {
  EXPECT_THROW(Secrets::with_key(""), UsageError);
  EXPECT_THROW(Secrets::with_key("0001"), UsageError);
  EXPECT_THROW(Secrets::with_key("000102030405060708090a0b0c0d0e0f10"), UsageError);
  EXPECT_THROW(Secrets::with_key("000102030405060708090a0b0c0d0e0g"), UsageError);
  EXPECT_NO_THROW(Secrets::with_key("000102030405060708090A0B0C0D0E0F"));
}

}  // namespace
}  // namespace longwire
