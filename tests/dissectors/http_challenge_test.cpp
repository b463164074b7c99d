#include "dissectors/http_challenge.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace longwire {
namespace {

std::string read(std::initializer_list<std::string_view> fields) {
  Challenges challenges;
  for (const std::string_view field : fields) challenges.read(field);
  return challenges.schemes + (challenges.stale ? " stale" : "") + (challenges.continued ? " continued" : "");
}

TEST(Challenges, ExamplesOfTheRfcs) {
  // RFC 9110 section 11.6.1
  EXPECT_EQ(read({"Basic realm=\"simple\", Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\""}), "basic, newauth");
  // RFC 7616 section 3.9.1, RFC 7617 section 2, RFC 6750 section 3
  EXPECT_EQ(
      read({"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, nonce=\"7ypf/x\", opaque=\"FQhe/q\""}),
      "digest");
  EXPECT_EQ(read({"Basic realm=\"foo\", charset=\"UTF-8\""}), "basic");
  EXPECT_EQ(read({"Bearer realm=\"example\", error=\"invalid_token\", error_description=\"The access token expired\""}), "bearer");
}

TEST(Challenges, SeveralFieldsAreOneList) {
  EXPECT_EQ(read({"Negotiate", "NTLM"}), "negotiate, ntlm");
  EXPECT_EQ(read({"Negotiate, NTLM , Basic realm = \"a, b\""}), "negotiate, ntlm, basic");
}

TEST(Challenges, ADialogueGoesOn) {
  EXPECT_EQ(read({"NTLM TlRMTVNTUAACAAAA=="}), "ntlm continued");
  EXPECT_EQ(read({"Negotiate oYH1MIHyoAMKAQ="}), "negotiate continued");
  EXPECT_EQ(read({"Negotiate"}), "negotiate");
}

TEST(Challenges, StaleTellsOnlyOfTheNonce) {
  EXPECT_EQ(read({"Digest realm=\"a\", nonce=\"b\", stale=true"}), "digest stale");
  EXPECT_EQ(read({"Digest stale=\"TRUE\", realm=\"a\""}), "digest stale");
  EXPECT_EQ(read({"Digest realm=\"stale=true\", stale=false"}), "digest");
}

TEST(Challenges, AnyTextIsRead) {
  EXPECT_EQ(read({""}), "");
  EXPECT_EQ(read({", ,"}), "");
  EXPECT_EQ(read({"\"quoted\", =, Basic"}), "basic");
  EXPECT_EQ(read({"Basic realm=\"open"}), "basic");
}

TEST(Credentials, OnlyTheSchemeIsTold) {
  EXPECT_EQ(scheme_of_credentials("Basic dXNlcjpwYXNz"), "basic");
  EXPECT_EQ(scheme_of_credentials("Digest username=\"a\""), "digest");
  EXPECT_EQ(scheme_of_credentials("AWS4-HMAC-SHA256 Credential=a"), "aws4-hmac-sha256");
  EXPECT_EQ(scheme_of_credentials("c2VjcmV0"), "unknown");
  EXPECT_EQ(scheme_of_credentials("token=c2VjcmV0 x"), "unknown");
  EXPECT_EQ(scheme_of_credentials("c2Vj/cmV0 x"), "unknown");
  EXPECT_EQ(scheme_of_credentials(""), "unknown");
}

}  // namespace
}  // namespace longwire
