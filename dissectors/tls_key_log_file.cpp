#include "dissectors/tls_key_log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "capture/error.h"
#include "capture/limits.h"

namespace longwire {
namespace {

constexpr std::size_t read_bytes = 64 << 10;  // arbitrary, a few hundred lines

[[noreturn]] void fail(const std::string& path, int error) {
  throw UsageError(fmt::format("cannot read the key log {}: {}", path, std::strerror(error)));
}

}  // namespace

TlsKeyLogFile::TlsKeyLogFile(const std::string& path) : path_(path), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  struct stat status {};
  if (file_ < 0 || fstat(file_, &status) != 0) fail(path, errno);
  if (S_ISDIR(status.st_mode)) {
    close(file_);
    fail(path, EISDIR);
  }
  pipe_ = S_ISFIFO(status.st_mode);
}

TlsKeyLogFile::~TlsKeyLogFile() {
  if (file_ >= 0) close(file_);
}

TlsKeyLogFile::TlsKeyLogFile(TlsKeyLogFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      text_(std::move(other.text_)),
      overlong_(other.overlong_),
      begun_(other.begun_),
      pipe_(other.pipe_),
      too_long_(other.too_long_),
      read_(other.read_),
      broken_(other.broken_) {}

void TlsKeyLogFile::read_on(TlsSecrets& secrets) {
  const bool first = !std::exchange(begun_, true);
  char buffer[read_bytes];
  while (!too_long_) {
    const ssize_t n = read(file_, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && first) fail(path_, errno);
    if (n <= 0) break;
    const auto there = std::min(static_cast<std::uint64_t>(n), limits::tls_key_log_bytes - read_);
    too_long_ = there < static_cast<std::uint64_t>(n);
    read_ += there;
    text_.append(buffer, there);
    const std::size_t end = text_.rfind('\n');
    if (end != std::string::npos) take(secrets, end + 1);
    if (text_.size() <= limits::tls_key_log_line) continue;
    text_.clear();
    if (!std::exchange(overlong_, true)) ++broken_;
  }
  if (first && pipe_) fcntl(file_, F_SETFL, O_NONBLOCK);
  if (!first || text_.empty()) return;
  const TlsKeyLogLine last = read_key_log_line(text_);
  if (last.form == TlsKeyLogLine::Form::secret) secrets.add(last, TlsKeySource::key_log, 0);
}

// The first `end` bytes of what was read are lines.
void TlsKeyLogFile::take(TlsSecrets& secrets, std::size_t end) {
  std::size_t begin = 0;
  if (end > 0 && std::exchange(overlong_, false)) begin = text_.find('\n') + 1;
  broken_ += secrets.add_text(std::string_view(text_).substr(begin, end - begin), TlsKeySource::key_log, 0);
  text_.erase(0, end);
}

}  // namespace longwire
