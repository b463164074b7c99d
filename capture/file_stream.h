// An open file, and its bytes by read(2).
#pragma once

#include <sys/stat.h>

#include <string>

#include "capture/byte_stream.h"

namespace longwire {

// Owns a descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  // Opens a capture for reading, "-" being standard input. Throws InputError where that cannot be done or where the
  // path is a directory.
  static FileDescriptor open(const std::string& path);

  int number() const { return number_; }
  bool is_regular_file() const;
  std::uint64_t size() const;  // bytes; 0 where it is no regular file

 private:
  struct stat status() const;

  int number_ = -1;
};

class FileStream : public ByteStream {
 public:
  explicit FileStream(FileDescriptor file);

  std::size_t read(std::span<std::uint8_t> into) override;
  std::uint64_t bytes_read() const override { return bytes_read_; }
  std::string damage() const override { return damage_; }

 private:
  FileDescriptor file_;
  std::uint64_t bytes_read_ = 0;
  std::string damage_;
};

}  // namespace longwire
