// Capture files as one stream of packet batches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/packet_source.h"

namespace longwire {

// How a plain file's bytes are come by. Streams (pipes, compressed files) are always read.
enum class FileAccess : std::uint8_t {
  // read(2) through a few buffers. The copy leaves headers and payload in the processor's cache, and a file that is
  // cut while it is read just ends. Measured, a map takes 1.3 times as long at best, and 5 times where the file's
  // pages lie singly in the page cache, as of a file just written.
  read,
  // The file is mapped and packets point into it.
  map,
};

struct SourceOptions {
  std::string filter;                // BPF expression; empty = everything
  std::size_t batch_packets = 1024;  // packets per batch, at most
  FileAccess access = FileAccess::read;
  std::uint64_t first_number = 1;  // of the set's first frame; more than 1 where a set is appended to another
};

// One or more capture files, as one capture set: files in the order of their first packets' times, one after the
// other. Opening and damage: a file that cannot be opened or is of no known kind throws InputError; a file that
// breaks in the middle ends there, and its CaptureInfo says so.
class CaptureSet final : public PacketSource {
 public:
  CaptureSet(const std::vector<std::string>& paths, SourceOptions options);
  ~CaptureSet() override;
  CaptureSet(const CaptureSet&) = delete;
  CaptureSet& operator=(const CaptureSet&) = delete;

  // Fills the next batch; false at the end of the set. The caller may keep several batches at once.
  bool next(PacketBatch& batch) override;

  // One entry a file, in reading order; entries of files already read to their end do not change any more.
  const std::vector<CaptureInfo>& captures() const override;
  const std::vector<DecryptionSecrets>& secrets() const override;

  // Packets that the filter dropped because it cannot be used on their link type: how many so far, and a line about each
  // such link type.
  std::uint64_t unfiltered_packets() const;
  std::vector<std::string> unfiltered() const;

  // For progress: bytes of the files as they lie on disk. total is nothing for standard input.
  std::uint64_t bytes_read() const;
  std::optional<std::uint64_t> bytes_total() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace longwire
