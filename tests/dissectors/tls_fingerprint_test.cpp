// Published examples: of JA3 in github.com/salesforce/ja3 (README), of JA4 in github.com/FoxIO-LLC/ja4
// (technical_details/JA4.md).
#include "dissectors/tls_fingerprint.h"

#include <gtest/gtest.h>

#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

std::string ja3_of(const ClientHelloFields& fields) {
  const std::string body = client_hello_body(fields);
  return ja3(read_client_hello(as_bytes(body)));
}

std::string ja4_of(const ClientHelloFields& fields) {
  const std::string body = client_hello_body(fields);
  return ja4(read_client_hello(as_bytes(body)));
}

// "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0"
ClientHelloFields ja3_example() {
  ClientHelloFields fields;
  fields.version = 769;
  fields.suites = {47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4};
  fields.extensions = {server_name("a"), supported_groups({23, 24, 25}), {11, vec8(u8(0))}};
  return fields;
}

TEST(TlsFingerprint, Ja3) {
  EXPECT_EQ(ja3_of(ja3_example()), "ada70206e40642a3e4461f35503241d5");
}

// "769,4-5-10-9-100-98-3-6-19-18-99,,,"
TEST(TlsFingerprint, Ja3WithoutExtensions) {
  ClientHelloFields fields;
  fields.version = 769;
  fields.suites = {4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99};
  EXPECT_EQ(ja3_of(fields), "de350869b8c85de67a350c8d186f11e6");
}

TEST(TlsFingerprint, Ja3LeavesGreaseOut) {
  ClientHelloFields fields = ja3_example();
  fields.suites.insert(fields.suites.begin(), 0x8a8a);
  fields.extensions.emplace_back(0xfafa, "");
  fields.extensions[1] = supported_groups({0x0a0a, 23, 24, 25});
  EXPECT_EQ(ja3_of(fields), ja3_of(ja3_example()));
}

// "769,47,65281-0-11-35-5-16". The README's own example, of which it prints another digest: this one is md5sum's.
TEST(TlsFingerprint, Ja3s) {
  ServerHelloFields fields;
  fields.version = 769;
  fields.suite = 47;
  fields.extensions = {{65281, u8(0)}, {0, ""}, {11, vec8(u8(0))}, {35, ""}, {5, ""}, alpn({"http/1.1"})};
  const std::string body = server_hello_body(fields);
  EXPECT_EQ(ja3s(read_server_hello(as_bytes(body))), "836ce314215654b5b1f85f97c73e506f");
}

// JA4_r: t13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_0005,000a,000b,000d,0012,0015,
// 0017,001b,0023,002b,002d,0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601
ClientHelloFields ja4_example() {
  ClientHelloFields fields;
  fields.suites = {0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
                   0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
  const auto signatures = numbers({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601});
  fields.extensions = {{0xdada, ""},
                       server_name("a"),
                       {0x17, ""},
                       {0xff01, ""},
                       supported_groups({29}),
                       {0x0b, vec8(u8(0))},
                       {0x23, ""},
                       alpn({"h2", "http/1.1"}),
                       {5, ""},
                       {0x0d, vec16(signatures)},
                       {0x12, ""},
                       {0x33, ""},
                       {0x2d, ""},
                       supported_versions({0x5a5a, 0x0304, 0x0303}),
                       {0x1b, ""},
                       {0x4469, ""},
                       {0x15, ""}};
  return fields;
}

TEST(TlsFingerprint, Ja4) {
  EXPECT_EQ(ja4_of(ja4_example()), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

TEST(TlsFingerprint, Ja4DoesNotDependOnTheOrderOfExtensions) {
  ClientHelloFields fields = ja4_example();
  std::swap(fields.extensions.front(), fields.extensions.back());
  EXPECT_EQ(ja4_of(fields), ja4_of(ja4_example()));
}

// "If there are no ciphers/extensions, the hash is 000000000000"; ALPN of other than letters and digits by its hexadecimal form.
TEST(TlsFingerprint, Ja4OfWhatIsNotThere) {
  ClientHelloFields fields;
  fields.version = 0x0300;
  fields.suites = {};
  EXPECT_EQ(ja4_of(fields), "ts3i000000_000000000000_000000000000");
  fields.extensions = {alpn({"\xab\xcd"})};
  EXPECT_EQ(ja4_of(fields).substr(0, 10), "ts3i0001ad");
}

}  // namespace
}  // namespace longwire::test
