// A key log file, which whoever makes the secrets may still be writing to.
#pragma once

#include <cstdint>
#include <string>

#include "dissectors/tls_secrets.h"

namespace longwire {

class TlsKeyLogFile {
 public:
  // Throws UsageError where it cannot be read.
  explicit TlsKeyLogFile(const std::string& path);
  ~TlsKeyLogFile();
  TlsKeyLogFile(TlsKeyLogFile&& other) noexcept;
  TlsKeyLogFile& operator=(TlsKeyLogFile&&) = delete;

  // Adds the secrets of what was appended since the last call, by whole lines; the first call takes a last line without an
  // end too, where it is a secret. Costs one system call where nothing was appended. Of a pipe the first call waits for the
  // end, as nobody knows otherwise whether more is to come; later ones take what whoever opens it again has written.
  void read_on(TlsSecrets& secrets);

  const std::string& path() const { return path_; }
  std::uint64_t broken_lines() const { return broken_; }
  // There is more of it than limits::tls_key_log_bytes; what lies behind is not read.
  bool too_long() const { return too_long_; }

 private:
  void take(TlsSecrets& secrets, std::size_t end);

  std::string path_;
  int file_;
  std::string text_;       // read, and not yet a whole line
  bool overlong_ = false;  // in a line beyond limits::tls_key_log_line, up to its end
  bool begun_ = false, pipe_ = false, too_long_ = false;
  std::uint64_t read_ = 0, broken_ = 0;
};

}  // namespace longwire
