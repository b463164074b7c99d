// The pcap format: its classic form and the variants that their magic number tells apart.
#pragma once

#include <optional>

#include "capture/ordered_cursor.h"
#include "capture/packet_reader.h"

namespace longwire {

// What the first four bytes of a pcap file say.
struct PcapMagic {
  ByteOrder order = ByteOrder::big;
  bool nanoseconds = false;
  std::uint8_t extra_file_header = 0;    // bytes behind the classic file header
  std::uint8_t extra_record_header = 0;  // bytes behind the classic record header

  static std::optional<PcapMagic> of(Bytes head);
};

class PcapFile : public PacketReader {
 public:
  explicit PcapFile(PcapMagic magic) : magic_(magic) {}

  std::string_view format() const override { return magic_.nanoseconds ? "pcap-ns" : "pcap"; }
  Advance header(Bytes window, CaptureLog& log) override;
  Advance read(Bytes window, CaptureLog& log) override;

 private:
  // Which of a record's two lengths comes first.
  enum class Lengths : std::uint8_t { captured_first, wire_first, larger_is_wire };

  PcapMagic magic_;
  Lengths lengths_ = Lengths::captured_first;
  std::uint32_t fraction_ns_ = 1000;  // nanoseconds a unit of the record's fraction of a second
  LinkType link_ = LinkType::ethernet;
  std::uint8_t fcs_length_ = 0;
};

}  // namespace longwire
