// Lines of key logs, and the file they stand in while it grows.
#include "dissectors/tls_key_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "capture/error.h"
#include "capture/limits.h"
#include "dissectors/tls_key_log_file.h"

namespace longwire::test {
namespace {

using Form = TlsKeyLogLine::Form;

const std::string random_hex(64, 'c'), random_bytes(32, '\xcc');
std::string hex(std::size_t bytes) {
  return std::string(2 * bytes, '5');
}

TEST(TlsKeyLog, EveryLabel) {
  const auto kind = [](const std::string& line) {
    const TlsKeyLogLine read = read_key_log_line(line);
    EXPECT_EQ(read.form, Form::secret) << line;
    return read.kind;
  };
  EXPECT_EQ(kind("CLIENT_RANDOM " + random_hex + " " + hex(48)), TlsSecretKind::master);
  EXPECT_EQ(kind("CLIENT_EARLY_TRAFFIC_SECRET " + random_hex + " " + hex(32)), TlsSecretKind::client_early);
  EXPECT_EQ(kind("CLIENT_HANDSHAKE_TRAFFIC_SECRET " + random_hex + " " + hex(48)), TlsSecretKind::client_handshake);
  EXPECT_EQ(kind("SERVER_HANDSHAKE_TRAFFIC_SECRET " + random_hex + " " + hex(32)), TlsSecretKind::server_handshake);
  EXPECT_EQ(kind("CLIENT_TRAFFIC_SECRET_0 " + random_hex + " " + hex(32)), TlsSecretKind::client_application);
  EXPECT_EQ(kind("SERVER_TRAFFIC_SECRET_0 " + random_hex + " " + hex(48)), TlsSecretKind::server_application);
  EXPECT_EQ(kind("PMS_CLIENT_RANDOM " + random_hex + " " + hex(256)), TlsSecretKind::pre_master);
  EXPECT_EQ(kind("RSA 0123456789abcdef " + hex(48)), TlsSecretKind::pre_master_by_ciphertext);
  EXPECT_EQ(kind("RSA Session-ID:" + hex(32) + " Master-Key:" + hex(48)), TlsSecretKind::master_by_session_id);
}

TEST(TlsKeyLog, NameAndSecretAreBytes) {
  const TlsKeyLogLine line = read_key_log_line("\tCLIENT_RANDOM  " + std::string(64, 'C') + "\t" + hex(48) + " \r");
  EXPECT_EQ(line.name, random_bytes);
  EXPECT_EQ(line.secret, std::string(48, '\x55'));
}

TEST(TlsKeyLog, WhatDecryptsNoRecordIsLeftOut) {
  for (const std::string& line :
       {std::string(), std::string("# comment"), std::string("   "), "EXPORTER_SECRET " + random_hex + " " + hex(32),
        "QUIC_SERVER_TRAFFIC_SECRET " + random_hex + " " + hex(32), "ECH_SECRET " + random_hex + " " + hex(32)})
    EXPECT_EQ(read_key_log_line(line).form, Form::other) << line;
}

TEST(TlsKeyLog, BrokenLines) {
  for (const std::string& line :
       {"CLIENT_RANDOM " + random_hex, "CLIENT_RANDOM " + random_hex + " " + hex(47),
        "CLIENT_RANDOM " + random_hex.substr(2) + " " + hex(48), "CLIENT_RANDOM " + random_hex + " " + hex(48) + " more",
        "CLIENT_RANDOM " + random_hex + " " + std::string(96, 'g'), "CLIENT_TRAFFIC_SECRET_0 " + random_hex + " " + hex(40),
        std::string("RSA 0123 ") + hex(48), std::string("hello"), std::string("\x7f\x45\x4c\x46"), std::string("EXPORTER_SECRET x y")})
    EXPECT_EQ(read_key_log_line(line).form, Form::broken) << line;
}

class TlsKeyLogFileTest : public testing::Test {
 protected:
  ~TlsKeyLogFileTest() override { std::filesystem::remove(path_); }
  void append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }
  bool has(char name) { return secrets_.find(TlsSecretKind::master, as_bytes(std::string(32, name)), 1).has_value(); }
  static std::string line(const char* byte) {
    std::string name;
    for (int i = 0; i < 32; ++i) name += byte;
    return "CLIENT_RANDOM " + name + " " + hex(48) + "\n";
  }

