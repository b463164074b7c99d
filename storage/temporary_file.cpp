#include "storage/temporary_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "capture/error.h"

namespace longwire {
namespace {

namespace fs = std::filesystem;

constexpr int attempts = 1000;  // arbitrary: leftovers of killed programs with the same process id

constexpr int most_links = 40;  // symbolic links after one another, as many as Linux follows (path_resolution(7))

// Path of the newest temporary file, where a signal handler can read it; empty = there is none.
std::array<char, PATH_MAX> unfinished{};

void announce(const std::string& path) {
  unfinished[path.copy(unfinished.data(), unfinished.size() - 1)] = '\0';
}

[[noreturn]] void fail(const std::string& target, int reason) {
  throw OutputError(fmt::format("cannot write {}: {}", target, std::generic_category().message(reason)));
}

fs::path directory_of(const std::string& target) {
  const fs::path directory = fs::path(target).parent_path();
  return directory.empty() ? fs::path(".") : directory;
}

// The file that a symbolic link points to, which need not be there.
std::string behind_links(std::string target) {
  std::error_code none;
  for (int n = 0; n < most_links && fs::is_symlink(target, none); ++n)
    target = (directory_of(target) / fs::read_symlink(target, none)).string();
  return target;
}

// Returns errno's value, 0 = done.
int sync(const char* path) noexcept {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  const int reason = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  return reason;
}

}  // namespace

std::string TemporaryFile::folder_for(const std::string& target) {
  return directory_of(behind_links(target)).string();
}

TemporaryFile::TemporaryFile(const std::string& target) : target_(behind_links(target)) {
  for (int n = 0; n < attempts; ++n) {
    path_ = (directory_of(target_) / fmt::format(".longwire-{}-{}.tmp", ::getpid(), n)).string();
    announce(path_);
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0) {
      ::close(file);
      return;
    }
    if (errno != EEXIST) fail(target, errno);
  }
  fail(target, EEXIST);
}

TemporaryFile::~TemporaryFile() {
  if (!published_) ::unlink(path_.c_str());
}

bool TemporaryFile::remove_unfinished() noexcept {
  return unfinished[0] != '\0' && ::unlink(unfinished.data()) == 0;
}

void TemporaryFile::settle() noexcept {
  settled_ = sync(path_.c_str());
}

void TemporaryFile::publish() {
  // The kernel tells of a failed write once.
  const int failed = settled_ != 0 ? settled_ : sync(path_.c_str());
  if (failed != 0) fail(target_, failed);
  // Logs of the file that is replaced would be played into the new one.
  for (const char* log : {"-wal", "-shm", "-journal"}) ::unlink((target_ + log).c_str());
  if (std::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, errno);
  published_ = true;
  sync(directory_of(target_).c_str());  // some file systems cannot sync a directory: the file is there all the same
}

}  // namespace longwire
