#include "dissectors/body_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "capture/error.h"

namespace longwire {
namespace {

constexpr std::size_t pending_bytes = 64 << 10;  // of one body kept before they are written; arbitrary, but few calls

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

BodyFile::BodyFile(int directory, std::string name, std::atomic<std::uint64_t>& failed)
    : directory_(directory), name_(std::move(name)), failed_(failed) {}

void BodyFile::take(Bytes decoded) {
  pending_ += as_text(decoded);
  if (pending_.size() >= pending_bytes) write();
}

void BodyFile::write() {
  if (pending_.empty() || broken_) return pending_.clear();
  const int how = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (begun_ ? O_APPEND : O_TRUNC);
  const int file = ::openat(directory_, name_.c_str(), how, 0666);
  broken_ = file < 0 || !write_all(file, pending_);
  if (file >= 0 && ::close(file) != 0) broken_ = true;
  if (broken_) ++failed_;
  begun_ = true;
  pending_.clear();
}

BodyFiles::BodyFiles(const std::string& directory) {
  std::error_code ignored;  // where it matters, open() fails too
  std::filesystem::create_directories(directory, ignored);
  directory_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_ < 0) throw OutputError(fmt::format("{}: cannot be used for bodies: {}", directory, std::strerror(errno)));
  if (::faccessat(directory_, ".", W_OK | X_OK, AT_EACCESS) != 0) {
    const int reason = errno;
    ::close(directory_);
    throw OutputError(fmt::format("{}: cannot be written to: {}", directory, std::strerror(reason)));
  }
}

BodyFiles::~BodyFiles() {
  ::close(directory_);
}

std::unique_ptr<BodyFile> BodyFiles::open(std::int64_t exchange_id, Side side) const {
  return std::make_unique<BodyFile>(directory_, fmt::format("{}.{}", exchange_id, side == Side::client ? "request" : "response"), failed_);
}

}  // namespace longwire
