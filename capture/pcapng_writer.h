// Packets of several interfaces as a pcapng file that others can read.
//
// A full disk is a state, not an exception: problem() says what is wrong, packets that find no room are refused, and the file
// on disk ends behind a whole block all the same. When flush() succeeds again, everything goes on from there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "capture/file_stream.h"
#include "capture/packet.h"
#include "capture/source.h"

namespace longwire {

class PcapngWriter {
 public:
  // Makes the file, readable by its owner alone, because packets hold every secret that was sent in clear; what stood there is
  // replaced. Writes who writes, as "longwire 1.2.3", and the interfaces, at once. Throws OutputError.
  PcapngWriter(const std::string& path, std::string_view tool, const std::vector<InterfaceInfo>& interfaces);
  // Writes what still waits, as far as there is room. Files without finish() have no statistics, but are whole.
  ~PcapngWriter();
  PcapngWriter(const PcapngWriter&) = delete;
  PcapngWriter& operator=(const PcapngWriter&) = delete;

  // False where there is no room for it: the packet is not kept. Costs nothing while there is a problem: only flush() tries
  // again. Packet::interface counts the interfaces given above.
  bool write(const Packet& packet);

  // Brings to the file what waits in memory; called every second or so, others can follow the file as it grows. False where
  // that cannot be done: what does not fit keeps waiting, and packets are refused until a later call returns true.
  bool flush();

  // What the interfaces counted (InterfaceInfo::received and dropped), behind the last packet, and all of it flushed. Nothing
  // is written afterwards.
  bool finish(std::span<const InterfaceInfo> interfaces);

  const std::string& path() const { return path_; }
  // "cannot write PATH: No space left on device"; empty = all is well.
  const std::string& problem() const { return problem_; }
  std::uint64_t bytes() const { return written_ + waiting_.size(); }  // the file's size once all is written
  std::uint64_t packets() const { return packets_; }                  // kept
  std::uint64_t refused() const { return refused_; }                  // for which there was no room

 private:
  void cut_half_block(std::size_t begun);

  const std::string path_;
  FileDescriptor file_;
  std::vector<std::uint8_t> waiting_;  // whole blocks; where the file cannot be cut, it begins with the rest of one
  std::uint64_t written_ = 0;
  std::uint64_t packets_ = 0, refused_ = 0;
  Time last_ = 0;  // latest packet
  std::string problem_;
};

}  // namespace longwire
