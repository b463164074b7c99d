#include "capture/file_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "capture/error.h"

namespace longwire {

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

FileDescriptor FileDescriptor::open(const std::string& path) {
  FileDescriptor file(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
  if (S_ISDIR(file.status().st_mode)) throw InputError(fmt::format("{}: is a directory; name the capture files in it", path));
  return file;
}

bool FileDescriptor::is_regular_file() const {
  return S_ISREG(status().st_mode);
}

std::uint64_t FileDescriptor::size() const {
  return is_regular_file() ? static_cast<std::uint64_t>(status().st_size) : 0;
}

struct stat FileDescriptor::status() const {
  struct stat status {};
  if (::fstat(number_, &status) != 0) status = {};
  return status;
}

FileStream::FileStream(FileDescriptor file) : file_(std::move(file)) {
  if (file_.is_regular_file()) ::posix_fadvise(file_.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::size_t FileStream::read(std::span<std::uint8_t> into) {
  ssize_t n = 0;
  do {
    n = ::read(file_.number(), into.data(), into.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) {
    damage_ = fmt::format("cannot be read any further: {}", std::strerror(errno));
    return 0;
  }
  bytes_read_ += static_cast<std::uint64_t>(n);
  return static_cast<std::size_t>(n);
}

}  // namespace longwire
