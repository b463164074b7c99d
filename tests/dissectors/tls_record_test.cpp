// Record headers (RFC 8446 section 5.1), and what a probe says of first bytes: never something that a later byte changes.
#include "dissectors/tls_record.h"

#include <gtest/gtest.h>

#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

Match probe(Side side, const std::string& first) {
  return probe_tls(side, as_bytes(first));
}

const std::string client_hello = handshake_record(1, client_hello_body({}), 0x0301);
const std::string ssl2_hello = std::string("\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80", 14) + std::string(16, 'c');

TEST(TlsRecord, AProbeIsFinal) {
  for (const std::string& talk :
       {client_hello, alert_record(2, 40), protected_record(application_data, 100), change_cipher_spec_record(), ssl2_hello}) {
    EXPECT_EQ(probe(Side::client, talk), Match::yes);
    for (std::size_t size = 0; size < talk.size(); ++size) EXPECT_NE(probe(Side::client, talk.substr(0, size)), Match::no) << size;
    EXPECT_EQ(probe(Side::client, ""), Match::maybe);
  }
}

TEST(TlsRecord, WhatIsNoRecordIsKnownAtOnce) {
  EXPECT_EQ(probe(Side::client, "G"), Match::no);
  EXPECT_EQ(probe(Side::client, "\x16G"), Match::no);
  EXPECT_EQ(probe(Side::client, "\x16\x03\x05"), Match::no) << "no such version";
  EXPECT_EQ(probe(Side::client, tls_record(handshake, "")), Match::no);
  EXPECT_EQ(probe(Side::client, u8(23) + u16(0x0303) + u16(16384 + 2048 + 1)), Match::no) << "longer than any version allows";
  EXPECT_EQ(probe(Side::client, handshake_record(14, "")), Match::no) << "no connection begins with a ServerHelloDone";
  EXPECT_EQ(probe(Side::server, ssl2_hello), Match::no);
}

TEST(TlsRecord, AnSsl2HelloAddsUp) {
  std::string wrong = ssl2_hello;
  wrong[1] = '\x1d';
  EXPECT_EQ(probe(Side::client, wrong), Match::no) << "its length says otherwise";
  wrong = ssl2_hello;
  wrong[6] = '\x04';
  EXPECT_EQ(probe(Side::client, wrong), Match::no) << "cipher specs are triples";
}

TEST(TlsRecord, AHeaderIsReadFieldByField) {
  TlsRecord record{};
  EXPECT_EQ(read_record_header(as_bytes(client_hello), record), Match::yes);
  EXPECT_EQ(record.type, TlsContent::handshake);
  EXPECT_EQ(record.version, 0x0301);
  EXPECT_EQ(record.length, client_hello.size() - 5);
}

}  // namespace
}  // namespace longwire::test
