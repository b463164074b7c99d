#include "dissectors/idna.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(Idna, NamesInUtf8BecomeWhatTheNetworkKnows) {
  EXPECT_EQ(as_a_labels("bücher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(as_a_labels("BÜCHER.Example"), "xn--bcher-kva.example") << "mapped to lower case";
  EXPECT_EQ(as_a_labels("bu\u0308cher.example"), "xn--bcher-kva.example") << "composed";
  EXPECT_EQ(as_a_labels("b%C3%BCcher.example"), "xn--bcher-kva.example") << "RFC 3986 section 3.2.2";
  EXPECT_EQ(as_a_labels("faß.de"), "xn--fa-hia.de") << "RFC 5891: not fass.de any more";
  EXPECT_EQ(as_a_labels("例え.テスト"), "xn--r8jz45g.xn--zckzah");  // RFC 2606's sibling names, as IANA has them
}

TEST(Idna, EverythingElseStays) {
  for (const std::string host : {"", "www.Example.com", "xn--bcher-kva.example", "a%2fb", "%", "%zz", "192.0.2.1", "[2001:db8::1]",
                                 "\xff\xfe", "a\xcc", "\xe2\x80\xae.example"})
    EXPECT_EQ(as_a_labels(host), host);
  const std::string nul("b\xc3\xbc\0x", 5), long_one(2000, '\xc3');
  EXPECT_EQ(as_a_labels(nul), nul);
  EXPECT_EQ(as_a_labels(long_one), long_one);
}

}  // namespace
}  // namespace longwire
