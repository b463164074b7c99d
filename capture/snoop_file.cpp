// snoop (RFC 1761; numbers in network order):
//
//   file   = "snoop" 00 00 00 version:u32(2) datalink:u32 *record
//   record = wire:u32 captured:u32 record length:u32 cumulative drops:u32 seconds:u32 microseconds:u32
//            captured*octet padding to record length
#include "capture/snoop_file.h"

#include <fmt/format.h>

#include <optional>

#include "capture/error.h"
#include "capture/limits.h"
#include "capture/tick_clock.h"

namespace longwire {
namespace {

constexpr std::string_view magic{"snoop\0\0\0", 8};
constexpr std::size_t file_header_bytes = 16;
constexpr std::size_t record_header_bytes = 24;
constexpr std::uint32_t known_version = 2;

// RFC 1761 section 4, datalink types, and Solaris's own later ones, as link types.
std::optional<LinkType> link_of(std::uint32_t datalink) {
  constexpr LinkType token_ring{6}, fddi{10}, sun_ipnet{226};
  switch (datalink) {
    case 0:  // IEEE 802.3
    case 4:  // Ethernet
      return LinkType::ethernet;
    case 2:
      return token_ring;
    case 5:  // HDLC
      return LinkType::cisco_hdlc;
    case 8:
      return fddi;
    case 26:
      return LinkType::ip_over_infiniband;
    case 31:
      return sun_ipnet;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool SnoopFile::recognizes(Bytes head) {
  return as_text(head).starts_with(magic);
}

Advance SnoopFile::header(Bytes window, CaptureLog& log) {
  Cursor in(window);
  in.skip(magic.size());
  const std::uint32_t version = in.u32();
  const std::uint32_t datalink = in.u32();
  if (!in.ok()) return {0, file_header_bytes};
  if (version != known_version) throw InputError(fmt::format("{}: a snoop file of version {}; only 2 is known", log.info().path, version));
  const std::optional<LinkType> link = link_of(datalink);
  if (!link) throw InputError(fmt::format("{}: a snoop file of datalink type {}, which is not known", log.info().path, datalink));
  link_ = *link;
  InterfaceInfo interface;
  interface.link = link_;
  log.add_interface(std::move(interface));
  return {file_header_bytes, 0};
}

Advance SnoopFile::read(Bytes window, CaptureLog& log) {
  std::size_t used = 0;
  while (!log.full()) {
    Cursor in(window.subspan(used));
    Packet packet;
    packet.wire_length = in.u32();
    const std::uint32_t captured = in.u32();
    const std::uint32_t record = in.u32();
    const std::uint32_t drops = in.u32();
    const std::uint32_t seconds = in.u32();
    const std::uint32_t microseconds = in.u32();
    if (!in.ok()) return {used, record_header_bytes};
    if (captured > limits::packet_bytes || record > limits::capture_block_bytes || record < record_header_bytes + captured) {
      log.damage(fmt::format("a record of {} bytes with {} captured", record, captured));
      return {used, 0};
    }
    packet.data = in.take(captured);
    in.skip(record - record_header_bytes - captured);
    if (!in.ok()) return {used, record};
    packet.at.time = time_of(seconds, std::uint64_t{microseconds} * 1000);
    packet.link = link_;
    log.add(packet);
    log.interface(0).dropped = drops;
    used += record;
  }
  return {used, 0};
}

}  // namespace longwire
