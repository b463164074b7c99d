// capture --write FILE: the packets themselves, as pcapng, beside the database.
#pragma once

#include <ctime>
#include <functional>
#include <memory>
#include <string>

#include "capture/live_source.h"
#include "capture/pcapng_writer.h"
#include "storage/rotation.h"

namespace longwire {

class PacketCopy {
 public:
  // Makes the first file; `input` outlives this. Throws OutputError.
  PacketCopy(const std::string& path, bool rotates, std::time_t now, const LiveSource& input);

  // Packets that find no room are counted, and missing in the file.
  void write(const PacketBatch& batch);
  // Brings to the file what came, and tells where there is no room, or room again.
  void each_second(const std::function<void(const std::string&)>& tell);
  // A new file begins. Where it cannot be made, the old one goes on.
  void rotate(std::time_t now);
  void finish();

  // Packets for which there was no room.
  std::uint64_t refused() const { return refused_ + writer_->refused(); }

 private:
  std::unique_ptr<PcapngWriter> make(std::time_t now) const;

  const std::string path_;
  const bool rotates_;
  RotatedFiles series_;
  const LiveSource& input_;
  std::unique_ptr<PcapngWriter> writer_;
  std::string failure_;        // of the last rotation; empty = none
  bool told_ = false;          // that there is no room
  std::uint64_t refused_ = 0;  // by writers before this one
};

}  // namespace longwire
