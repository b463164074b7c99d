// Record protection: the records of RFC 8448 byte by byte, and every cipher, mode and MAC against a sender of its own.
#include "dissectors/tls_cipher.h"

#include <gtest/gtest.h>

#include <vector>

#include "dissectors/tls_agreement.h"
#include "dissectors/tls_algorithms.h"
#include "dissectors/tls_names.h"
#include "tests/header_blocks.h"
#include "tests/tls_bytes.h"
#include "tests/tls_rfc8448.h"
#include "tests/tls_sealer.h"

namespace longwire::test {
namespace {

// What a record opens to: "type content", or nothing.
std::string open(TlsCipher& cipher, const std::string& record) {
  std::vector<std::uint8_t> out(TlsRecord::most_bytes);
  const Bytes bytes = as_bytes(record);
  const auto plaintext = cipher.open(bytes.first(TlsRecord::header_bytes), bytes.subspan(TlsRecord::header_bytes), out);
  if (!plaintext) return {};
  return std::to_string(static_cast<unsigned>(plaintext->type)) + " " + std::string(as_text(plaintext->bytes));
}

const MasterSecretOf secret{std::string(48, 'm'), std::string(32, 'c'), std::string(32, 's')};

std::unique_ptr<TlsCipher> cipher_of(const std::string& suite, std::uint16_t version, bool encrypt_then_mac = false) {
  const auto protection = protection_of(suite);
  if (!protection) return nullptr;
  if (is_tls13(version)) return traffic_cipher(*protection, version, TlsSecret(as_bytes(std::string(hash_bytes(protection->hash), 't'))));
  const std::size_t mac = protection->aead() ? 0 : protection->mac_bytes, key = protection->key_bytes, iv = protection->iv_bytes;
  std::vector<std::uint8_t> block(2 * (mac + key + iv));
  key_block(version, protection->hash, as_bytes(secret.master), {as_bytes(secret.client_random), as_bytes(secret.server_random)}, block);
  const Bytes all(block);
  return TlsCipher::make(*protection, version, {all.subspan(2 * mac, key), all.subspan(2 * (mac + key), iv), all.first(mac)},
                         encrypt_then_mac);
}

TlsSealer sealer_of(const std::string& suite, std::uint16_t version, bool encrypt_then_mac = false) {
  if (is_tls13(version)) return sealer_of_traffic_secret(suite, std::string(hash_bytes(protection_of(suite)->hash), 't'), version);
  return sealer_of_master(suite, version, secret, Side::client, encrypt_then_mac);
}

TEST(TlsCipher, TheRecordsOfRfc8448) {
  const Rfc8448Simple& trace = rfc8448_simple();
  const auto cipher = [](const std::string& traffic_secret) {
    return traffic_cipher(*protection_of("TLS_AES_128_GCM_SHA256"), 0x0304, TlsSecret(as_bytes(traffic_secret)));
  };
  const auto server_handshake = cipher(trace.server_handshake), client_handshake = cipher(trace.client_handshake);
  const auto server = cipher(trace.server_application), client = cipher(trace.client_application);
  const std::string flight = open(*server_handshake, trace.server_flight);
  EXPECT_EQ(flight.size(), 3 + 657u);
  EXPECT_EQ(flight.substr(0, 5), "22 \x08" + std::string(1, '\0'));
  EXPECT_EQ(open(*client_handshake, trace.client_finished),
            "22 " + from_hex("14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61"));
  EXPECT_EQ(open(*server, trace.new_session_ticket).substr(0, 7), "22 " + from_hex("040000c9"));
  EXPECT_EQ(open(*client, trace.client_data), "23 " + trace.data);
  EXPECT_EQ(open(*server, trace.server_data), "23 " + trace.data);
  EXPECT_EQ(open(*client, trace.client_close), "21 " + from_hex("0100"));
  EXPECT_EQ(open(*server, trace.server_close), "21 " + from_hex("0100"));
}

struct Case {
  std::string suite;
  std::uint16_t version;
  bool encrypt_then_mac = false;
};
void PrintTo(const Case& each, std::ostream* out) {
  *out << each.suite << " " << each.version;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* suite : {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256",
                            "TLS_AES_128_CCM_8_SHA256"})
    all.push_back({suite, 0x0304});
  for (const char* suite : {"AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "AES_128_CCM", "AES_256_CCM_8", "CHACHA20_POLY1305_SHA256",
                            "ARIA_128_GCM_SHA256", "ARIA_256_GCM_SHA384"})
    all.push_back({std::string("TLS_RSA_WITH_") + suite, 0x0303});
  for (const char* suite : {"AES_128_CBC_SHA", "AES_256_CBC_SHA", "3DES_EDE_CBC_SHA", "CAMELLIA_128_CBC_SHA", "CAMELLIA_256_CBC_SHA",
                            "SEED_CBC_SHA", "IDEA_CBC_SHA", "DES_CBC_SHA", "RC4_128_SHA", "RC4_128_MD5", "NULL_SHA", "NULL_MD5"}) {
    for (const std::uint16_t version : {std::uint16_t{0x0300}, std::uint16_t{0x0301}, std::uint16_t{0x0302}, std::uint16_t{0x0303}}) {
      all.push_back({std::string("TLS_RSA_WITH_") + suite, version});
      if (version > 0x0300 && std::string(suite).find("CBC") != std::string::npos)
        all.push_back({"TLS_RSA_WITH_" + std::string(suite), version, true});
    }
  }
  for (const char* suite : {"AES_128_CBC_SHA256", "AES_256_CBC_SHA384", "ARIA_128_CBC_SHA256", "ARIA_256_CBC_SHA384",
                            "CAMELLIA_128_CBC_SHA256", "CAMELLIA_256_CBC_SHA384", "NULL_SHA256"}) {
    all.push_back({std::string("TLS_ECDHE_RSA_WITH_") + suite, 0x0303});
    all.push_back({std::string("TLS_ECDHE_RSA_WITH_") + suite, 0x0303, true});
  }
  return all;
}

class TlsCipherOf : public testing::TestWithParam<Case> {};

TEST_P(TlsCipherOf, OpensWhatWasSentAndNothingElse) {
  const auto& [suite, version, encrypt_then_mac] = GetParam();
  const auto cipher = cipher_of(suite, version, encrypt_then_mac);
  if (cipher == nullptr) GTEST_SKIP() << "this OpenSSL has no " << suite;
  TlsSealer sealer = sealer_of(suite, version, encrypt_then_mac);
  for (const std::size_t size : {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{1000}, std::size_t{16384}}) {
    const std::string content(size, static_cast<char>('a' + size % 26));
    EXPECT_EQ(open(*cipher, sealer.seal(application_data, content)), "23 " + content) << size;
  }
  EXPECT_EQ(open(*cipher, sealer.seal(application_data, "")), "23 ");
  const std::string alert_content{1, 0};
  EXPECT_EQ(open(*cipher, sealer.seal(alert, alert_content)), "21 " + alert_content);
  std::string damaged = sealer.seal(application_data, "some content of a record");
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  EXPECT_EQ(open(*cipher, damaged), "");
  EXPECT_EQ(open(*cipher, tls_record(application_data, "short")), "");
  EXPECT_EQ(open(*cipher, tls_record(application_data, "")), "");
}

// A record out of its place does not open, but where its number is told.
TEST_P(TlsCipherOf, JumpsOverRecordsWhereThatIsPossible) {
  const auto& [suite, version, encrypt_then_mac] = GetParam();
  const auto cipher = cipher_of(suite, version, encrypt_then_mac);
  if (cipher == nullptr) GTEST_SKIP() << "this OpenSSL has no " << suite;
  TlsSealer sealer = sealer_of(suite, version, encrypt_then_mac);
  for (int lost = 0; lost < 3; ++lost) sealer.seal(application_data, "lost");
  const std::string record = sealer.seal(application_data, "found");
  EXPECT_EQ(open(*cipher, record), "");
  const bool stream = suite.find("RC4") != std::string::npos, chained = suite.find("CBC") != std::string::npos && version < 0x0302;
  EXPECT_EQ(cipher->can_jump(), !stream && !chained);
  if (!cipher->can_jump()) return;
  cipher->jump(3);
  EXPECT_EQ(open(*cipher, record), "23 found");
  EXPECT_EQ(cipher->sequence(), 4u);
}

INSTANTIATE_TEST_SUITE_P(EverySuite, TlsCipherOf, testing::ValuesIn(cases()));

TEST(TlsCipher, PaddingOfTls13) {
  const auto cipher = cipher_of("TLS_AES_128_GCM_SHA256", 0x0304);
  TlsSealer sealer = sealer_of("TLS_AES_128_GCM_SHA256", 0x0304);
  EXPECT_EQ(open(*cipher, sealer.seal(application_data, "content", 100)), "23 content");
  EXPECT_EQ(open(*cipher, sealer.seal(0, "", 10)), "") << "nothing but zeros";
}

// What a record takes beside its content is known where no padding hides it.
TEST(TlsCipher, Overhead) {
  for (const auto& [suite, version] : std::vector<std::pair<std::string, std::uint16_t>>{
           {"TLS_AES_128_GCM_SHA256", 0x0304}, {"TLS_RSA_WITH_AES_128_GCM_SHA256", 0x0303}, {"TLS_RSA_WITH_NULL_SHA", 0x0303}}) {
    TlsSealer sealer = sealer_of(suite, version);
    EXPECT_EQ(sealer.seal(application_data, std::string(50, 'x')).size(), 50 + cipher_of(suite, version)->overhead()) << suite;
  }
}

TEST(TlsProtection, WhatSuitesMean) {
  EXPECT_EQ(protection_of("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")->hash, TlsHash::sha384);
  EXPECT_EQ(protection_of("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")->nonce_bytes, 8);
  EXPECT_EQ(protection_of("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")->nonce_bytes, 0);
  EXPECT_EQ(protection_of("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")->mac_bytes, 48);
  EXPECT_EQ(protection_of("TLS_PSK_WITH_AES_128_CCM_8")->mac_bytes, 8);
  for (const char* suite : {"TLS_NULL_WITH_NULL_NULL", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_SM4_GCM_SM3", "TLS_RSA_WITH_RC2_CBC_40_MD5",
                            "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "0x1234", ""})
    EXPECT_FALSE(protection_of(suite)) << suite;
}

}  // namespace
}  // namespace longwire::test
