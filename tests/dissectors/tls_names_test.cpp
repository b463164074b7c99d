// Names against IANA's registries, TLS Parameters and TLS ExtensionType Values.
#include "dissectors/tls_names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace longwire {
namespace {

TEST(TlsNames, SuitesAreAscendingAndEachIsThereOnce) {
  const auto suites = tls_suites();
  EXPECT_GT(suites.size(), 350u);
  EXPECT_EQ(std::adjacent_find(suites.begin(), suites.end(), [](const TlsName& a, const TlsName& b) { return a.code >= b.code; }),
            suites.end());
}

TEST(TlsNames, NumbersBecomeNames) {
  EXPECT_EQ(suite_name(0x0000), "TLS_NULL_WITH_NULL_NULL");
  EXPECT_EQ(suite_name(0x1301), "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(suite_name(0x00ff), "TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
  EXPECT_EQ(suite_name(0xcca9), "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(group_name(0x11ec), "X25519MLKEM768");
  EXPECT_EQ(group_name(23), "secp256r1");
  EXPECT_EQ(extension_name(65281), "renegotiation_info");
  EXPECT_EQ(alert_name(112), "unrecognized_name");
  EXPECT_EQ(version_name(0x0301), "TLS 1.0");
}

TEST(TlsNames, UnknownNumbersStayNumbers) {
  EXPECT_EQ(suite_name(0xeeee), "0xeeee");
  EXPECT_EQ(extension_name(0x1234), "0x1234");
  EXPECT_EQ(alert_name(255), "255");
}

// RFC 8701 section 2.
TEST(TlsNames, GreaseIsKnown) {
  for (unsigned i = 0; i < 16; ++i) EXPECT_TRUE(is_grease(static_cast<std::uint16_t>(i << 12 | 0x0a00 | i << 4 | 0x0a)));
  EXPECT_FALSE(is_grease(0x0a1a));
  EXPECT_FALSE(is_grease(0x1301));
  EXPECT_EQ(group_name(0x8a8a), "GREASE");
}

TEST(TlsNames, TheSuiteTellsTheKeyExchange) {
  const std::pair<std::string_view, std::string_view> expected[] = {
      {"TLS_RSA_WITH_AES_128_CBC_SHA", "RSA"},
      {"TLS_RSA_EXPORT_WITH_RC4_40_MD5", "RSA"},
      {"TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "DHE"},
      {"TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA", "DHE"},
      {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE"},
      {"TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", "ECDH_RSA"},
      {"TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA", "ECDHE_PSK"},
      {"TLS_PSK_WITH_AES_128_GCM_SHA256", "PSK"},
      {"TLS_DH_anon_WITH_AES_128_CBC_SHA", "DH_anon"},
      {"TLS_AES_128_GCM_SHA256", ""},
      {"TLS_NULL_WITH_NULL_NULL", ""},
  };
  for (const auto& [suite, method] : expected) EXPECT_EQ(key_exchange_of(suite), method) << suite;
}

}  // namespace
}  // namespace longwire
