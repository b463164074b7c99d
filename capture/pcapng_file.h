// The pcapng format.
#pragma once

#include <optional>
#include <vector>

#include "capture/ordered_cursor.h"
#include "capture/packet_reader.h"
#include "capture/tick_clock.h"

namespace longwire {

class PcapngFile : public PacketReader {
 public:
  static bool recognizes(Bytes head);

  std::string_view format() const override { return "pcapng"; }
  Advance header(Bytes window, CaptureLog& log) override;
  Advance read(Bytes window, CaptureLog& log) override;

 private:
  // An interface of the section being read.
  struct Interface {
    std::uint32_t number = 0;  // in the file, over all sections
    LinkType link = LinkType::ethernet;
    std::uint32_t snaplen = 0;
    std::uint8_t fcs_length = 0;
    TickClock clock;
  };
  // What is common to the packets of all three kinds of block.
  struct PacketFields {
    std::uint32_t interface = 0;
    std::uint64_t ticks = 0;
    std::uint32_t captured = 0;
    std::uint32_t wire = 0;
  };
  // What is wrong with a block; empty = nothing.
  using Fault = std::string;

  // Each reads one block's body: what stands between its two lengths.
  Fault block(std::uint32_t type, Bytes body, CaptureLog& log);
  Fault section_header(Bytes body);
  Fault interface_description(Bytes body, CaptureLog& log);
  Fault enhanced_packet(Bytes body, CaptureLog& log);
  Fault simple_packet(Bytes body, CaptureLog& log);
  Fault old_packet(Bytes body, CaptureLog& log);
  Fault interface_statistics(Bytes body, CaptureLog& log);
  Fault decryption_secrets(Bytes body, CaptureLog& log);

  // Data and options of an enhanced or an old packet block.
  Fault packet(const PacketFields& fields, OrderedCursor& in, CaptureLog& log);

  ByteOrder order_ = ByteOrder::little;
  std::vector<Interface> interfaces_;
  std::size_t block_at_ = 0;  // of the block being read, in the window
};

}  // namespace longwire
