#include "cli/packet_copy.h"

#include <fmt/format.h>

#include <utility>

#include "capture/error.h"

namespace longwire {

PacketCopy::PacketCopy(const std::string& path, bool rotates, std::time_t now, const LiveSource& input)
    : path_(path), rotates_(rotates), series_(path), input_(input), writer_(make(now)) {}

std::unique_ptr<PcapngWriter> PacketCopy::make(std::time_t now) const {
  return std::make_unique<PcapngWriter>(rotates_ ? series_.next(now) : path_, "longwire " LONGWIRE_VERSION,
                                        input_.captures().back().interfaces);
}

void PacketCopy::write(const PacketBatch& batch) {
  for (const Packet& packet : batch.packets) writer_->write(packet);
}

void PacketCopy::each_second(const std::function<void(const std::string&)>& tell) {
  const bool good = writer_->flush();
  if (!failure_.empty()) tell(std::exchange(failure_, {}) + "; packets go on into " + writer_->path());
  if (good == !told_) return;
  told_ = !good;
  tell(good ? fmt::format("packets are written again; {} are missing in {}", writer_->refused(), writer_->path())
            : writer_->problem() + "; packets are not written until that is over");
}

void PacketCopy::rotate(std::time_t now) {
  try {
    const auto old = std::exchange(writer_, make(now));
    refused_ += old->refused();
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
