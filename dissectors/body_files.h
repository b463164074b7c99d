// --bodies DIR: decoded bodies as files, named by exchange and side: 4711000.request, 4711000.response.
//
// One for the whole run, shared by all workers. Names come from ids alone, never from the wire, and nothing is written
// outside DIR. A file that cannot be written is counted; only a directory that cannot be opened is an error.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "dissectors/content_coding.h"
#include "reassembly/stream.h"

namespace longwire {

// One body being written; it holds no open file, so that as many bodies as there are connections can be open at once.
class BodyFile final : public ContentSink {
 public:
  BodyFile(int directory, std::string name, std::atomic<std::uint64_t>& failed);
  ~BodyFile() override { write(); }
  BodyFile(const BodyFile&) = delete;
  BodyFile& operator=(const BodyFile&) = delete;

  void take(Bytes decoded) override;

 private:
  void write();

  const int directory_;
  const std::string name_;
  std::atomic<std::uint64_t>& failed_;
  std::string pending_;
  bool begun_ = false, broken_ = false;
};

class BodyFiles {
 public:
  // Makes the directory where it is missing. Throws OutputError.
  explicit BodyFiles(const std::string& directory);
  ~BodyFiles();
  BodyFiles(const BodyFiles&) = delete;
  BodyFiles& operator=(const BodyFiles&) = delete;

  // The file of one body; it is made with the first bytes, and complete when the object is gone. A body without bytes
  // makes no file. Must not outlive this.
  std::unique_ptr<BodyFile> open(std::int64_t exchange_id, Side side) const;

  // Bodies that are not on disk as they should be.
  std::uint64_t failed() const { return failed_; }

 private:
  int directory_ = -1;
  mutable std::atomic<std::uint64_t> failed_ = 0;
};

}  // namespace longwire
