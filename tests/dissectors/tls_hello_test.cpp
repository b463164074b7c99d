// Hellos by the grammars of RFC 8446 section 4.1 and its drafts; hostile ones keep what stands before the damage.
#include "dissectors/tls_hello.h"

#include <gtest/gtest.h>

#include "dissectors/tls_names.h"
#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

TEST(TlsHello, EveryFieldOfAClientHello) {
  ClientHelloFields fields;
  fields.session_id = "session";
  fields.extensions = {server_name("a.test"), {35, "ticket"}, {42, ""}, supported_versions({0x0304, 0x0303}), {41, "psk"}, {13172, ""}};
  const std::string body = client_hello_body(fields);
  const ClientHello hello = read_client_hello(as_bytes(body));
  EXPECT_TRUE(hello.whole);
  EXPECT_EQ(hello.version, 0x0303);
  EXPECT_EQ(hello.highest_version(), 0x0304);
  EXPECT_EQ(as_text(hello.random), fields.random);
  EXPECT_EQ(as_text(hello.session_id), "session");
  EXPECT_EQ(as_text(hello.server_name), "a.test");
  EXPECT_EQ(as_text(hello.ticket), "ticket");
  EXPECT_TRUE(hello.psk && hello.early_data && hello.npn);
  EXPECT_EQ(hello.alpn.data(), nullptr) << "not there";
}

TEST(TlsHello, WhereverItIsCutItIsNotWhole) {
  ClientHelloFields fields;
  fields.extensions = {server_name("a.test"), {23, ""}};
  const std::string body = client_hello_body(fields);
  const std::size_t without_extensions = body.size() - 2 - extension_list(fields.extensions).size();
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_EQ(read_client_hello(as_bytes(std::string_view(body).substr(0, size))).whole, size == without_extensions) << size;
  const std::string longer = body + "x";
  EXPECT_FALSE(read_client_hello(as_bytes(longer)).whole);
}

TEST(TlsHello, ALengthThatLiesInsideAnExtensionSpoilsTheListAndNotWhatStandsBefore) {
  const std::string list = extension_list({server_name("a.test")}) + u16(16) + u16(9) + "h2";
  const std::string body = client_hello_body({}) + vec16(list);
  const ClientHello hello = read_client_hello(as_bytes(body));
  EXPECT_FALSE(hello.whole);
  EXPECT_EQ(as_text(hello.server_name), "a.test");
}

// RFC 6066 section 3: a list of names by type, of which host_name is the only one defined.
TEST(TlsHello, TheServerNameIsTheFirstHostName) {
  ClientHelloFields fields;
  fields.extensions = {{0, vec16(u8(7) + vec16("other") + u8(0) + vec16("host"))}};
  const std::string body = client_hello_body(fields);
  EXPECT_EQ(as_text(read_client_hello(as_bytes(body)).server_name), "host");
  fields.extensions = {{0, ""}};
  const std::string empty = client_hello_body(fields);
  EXPECT_EQ(read_client_hello(as_bytes(empty)).server_name.data(), nullptr);
}

TEST(TlsHello, AServerHelloOfTls13SaysItsVersionInAnExtension) {
  ServerHelloFields fields;
  fields.extensions = {{43, u16(0x0304)}, {51, u16(29) + vec16("key")}, {41, u16(0)}};
  const std::string body = server_hello_body(fields);
  const ServerHello hello = read_server_hello(as_bytes(body));
  EXPECT_TRUE(hello.whole && hello.psk && hello.group_told && !hello.retry);
  EXPECT_EQ(hello.legacy_version, 0x0303);
  EXPECT_EQ(hello.version, 0x0304);
  EXPECT_EQ(hello.group, 29);
}

TEST(TlsHello, AHelloRetryRequestIsKnownByItsRandom) {
  ServerHelloFields fields;
  fields.random = hello_retry_random();
  const std::string body = server_hello_body(fields);
  EXPECT_TRUE(read_server_hello(as_bytes(body)).retry);
}

// draft-ietf-tls-tls13-21 section 4.1.3: no session id and no compression method.
TEST(TlsHello, DraftsBefore22HadAShorterServerHello) {
  const std::string body = u16(0x7f15) + std::string(32, 's') + u16(0x1301) + vec16(extension_list({{40, u16(29) + vec16("key")}}));
  const ServerHello hello = read_server_hello(as_bytes(body));
  EXPECT_TRUE(hello.whole);
  EXPECT_EQ(hello.suite, 0x1301);
  EXPECT_EQ(hello.group, 29);
  EXPECT_EQ(version_name(hello.version), "TLS 1.3 (draft 21)");
}

// draft-ietf-tls-tls13-18 section 4.1.4, and draft 19, which added the suite.
TEST(TlsHello, DraftsBefore22HadARetryOfItsOwn) {
  const std::string extensions = vec16(extension_list({{40, u16(23)}}));
  const std::string draft_18 = u16(0x7f12) + extensions, draft_19 = u16(0x7f13) + u16(0x1302) + extensions;
  EXPECT_TRUE(read_draft_retry(as_bytes(draft_18)).whole);
  EXPECT_FALSE(read_draft_retry(as_bytes(draft_18)).suite_told);
  EXPECT_EQ(read_draft_retry(as_bytes(draft_19)).suite, 0x1302);
  EXPECT_EQ(read_draft_retry(as_bytes(draft_19)).group, 23);
}

}  // namespace
}  // namespace longwire::test
