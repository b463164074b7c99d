// The examples of RFC 3986 sections 5.4.1 and 5.4.2, all of them, and what happens to text that is no URI.
#include "dissectors/uri.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

constexpr std::string_view base = "http://a/b/c/d;p?q";

struct Example {
  std::string_view reference, target;
};

TEST(Uri, NormalExamples) {  // section 5.4.1
  constexpr Example examples[]{{"g:h", "g:h"},
                               {"g", "http://a/b/c/g"},
                               {"./g", "http://a/b/c/g"},
                               {"g/", "http://a/b/c/g/"},
                               {"/g", "http://a/g"},
                               {"//g", "http://g"},
                               {"?y", "http://a/b/c/d;p?y"},
                               {"g?y", "http://a/b/c/g?y"},
                               {"#s", "http://a/b/c/d;p?q#s"},
                               {"g#s", "http://a/b/c/g#s"},
                               {"g?y#s", "http://a/b/c/g?y#s"},
                               {";x", "http://a/b/c/;x"},
                               {"g;x", "http://a/b/c/g;x"},
                               {"g;x?y#s", "http://a/b/c/g;x?y#s"},
                               {"", "http://a/b/c/d;p?q"},
                               {".", "http://a/b/c/"},
                               {"./", "http://a/b/c/"},
                               {"..", "http://a/b/"},
                               {"../", "http://a/b/"},
                               {"../g", "http://a/b/g"},
                               {"../..", "http://a/"},
                               {"../../", "http://a/"},
                               {"../../g", "http://a/g"}};
  for (const auto& [reference, target] : examples) EXPECT_EQ(resolve_uri(base, reference), target) << reference;
}

TEST(Uri, AbnormalExamples) {  // section 5.4.2
  constexpr Example examples[]{{"../../../g", "http://a/g"},
                               {"../../../../g", "http://a/g"},
                               {"/./g", "http://a/g"},
                               {"/../g", "http://a/g"},
                               {"g.", "http://a/b/c/g."},
                               {".g", "http://a/b/c/.g"},
                               {"g..", "http://a/b/c/g.."},
                               {"..g", "http://a/b/c/..g"},
                               {"./../g", "http://a/b/g"},
                               {"./g/.", "http://a/b/c/g/"},
                               {"g/./h", "http://a/b/c/g/h"},
                               {"g/../h", "http://a/b/c/h"},
                               {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
                               {"g;x=1/../y", "http://a/b/c/y"},
                               {"g?y/./x", "http://a/b/c/g?y/./x"},
                               {"g?y/../x", "http://a/b/c/g?y/../x"},
                               {"g#s/./x", "http://a/b/c/g#s/./x"},
                               {"g#s/../x", "http://a/b/c/g#s/../x"},
                               {"http:g", "http:g"}};  // strict
  for (const auto& [reference, target] : examples) EXPECT_EQ(resolve_uri(base, reference), target) << reference;
}

TEST(Uri, DotSegmentsOfTheAlgorithmsOwnExamples) {  // section 5.2.4
  EXPECT_EQ(resolve_uri("http://a", "/a/b/c/./../../g"), "http://a/a/g");
  EXPECT_EQ(resolve_uri("x:", "mid/content=5/../6"), "x:mid/6");
}

TEST(Uri, BasesWithoutPathOrAuthority) {
  EXPECT_EQ(resolve_uri("http://a", "g"), "http://a/g") << "section 5.2.3";
  EXPECT_EQ(resolve_uri("http:/b/c", "g"), "http:/b/g") << "a request without Host";
  EXPECT_EQ(resolve_uri("http://a?q", "g"), "http://a/g");
}

TEST(Uri, AnyTextHasATarget) {
  EXPECT_EQ(resolve_uri(base, "1:2"), "http://a/b/c/1:2") << "a scheme begins with a letter";
  EXPECT_EQ(resolve_uri(base, "not a uri"), "http://a/b/c/not a uri");
  EXPECT_EQ(resolve_uri(base, "///"), "http:///");
  EXPECT_EQ(resolve_uri("", ""), ":");
  EXPECT_EQ(resolve_uri(base, "//[::1]:8080/x"), "http://[::1]:8080/x");
}

TEST(Uri, BrowsersReadMoreSlashesThanThereShouldBe) {
  EXPECT_EQ(as_browsers_read("http:\\\\host\\a\\b?c\\d"), "http://host/a/b?c\\d");
  EXPECT_EQ(as_browsers_read("https:////host/"), "https://host/");
  EXPECT_EQ(as_browsers_read("/\\host:80/"), "//host:80/");
  for (const std::string_view plain :
       {"http://host:80/a//b", "//host:80/", "/a//b", "a\\b", "http:g", "http:/g", "x:\\\\host", "", "//", "1:2"})
    EXPECT_EQ(as_browsers_read(plain), plain);
}

TEST(Uri, UserinfoIsWhereBrowsersFindIt) {
  for (const std::string_view uri :
       {"http://me:pass@host/a@b", "//me:pass@host", "http:\\\\me:pass@host\\@", "http:///me:pass@host", "HTTP:me:pass@host",
        "http:/me:pass@host", "\\\\me:pass@host", "ftp://me:pass@host", "http://me:pass@"})
    EXPECT_EQ(userinfo_of(uri), "me:pass") << uri;
  for (const std::string_view uri :
       {"http://host/me@b", "mailto:me@host", "/a//me@host", "me@host", "a/me@host", "http://host?me@b", "", "//", "x:/me@b"})
    EXPECT_EQ(userinfo_of(uri), "") << uri;
  EXPECT_EQ(without_userinfo("http://me:pass@host/a@b"), "http://host/a@b");
  EXPECT_EQ(without_userinfo("http://@host/"), "http://host/");
  EXPECT_EQ(without_userinfo("http://host/a@b"), "http://host/a@b");
}

TEST(Uri, AuthoritiesOfOneOriginAreEqual) {
  EXPECT_EQ(comparable_authority("Example.COM:80", "http"), "example.com");
  EXPECT_EQ(comparable_authority("example.com:443", "https"), "example.com");
  EXPECT_EQ(comparable_authority("example.com:", "ftp"), "example.com");
  EXPECT_EQ(comparable_authority("example.com:443", "http"), "example.com:443");
  EXPECT_EQ(comparable_authority("user:word@example.com", "http"), "example.com");
  EXPECT_EQ(comparable_authority("[2001:DB8::1]:80", "http"), "[2001:db8::1]");
  EXPECT_EQ(comparable_authority("", "http"), "");
  EXPECT_EQ(comparable_authority("me@Bücher.example:8080", "http"), "xn--bcher-kva.example:8080");
}

TEST(Uri, HostsHaveNoPort) {
  EXPECT_EQ(host_of("WWW.example.com:8080"), "www.example.com");
  EXPECT_EQ(host_of("a@b:1"), "b");
  EXPECT_EQ(host_of("[::1]:80"), "[::1]");
  EXPECT_EQ(host_of("[::1]"), "[::1]");
  EXPECT_EQ(host_of(":80"), "");
}

}  // namespace
}  // namespace longwire
