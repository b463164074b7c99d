// A ByteFeed over a mapped file: packets are read where the file lies, nothing is copied.
//
// Memory stays small whatever the file's size: the map is cut into steps, and a step's pages are given back when the
// position has passed it and the last batch that points into it is gone.
#pragma once

#include <memory>
#include <string>

#include "capture/byte_feed.h"
#include "capture/file_stream.h"

namespace longwire {

class MappedFile : public ByteFeed {
 public:
  // Nothing where the file cannot be mapped (empty, or of a file system that cannot): read it as a stream then.
  static std::unique_ptr<MappedFile> map(FileDescriptor file, const std::string& path);
  ~MappedFile() override;

  Bytes window(std::size_t need) override;
  void advance(std::size_t n) override;
  std::shared_ptr<void> keep(std::size_t n) override;
  std::uint64_t position() const override { return position_; }
  std::uint64_t bytes_read() const override { return position_; }
  std::string damage() const override { return damage_; }

 private:
  class Mapping;
  class Kept;

  MappedFile(FileDescriptor file, std::shared_ptr<Mapping> mapping);
  bool prepare(std::size_t end);

  FileDescriptor file_;
  std::shared_ptr<Mapping> mapping_;
  std::size_t position_ = 0;
  std::size_t prepared_ = 0;  // pages before this are mapped, or were
  std::size_t end_ = 0;       // of the file, as far as is known
  std::string damage_;
};

// A mapped file that becomes shorter while it is read takes its pages away, and touching them raises SIGBUS. Most of
// the time MappedFile sees it before (damage()); for the rest, this installs a handler that ends the program with one
// line on standard error that names the file, and exit code 3. Called once, by the program, before files are opened.
void end_clearly_on_truncated_map();

}  // namespace longwire
