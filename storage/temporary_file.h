// A file that appears under its name only when it is whole: until then it has another name in the same directory.
#pragma once

#include <string>

namespace longwire {

class TemporaryFile {
 public:
  // The folder in which the file for `target` is made.
  static std::string folder_for(const std::string& target);

  // Makes an empty file beside `target`, or beside what `target` points to where it is a symbolic link. Throws
  // OutputError.
  explicit TemporaryFile(const std::string& target);
  // Removes it, unless it was published.
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

  // For a signal handler that ends the program: removes the file of the newest object, where it is not published. False
  // where there is none to remove any more. Async-signal-safe (signal-safety(7)).
  static bool remove_unfinished() noexcept;

  // Brings to the disk what was written so far, so that publish() has less to do; another thread may do so while more is written,
  // and has ended before publish(), which tells what failed.
  void settle() noexcept;

  // Gives it its name, replacing what was there; after a power loss the name stands for the old file or for the new
  // one. Who has the old file open keeps reading the old file. Throws OutputError.
  void publish();

 private:
  std::string target_, path_;
  int settled_ = 0;  // errno's value
  bool published_ = false;
};

}  // namespace longwire
