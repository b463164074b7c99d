#include "capture/packet_reader.h"

#include "capture/pcap_file.h"
#include "capture/pcapng_file.h"
#include "capture/snoop_file.h"

namespace longwire {

std::unique_ptr<PacketReader> PacketReader::for_file(Bytes head) {
  if (std::optional<PcapMagic> magic = PcapMagic::of(head)) return std::make_unique<PcapFile>(*magic);
  if (PcapngFile::recognizes(head)) return std::make_unique<PcapngFile>();
  if (SnoopFile::recognizes(head)) return std::make_unique<SnoopFile>();
  return nullptr;
}

}  // namespace longwire
