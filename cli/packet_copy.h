// capture --write FILE: the packets themselves, as pcapng, beside the database.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/live_source.h"
#include "capture/pcapng_writer.h"

namespace longwire {

class PacketCopy {
 public:
  // Makes the first file; `input` outlives this. Throws OutputError.
  PacketCopy(const std::string& path, const LiveSource& input);

  // Packets that find no room are counted, and missing in the file.
  void write(const PacketBatch& batch);
  // Once a second: brings to the file what came. Returns what a person should know: that there is no room, or room again.
  std::vector<std::string> each_second();
  // A new file begins. Where it cannot be made, the old one goes on.
  void begin_next(const std::string& path);
  void finish();

 private:
  std::unique_ptr<PcapngWriter> make(const std::string& path) const;

  const LiveSource& input_;
  std::unique_ptr<PcapngWriter> writer_;
  std::string failure_;  // of the last rotation; empty = none
  bool told_ = false;    // that there is no room
};

}  // namespace longwire
