// pcap (draft-ietf-opsawg-pcap; numbers in the byte order that the magic number shows):
//
//   file   = header *record
//   header = magic:u32 major:u16 minor:u16 reserved:u64 snaplen:u32 network:u32 [ixia: length:u32]
//   record = seconds:u32 fraction:u32 captured:u32 wire:u32 [kuznetzov: interface:u32 protocol:u16 kind:u8 pad:u8]
//            captured*octet
//
//   magic  = a1b2c3d4, fraction in microseconds          network = fcs length in 16-bit words, 4 bits
//          | a1b23c4d, fraction in nanoseconds                     0
//          | a1b2cd34, Kuznetzov's patch of 1999                   1 where the fcs length is known
//          | 1c0001ac | 1c0001ab, Ixia                             10 bits of 0, link type of 16 bits
//
// Versions before 2.3 have `wire` before `captured`, and so has DG/UX's 543.0; in 2.3 it is one or the other. AIX
// writes version 2.2 with nanoseconds, and interface types of RFC 1573 for `network`.
#include "capture/pcap_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "capture/error.h"
#include "capture/limits.h"
#include "capture/tick_clock.h"

namespace longwire {
namespace {

constexpr std::size_t file_header_bytes = 24;
constexpr std::size_t record_header_bytes = 16;

constexpr std::uint32_t magic_microseconds = 0xa1b2c3d4;
constexpr std::uint32_t magic_nanoseconds = 0xa1b23c4d;
constexpr std::uint32_t magic_kuznetzov = 0xa1b2cd34;
constexpr std::uint32_t magic_ixia_hardware = 0x1c0001ac;
constexpr std::uint32_t magic_ixia_software = 0x1c0001ab;

constexpr std::uint32_t fcs_length_known = 0x04000000;
constexpr unsigned fcs_length_shift = 28;

// AIX's interface types (RFC 1573), as link types; nothing for what is no interface type.
std::optional<LinkType> aix_link(std::uint32_t network) {
  constexpr LinkType token_ring{6}, fddi{10};
  switch (network) {
    case 6:
      return LinkType::ethernet;
    case 9:
      return token_ring;
    case 15:
      return fddi;
    case 24:
      return LinkType::null;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<PcapMagic> PcapMagic::of(Bytes head) {
  for (ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    OrderedCursor in(head, order);
    switch (in.u32()) {
      case magic_microseconds:
        return PcapMagic{order, false, 0, 0};
      case magic_nanoseconds:
        return PcapMagic{order, true, 0, 0};
      case magic_kuznetzov:
        return PcapMagic{order, false, 0, 8};
      case magic_ixia_hardware:
      case magic_ixia_software:
        return PcapMagic{order, false, 4, 0};
      default:
        break;
    }
  }
  return std::nullopt;
}

Advance PcapFile::header(Bytes window, CaptureLog& log) {
  const std::size_t length = file_header_bytes + magic_.extra_file_header;
  if (window.size() < length) return {0, length};
  OrderedCursor in(window, magic_.order);
  in.skip(4);  // magic
  const std::uint16_t major = in.u16();
  const std::uint16_t minor = in.u16();
  in.skip(8);
  const std::uint32_t snaplen = in.u32();
  const std::uint32_t network = in.u32();
  if (major < 2)
    throw InputError(fmt::format("{}: a pcap file of version {}.{}; only 2.0 and later are known", log.info().path, major, minor));

  fraction_ns_ = magic_.nanoseconds ? 1 : 1000;
  link_ = static_cast<LinkType>(network & 0xffff);
  if ((network & fcs_length_known) != 0) fcs_length_ = static_cast<std::uint8_t>(network >> fcs_length_shift << 1);
  if (major == 543 || (major == 2 && minor < 3)) lengths_ = Lengths::wire_first;
  if (major == 2 && minor == 3) lengths_ = Lengths::larger_is_wire;
  if (const auto aix = aix_link(network); aix && major == 2 && minor == 2) {
    link_ = *aix;
    fraction_ns_ = 1;
  }
  InterfaceInfo interface;
  interface.link = link_;
  interface.snaplen = snaplen;
  log.add_interface(std::move(interface));
  return {length, 0};
}

Advance PcapFile::read(Bytes window, CaptureLog& log) {
  const std::size_t header_bytes = record_header_bytes + magic_.extra_record_header;
  std::size_t used = 0;
  while (!log.full()) {
    OrderedCursor in(window.subspan(used), magic_.order);
    if (in.left() < header_bytes) return {used, header_bytes};
    const std::uint32_t seconds = in.u32();
    const std::uint32_t fraction = in.u32();
    std::uint32_t captured = in.u32();
    std::uint32_t wire = in.u32();
    in.skip(magic_.extra_record_header);
    if (lengths_ == Lengths::wire_first || (lengths_ == Lengths::larger_is_wire && captured > wire)) std::swap(captured, wire);
    if (captured > limits::packet_bytes) {
      log.damage(fmt::format("a packet of {} captured bytes, more than the {} that any has", captured, limits::packet_bytes.value));
      return {used, 0};
    }
    const Bytes data = in.take(captured);
    if (!in.ok()) return {used, in.wanted()};
    if (captured > wire) log.lie(used, fmt::format("a packet of {} captured bytes that had {} on the wire", captured, wire));
    Packet packet;
    packet.at.time = time_of(seconds, std::uint64_t{fraction} * fraction_ns_);
    packet.wire_length = std::max(captured, wire);
    packet.link = link_;
    packet.fcs_length = fcs_length_;
    packet.data = data;
    log.add(packet);
    used += in.position();
  }
  return {used, 0};
}

}  // namespace longwire
