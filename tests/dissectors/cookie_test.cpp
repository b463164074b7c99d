// Set-Cookie, Cookie and dates, as RFC 6265 section 5 reads them.
#include "dissectors/cookie.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace longwire {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t sunday = 784111777 * second;  // Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 section 5.6.7
constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();

// What a Set-Cookie field says, as text.
std::string read(std::string_view field) {
  SetCookie cookie;
  if (!read_set_cookie(field, cookie)) return "nothing";
  std::string text = std::string(cookie.pair.name) + "|" + std::string(cookie.pair.value);
  if (cookie.domain.data() != nullptr) text += " domain=" + std::string(cookie.domain);
  if (cookie.path.data() != nullptr) text += " path=" + std::string(cookie.path);
  if (!cookie.expires_ns.is_null()) text += " expires=" + std::to_string(cookie.expires_ns.value / second);
  if (!cookie.max_age_s.is_null()) text += " max_age=" + std::to_string(cookie.max_age_s.value);
  if (cookie.secure) text += " secure";
  if (cookie.http_only) text += " http_only";
  if (cookie.same_site.data() != nullptr) text += " same_site=" + std::string(cookie.same_site);
  return text;
}

std::string sent(std::string_view field) {
  std::string text;
  for (CookiePair pair; next_cookie(field, pair);) text += std::string(pair.name) + "|" + std::string(pair.value) + " ";
  return text;
}

TEST(SetCookie, ExamplesOfTheRfc) {  // section 3.1
  EXPECT_EQ(read("SID=31d4d96e407aad42; Path=/; Domain=example.com"), "SID|31d4d96e407aad42 domain=example.com path=/");
  EXPECT_EQ(read("SID=31d4d96e407aad42; Path=/; Secure; HttpOnly"), "SID|31d4d96e407aad42 path=/ secure http_only");
  EXPECT_EQ(read("lang=en-US; Expires=Wed, 09 Jun 2021 10:18:14 GMT"), "lang|en-US expires=1623233894");
  EXPECT_EQ(read("lang=; Expires=Sun, 06 Nov 1994 08:49:37 GMT"), "lang| expires=784111777");
}

TEST(SetCookie, NamesAndValues) {  // section 5.2
  EXPECT_EQ(read("  a = b  "), "a|b");
  EXPECT_EQ(read("a=b=c"), "a|b=c");
  EXPECT_EQ(read("a=\"b\""), "a|\"b\"") << "quotes are the value's";
  EXPECT_EQ(read("a"), "|a") << "RFC 6265bis";
  EXPECT_EQ(read("=a"), "|a");
  EXPECT_EQ(read("a="), "a|");
  EXPECT_EQ(read("="), "nothing");
  EXPECT_EQ(read(""), "nothing");
  EXPECT_EQ(read("; Path=/"), "nothing");
}

TEST(SetCookie, Attributes) {
  EXPECT_EQ(read("a=b;PATH=/x;secure;HTTPONLY;SameSite=Lax"), "a|b path=/x secure http_only same_site=lax");
  EXPECT_EQ(read("a=b; unknown=1; ;"), "a|b");
  EXPECT_EQ(read("a=b; Secure=no"), "a|b secure") << "section 5.2.5: whatever the value";
  EXPECT_EQ(read("a=b; SameSite=sometimes"), "a|b");
  EXPECT_EQ(read("a=b; Path=/1; Path=/2; Domain=x; Domain=y"), "a|b domain=y path=/2") << "section 5.3: the last one counts";
}

TEST(SetCookie, DomainAndPath) {
  EXPECT_EQ(read("a=b; Domain=.example.com"), "a|b domain=example.com") << "section 5.2.3";
  EXPECT_EQ(read("a=b; Domain="), "a|b");
  EXPECT_EQ(read("a=b; Domain=."), "a|b");
  EXPECT_EQ(read("a=b; Path=x"), "a|b") << "section 5.2.4: the default path";
  EXPECT_EQ(read("a=b; Path=/x; Path="), "a|b");
}

TEST(SetCookie, MaxAge) {  // section 5.2.2
  EXPECT_EQ(read("a=b; Max-Age=60"), "a|b max_age=60");
  EXPECT_EQ(read("a=b; Max-Age=0"), "a|b max_age=0");
  EXPECT_EQ(read("a=b; Max-Age=-1"), "a|b max_age=-1");
  EXPECT_EQ(read("a=b; Max-Age=60s"), "a|b");
  EXPECT_EQ(read("a=b; Max-Age=+60"), "a|b");
  EXPECT_EQ(read("a=b; Max-Age=-"), "a|b");
  EXPECT_EQ(read("a=b; Max-Age="), "a|b");
  EXPECT_EQ(read("a=b; Max-Age=99999999999999999999"), "a|b max_age=" + std::to_string(last));
}

TEST(Cookie, PairsInTheirOrder) {  // section 5.4
  EXPECT_EQ(sent("SID=31d4d96e407aad42; lang=en-US"), "SID|31d4d96e407aad42 lang|en-US ");
  EXPECT_EQ(sent("a=1;b=2 ;; c = 3;"), "a|1 b|2 c|3 ");
  EXPECT_EQ(sent("a=1; a=2"), "a|1 a|2 ");
  EXPECT_EQ(sent("a=b=c; d"), "a|b=c |d ");
  EXPECT_EQ(sent(""), "");
  EXPECT_EQ(sent(" ; ;"), "");
}

TEST(CookieDate, FormatsOfHttp) {  // RFC 9110 section 5.6.7
  EXPECT_EQ(read_date("Sun, 06 Nov 1994 08:49:37 GMT").value, sunday);
  EXPECT_EQ(read_date("Sunday, 06-Nov-94 08:49:37 GMT").value, sunday);
  EXPECT_EQ(read_date("Sun Nov  6 08:49:37 1994").value, sunday);
}

TEST(CookieDate, TokensInAnyOrder) {
  EXPECT_EQ(read_date("1994 NOVEMBER 6th 8:49:37pm").value, sunday) << "what follows the digits does not count";
  EXPECT_EQ(read_date("8:49:37 6 nov 1994").value, sunday);
  EXPECT_EQ(read_date("6 8:49:37 nov 94").value, sunday);
  EXPECT_EQ(read_date("Thu, 01-Jan-70 00:00:00").value, 0);
  EXPECT_EQ(read_date("1 jan 69 0:0:0").value, 3124224000 * second) << "step 4: 0 to 69 are of this century";
}

TEST(CookieDate, NoDates) {
  for (const std::string_view text :
       {"", "0", "-1", "Sun, 06 Nov 1994", "06 Nov 08:49:37", "Sun, 06 1994 08:49:37", "00 Nov 1994 08:49:37", "32 Nov 1994 08:49:37",
        "31 Nov 1994 08:49:37", "29 Feb 2023 00:00:00", "06 Nov 1994 24:00:00", "06 Nov 1994 08:60:00", "06 Nov 1994 08:49:60",
        "06 Nov 1600 00:00:00", "06 Nov 12345 00:00:00", "06 Nov 1994 08:49", "06 Nov 1994 008:49:37"})
    EXPECT_TRUE(read_date(text).is_null()) << text;
}

TEST(CookieDate, BeyondWhatNanosecondsCount) {
  EXPECT_EQ(read_date("Fri, 31 Dec 9999 23:59:59 GMT").value, last);
  EXPECT_EQ(read_date("Mon, 01 Jan 1601 00:00:00 GMT").value, -last);
  EXPECT_EQ(read_date("Fri, 11 Apr 2262 23:47:16 GMT").value, 9223372036 * second);
}

}  // namespace
}  // namespace longwire
