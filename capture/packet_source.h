// Where the pipeline's packets come from: capture files, or interfaces.
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

class PacketSource {
 public:
  virtual ~PacketSource() = default;

  // Fills the next batch; false at the end. Of a live capture it may come back empty. The caller may keep several batches at
  // once.
  virtual bool next(PacketBatch& batch) = 0;

  // In the order of PacketBatch::capture.
  virtual const std::vector<CaptureInfo>& captures() const = 0;
  virtual const std::vector<DecryptionSecrets>& secrets() const = 0;
};

}  // namespace longwire
