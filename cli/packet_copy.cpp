#include "cli/packet_copy.h"

#include <fmt/format.h>

#include <utility>

#include "capture/error.h"

namespace longwire {

PacketCopy::PacketCopy(const std::string& path, const LiveSource& input) : input_(input), writer_(make(path)) {}

std::unique_ptr<PcapngWriter> PacketCopy::make(const std::string& path) const {
  return std::make_unique<PcapngWriter>(path, "longwire " LONGWIRE_VERSION, input_.captures().back().interfaces);
}

void PacketCopy::write(const PacketBatch& batch) {
  for (const Packet& packet : batch.packets) writer_->write(packet);
}

std::vector<std::string> PacketCopy::each_second() {
  std::vector<std::string> remarks;
  const bool good = writer_->flush();
  if (!failure_.empty()) remarks.push_back(std::exchange(failure_, {}) + "; packets go on into " + writer_->path());
  if (good == told_)
    remarks.push_back(good ? fmt::format("packets are written again; {} are missing in {}", writer_->refused(), writer_->path())
                           : writer_->problem() + "; packets are not written until that is over");
  told_ = !good;
  return remarks;
}

void PacketCopy::begin_next(const std::string& path) {
  try {
    const auto old = std::exchange(writer_, make(path));
    const auto& captures = input_.captures();
    old->finish(captures[captures.size() - 2].interfaces);  // the one that has just ended
  } catch (const OutputError& error) {
    failure_ = error.what();
  }
}

void PacketCopy::finish() {
  writer_->finish(input_.captures().back().interfaces);
}

}  // namespace longwire
