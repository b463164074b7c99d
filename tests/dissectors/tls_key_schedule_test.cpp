// Keys that follow from secrets, against published vectors.
#include "dissectors/tls_key_schedule.h"

#include <gtest/gtest.h>

#include "tests/header_blocks.h"
#include "tests/tls_rfc8448.h"

namespace longwire::test {
namespace {

constexpr std::uint16_t tls10 = 0x0301, tls12 = 0x0303, tls13 = 0x0304;

std::string prf(std::uint16_t version, TlsHash hash, const std::string& secret, const std::string& seed, std::string_view label,
                std::size_t size) {
  std::string out(size, '\0');
  tls_prf(version, hash, as_bytes(secret), label, as_bytes(seed), std::span(reinterpret_cast<std::uint8_t*>(out.data()), out.size()));
  return out;
}

// The vectors of the TLS working group's list, 2009 ("TLS 1.2 test vectors").
TEST(TlsKeySchedule, PrfOfTls12) {
  EXPECT_EQ(
      prf(tls12, TlsHash::sha256, from_hex("9bbe436ba940f017b17652849a71db35"), from_hex("a0ba9f936cda311827a6f796ffd5198c"), "test label",
          100),
      from_hex("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd37"
               "97c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"));
  EXPECT_EQ(
      prf(tls12, TlsHash::sha384, from_hex("b80b733d6ceefcdc71566ea48e5567df"), from_hex("cd665cf6a8447dd6ff8b27555edb7465"), "test label",
          148),
      from_hex("7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9d"
               "c236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69"
               "236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e0990703d73e56f"));
}

// The vector of the same list for TLS 1.0, 1999: 48 bytes of secret, 64 of seed.
TEST(TlsKeySchedule, PrfOfTls10) {
  EXPECT_EQ(
      prf(tls10, TlsHash::sha256, std::string(48, '\xab'), std::string(64, '\xcd'), "PRF Testvector", 104),
      from_hex("d3d4d1e349b5d515044666d51de32bab258cb521b6b053463e354832fd976754443bcf9a296519bc289abcbc1187e4ebd31e602353776c408aafb74c"
               "bc85eff69255f9788faa184cbb957a9819d84a5d7eb006eb459d3ae8de9810454b8b2d8f1afbc655a8c9a013"));
}

// RFC 8448 section 3.
TEST(TlsKeySchedule, TrafficKeysOfTls13) {
  const auto derive = [](const std::string& secret, std::string_view label, std::size_t size) {
    const TlsSecret derived = expand_label(TlsHash::sha256, as_bytes(secret), label_prefix(tls13), label, {}, size);
    return std::string(as_text(derived.bytes()));
  };
  const Rfc8448Simple& trace = rfc8448_simple();
  EXPECT_EQ(derive(trace.server_handshake, "key", 16), from_hex("3fce516009c21727d0f2e4e86ee403bc"));
  EXPECT_EQ(derive(trace.server_handshake, "iv", 12), from_hex("5d313eb2671276ee13000b30"));
  EXPECT_EQ(derive(trace.client_handshake, "key", 16), from_hex("dbfaa693d1762c5b666af5d950258d01"));
  EXPECT_EQ(derive(trace.client_handshake, "iv", 12), from_hex("5bd3c71b836e0b76bb73265f"));
  EXPECT_EQ(derive(trace.server_application, "key", 16), from_hex("9f02283b6c9c07efc26bb9f2ac92e356"));
  EXPECT_EQ(derive(trace.server_application, "iv", 12), from_hex("cf782b88dd83549aadf1e984"));
  EXPECT_EQ(derive(trace.client_application, "key", 16), from_hex("17422dda596ed5d9acd890e3c63f5051"));
  EXPECT_EQ(derive(trace.client_application, "iv", 12), from_hex("5b78923dee08579033e523d9"));
}

TEST(TlsKeySchedule, DraftsHaveOtherLabels) {
  EXPECT_EQ(label_prefix(0x7f13), "TLS 1.3, ");
  EXPECT_EQ(label_prefix(0x7f14), "tls13 ");
  EXPECT_EQ(label_prefix(0xfb17), "tls13 ");
}

TEST(TlsKeySchedule, SecretsAreCutToWhatTheyHold) {
  EXPECT_EQ(TlsSecret(as_bytes(std::string(100, 's'))).bytes().size(), TlsSecret::most_bytes);
  EXPECT_TRUE(TlsSecret().empty());
}

}  // namespace
}  // namespace longwire::test
