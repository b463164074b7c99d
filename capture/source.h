// Capture files as one stream of packet batches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/packet.h"

namespace longwire {

struct InterfaceInfo {
  std::string name, description, filter;  // empty where the file does not say
  LinkType link = LinkType::ethernet;
  std::uint32_t snaplen = 0;  // 0 = no limit
  std::uint64_t packets = 0;
  std::optional<std::uint64_t> received, dropped;  // interface statistics block, where there is one
};

struct CaptureInfo {
  std::string path;    // as given; "-" is standard input
  std::string format;  // "pcap", "pcap-ns", "pcapng", "snoop", with ".gz", ".zst", ".lz4" behind it where compressed
  std::vector<InterfaceInfo> interfaces;
  std::uint64_t packets = 0, bytes = 0;     // what was read and the filter let pass; bytes on the wire
  std::uint64_t filtered = 0;               // packets that the filter dropped; packets + filtered = frames of the file
  std::uint64_t first_number = 1;           // set-wide number of its frame 1
  std::optional<Time> started, ended;       // earliest and latest packet, the filter's dropped ones too
  std::optional<std::uint64_t> damaged_at;  // byte offset in the (decompressed) file
  std::string damage;                       // one line: what is wrong there
  bool read_on = false;                     // all the same, what follows was read
};

// Decryption Secrets Block of a pcapng file (draft-ietf-opsawg-pcapng).
struct DecryptionSecrets {
  std::uint32_t type = 0;  // 0x544c534b TLS key log, 0x57474b4c WireGuard ...
  std::string data;
  std::uint64_t before_number = 0;  // set-wide number of the packet that follows it
};

// Packets in order, with what keeps their memory alive. Reused by handing it back to next().
struct PacketBatch {
  std::vector<Packet> packets;
  std::shared_ptr<void> memory;  // buffer, or mapped range, that packets point into; released with the batch
  std::uint32_t capture = 0;     // all packets of a batch are of one capture file
};

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
class CaptureSet {
 public:
  CaptureSet(const std::vector<std::string>& paths, SourceOptions options);
  ~CaptureSet();
  CaptureSet(const CaptureSet&) = delete;
  CaptureSet& operator=(const CaptureSet&) = delete;

  // Fills the next batch; false at the end of the set. The caller may keep several batches at once.
  bool next(PacketBatch& batch);

  // One entry a file, in reading order; entries of files already read to their end do not change any more.
  const std::vector<CaptureInfo>& captures() const;
  const std::vector<DecryptionSecrets>& secrets() const;

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