  std::string path_ = testing::TempDir() + "/key_log_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  TlsSecrets secrets_;
};

TEST_F(TlsKeyLogFileTest, IsReadOnWhileItGrows) {
  append("# made by a test\n" + line("41"));
  TlsKeyLogFile file(path_);
  file.read_on(secrets_);
  EXPECT_TRUE(has('A'));
  const std::string next = line("42");
  append(next.substr(0, 100));
  file.read_on(secrets_);
  EXPECT_FALSE(has('B'));
  append(next.substr(100) + line("43"));
  file.read_on(secrets_);
  EXPECT_TRUE(has('B') && has('C'));
  EXPECT_EQ(file.broken_lines(), 0u);
}

// As a shell makes it of <(...), or a program that was told to write there.
TEST_F(TlsKeyLogFileTest, APipeIsReadToItsEndAndThenOn) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int both = open(path_.c_str(), O_RDWR);  // so that nobody waits for the other
  TlsKeyLogFile file(path_);
  const auto write_down = [&](int to, const std::string& text) { EXPECT_EQ(write(to, text.data(), text.size()), std::ssize(text)); };
  write_down(both, line("41"));
  close(both);
  file.read_on(secrets_);
  EXPECT_TRUE(has('A'));
  file.read_on(secrets_);
  const int again = open(path_.c_str(), O_WRONLY | O_NONBLOCK);
  file.read_on(secrets_);  // nothing there yet, and somebody who may write
  write_down(again, line("42"));
  file.read_on(secrets_);
  EXPECT_TRUE(has('B'));
  close(again);
}

TEST_F(TlsKeyLogFileTest, ItsLastLineNeedsNoEnd) {
  append(line("41") + line("42").substr(0, line("42").size() - 1));
  TlsKeyLogFile file(path_);
  file.read_on(secrets_);
  EXPECT_TRUE(has('A') && has('B'));
}

TEST_F(TlsKeyLogFileTest, BrokenLinesAreCountedAndOverlongOnesNotKept) {
  append("nonsense\n" + line("41") + std::string(3 * limits::tls_key_log_line, 'x') + "\n" + line("42"));
  TlsKeyLogFile file(path_);
  file.read_on(secrets_);
  EXPECT_TRUE(has('A') && has('B'));
  EXPECT_EQ(file.broken_lines(), 2u);
}

// Of zeros that take no room on the disk, as a file may be that is none.
TEST_F(TlsKeyLogFileTest, WhatIsTooLongIsReadInPart) {
  append(line("41"));
  std::filesystem::resize_file(path_, limits::tls_key_log_bytes - line("42").size() - 1);
  append("\n" + line("42"));
  TlsKeyLogFile whole(path_);
  whole.read_on(secrets_);
  EXPECT_TRUE(has('A') && has('B') && !whole.too_long());
  append(line("43"));
  whole.read_on(secrets_);
  EXPECT_TRUE(!has('C') && whole.too_long());
  whole.read_on(secrets_);
  EXPECT_EQ(whole.broken_lines(), 1u);
}

TEST_F(TlsKeyLogFileTest, WhatCannotBeReadIsNamed) {
  for (const std::string& path : {std::string("/nowhere/at/all"), testing::TempDir()}) {
    try {
      TlsKeyLogFile(path).read_on(secrets_);
      ADD_FAILURE() << path;
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
    }
  }
}

TEST(TlsSecretsTest, OfManyOnlySoManyAreKept) {
  TlsSecrets secrets(2);
  std::string text;
  for (const char* name : {"a", "b", "b", "c", "a", "d"}) text += "RSA Session-ID:0" + std::string(name) + " Master-Key:" + hex(48) + "\n";
  EXPECT_EQ(secrets.add_text(text, TlsKeySource::key_log, 0), 0u);
  EXPECT_EQ(secrets.left_out(), 2u);
  EXPECT_TRUE(secrets.find(TlsSecretKind::master_by_session_id, as_bytes(std::string_view("\x0b")), 1));
  EXPECT_FALSE(secrets.find(TlsSecretKind::master_by_session_id, as_bytes(std::string_view("\x0c")), 1));
}

TEST(TlsSecretsTest, ABlockServesThePacketsBehindIt) {
  TlsSecrets secrets;
  EXPECT_EQ(secrets.add_text("CLIENT_RANDOM " + random_hex + " " + hex(48) + "\nbroken\n", TlsKeySource::secrets_block, 10), 1u);
  EXPECT_FALSE(secrets.find(TlsSecretKind::master, as_bytes(random_bytes), 9));
  EXPECT_EQ(secrets.find(TlsSecretKind::master, as_bytes(random_bytes), 10)->source, TlsKeySource::secrets_block);
  EXPECT_FALSE(secrets.find(TlsSecretKind::client_early, as_bytes(random_bytes), 10));
}

}  // namespace
}  // namespace longwire::test
