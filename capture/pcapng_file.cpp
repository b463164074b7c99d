// pcapng (draft-ietf-opsawg-pcapng; numbers in the byte order of the section):
//
//   file    = 1*section
//   section = section-header *block
//   block   = type:u32 length:u32 body length:u32             length counts the whole block, a multiple of 4
//   options = *(code:u16 length:u16 value padding to 4) [0:u16 0:u16]
//
//   section-header        0a0d0d0a   1a2b3c4d:u32 major:u16 minor:u16 section length:u64 options
//   interface-description        1   link:u16 reserved:u16 snaplen:u32 options
//   old-packet                   2   interface:u16 drops:u16 ticks:u64 captured:u32 wire:u32 data padding options
//   simple-packet                3   wire:u32 data padding
//   interface-statistics         5   interface:u32 ticks:u64 options
//   enhanced-packet              6   interface:u32 ticks:u64 captured:u32 wire:u32 data padding options
//   decryption-secrets           a   type:u32 length:u32 data padding options
//
// Ticks are two u32, the high one first, in either byte order. Other blocks are skipped; some of them are numbered
// as frames by other tools, and so they are here: custom blocks, systemd journal entries, system call events.
#include "capture/pcapng_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "capture/error.h"
#include "capture/limits.h"
#include "capture/pcapng_block.h"

namespace longwire {
namespace {

using namespace pcapng;  // this file reads nothing else

constexpr std::uint16_t known_major = 1;
constexpr std::size_t block_head_bytes = 8;  // type and length
constexpr std::size_t least_block_bytes = 12;
constexpr std::size_t section_magic_end = 12;  // a section header's bytes up to and with its byte-order magic

std::uint64_t read_ticks(OrderedCursor& in) {
  const std::uint64_t high = in.u32();
  return high << 32 | in.u32();
}

constexpr const char* option_overrun = "an option runs over the end of its block";
constexpr const char* block_too_short = "a block shorter than its fields";

std::string text_of(OrderedCursor value) {
  return std::string(as_text(value.take(std::min<std::size_t>(value.left(), limits::pcapng_text_bytes))));
}

// The draft has said bits and octets; writers use both. No FCS has 8 octets, and none fewer than 16 bits.
std::uint8_t fcs_octets(std::uint8_t value) {
  return static_cast<std::uint8_t>(value >= 8 ? value / 8 : value);
}

std::optional<ByteOrder> order_of(Bytes section_header) {
  for (ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    OrderedCursor in(section_header, order);
    in.skip(block_head_bytes);
    if (in.u32() == byte_order_magic) return order;
  }
  return std::nullopt;
}

}  // namespace

bool PcapngFile::recognizes(Bytes head) {
  return Cursor(head).u32() == block_type::section_header;
}

Advance PcapngFile::header(Bytes window, CaptureLog& log) {
  if (window.size() < section_magic_end) return {0, section_magic_end};
  if (!order_of(window)) throw InputError(fmt::format("{}: begins like pcapng, but has no byte-order magic", log.info().path));
  return {0, 0};
}

Advance PcapngFile::read(Bytes window, CaptureLog& log) {
  std::size_t used = 0;
  while (!log.full()) {
    const Bytes left = window.subspan(used);
    OrderedCursor head(left, order_);
    const std::uint32_t type = head.u32();
    if (left.size() >= block_head_bytes && type == block_type::section_header) {
      if (left.size() < section_magic_end) return {used, section_magic_end};
      const std::optional<ByteOrder> order = order_of(left);
      if (!order) {
        log.damage("a section header without byte-order magic");
        return {used, 0};
      }
      order_ = *order;
      head = OrderedCursor(left, order_);
      head.skip(4);
    }
    const std::uint32_t length = head.u32();
    if (!head.ok()) return {used, block_head_bytes};
    if (length < least_block_bytes || length % 4 != 0 || length > limits::capture_block_bytes) {
      log.damage(fmt::format("a block of type {:#x} with the length {}", type, length));
      return {used, 0};
    }
    const Bytes body = head.take(length - least_block_bytes);
    const std::uint32_t trailer = head.u32();
    if (!head.ok()) return {used, length};
    if (trailer != length) {
      log.damage(fmt::format("a block of type {:#x} whose two lengths, {} and {}, differ", type, length, trailer));
      return {used, 0};
    }
    block_at_ = used;
    if (Fault fault = block(type, body, log); !fault.empty()) {
      log.damage(std::move(fault));
      return {used, 0};
    }
    used += length;
  }
  return {used, 0};
}

PcapngFile::Fault PcapngFile::block(std::uint32_t type, Bytes body, CaptureLog& log) {
  switch (type) {
    case block_type::section_header:
      return section_header(body);
    case block_type::interface_description:
      return interface_description(body, log);
    case block_type::old_packet:
      return old_packet(body, log);
    case block_type::simple_packet:
      return simple_packet(body, log);
    case block_type::interface_statistics:
      return interface_statistics(body, log);
    case block_type::enhanced_packet:
      return enhanced_packet(body, log);
    case block_type::decryption_secrets:
      return decryption_secrets(body, log);
    default:
      if (numbered_as_frame(type)) log.add_other_frame();
      return {};
  }
}

PcapngFile::Fault PcapngFile::section_header(Bytes body) {
  OrderedCursor in(body, order_);
  in.skip(4);  // byte-order magic
  const std::uint16_t major = in.u16();
  const std::uint16_t minor = in.u16();
  in.skip(8);  // section length: blocks tell where they end
  if (!in.ok()) return block_too_short;
  if (!each_option(in, order_, [](std::uint16_t, OrderedCursor) {})) return option_overrun;
  if (major != known_major) return fmt::format("a section of pcapng version {}.{}; only 1 is known", major, minor);
  interfaces_.clear();
  return {};
}

PcapngFile::Fault PcapngFile::interface_description(Bytes body, CaptureLog& log) {
  OrderedCursor in(body, order_);
  InterfaceInfo info;
  info.link = static_cast<LinkType>(in.u16());
  in.skip(2);
  info.snaplen = in.u32();
  if (!in.ok()) return block_too_short;
  std::uint8_t resolution = 6;  // microseconds where if_tsresol is absent
  std::int64_t offset_seconds = 0;
  std::uint8_t fcs_length = 0;
  const bool whole = each_option(in, order_, [&](std::uint16_t code, OrderedCursor value) {
    if (code == option_code::if_name) info.name = text_of(value);
    if (code == option_code::if_description) info.description = text_of(value);
    if (code == option_code::if_tsresol && value.left() > 0) resolution = value.u8();
    if (code == option_code::if_fcslen) fcs_length = fcs_octets(value.u8());
    if (code == option_code::if_tsoffset) offset_seconds = static_cast<std::int64_t>(value.u64());
    if (code == option_code::if_filter && value.u8() == 0) info.filter = text_of(value);  // 0: in words; else as BPF code
  });
  if (!whole) return option_overrun;
  if (log.info().interfaces.size() >= limits::pcapng_interfaces) return "more interfaces than are kept";

  Interface interface;
  interface.link = info.link;
  interface.snaplen = info.snaplen;
  interface.fcs_length = fcs_length;
  interface.clock = TickClock(resolution, offset_seconds);
  interface.number = log.add_interface(std::move(info));
  interfaces_.push_back(interface);
  return {};
}

PcapngFile::Fault PcapngFile::enhanced_packet(Bytes body, CaptureLog& log) {
  OrderedCursor in(body, order_);
  PacketFields fields;
  fields.interface = in.u32();
  fields.ticks = read_ticks(in);
  fields.captured = in.u32();
  fields.wire = in.u32();
  return packet(fields, in, log);
}

PcapngFile::Fault PcapngFile::old_packet(Bytes body, CaptureLog& log) {
  OrderedCursor in(body, order_);
  PacketFields fields;
  fields.interface = in.u16();
  in.skip(2);  // drops
  fields.ticks = read_ticks(in);
  fields.captured = in.u32();
  fields.wire = in.u32();
  return packet(fields, in, log);
}

PcapngFile::Fault PcapngFile::packet(const PacketFields& fields, OrderedCursor& in, CaptureLog& log) {
  if (!in.ok()) return block_too_short;
  if (fields.interface >= interfaces_.size()) {
    return fmt::format("a packet of interface {}, where {} are described", fields.interface, interfaces_.size());
  }
  if (fields.captured > in.left())
    return fmt::format("a packet of {} captured bytes in a block with room for {}", fields.captured, in.left());
  if (fields.captured > limits::packet_bytes) {
    return fmt::format("a packet of {} captured bytes, more than the {} that any has", fields.captured, limits::packet_bytes.value);
  }
  const Interface& interface = interfaces_[fields.interface];
  Packet packet;
  packet.data = in.take(fields.captured);
  packet.fcs_length = interface.fcs_length;
  in.skip(padding(fields.captured));
  const bool whole = each_option(in, order_, [&packet](std::uint16_t code, OrderedCursor value) {
    if (code != option_code::epb_flags) return;
    // Bits 5 to 8: length of the FCS in octets, 0 = not known.
    if (const std::uint32_t octets = value.u32() >> 5 & 0xf; octets != 0) packet.fcs_length = static_cast<std::uint8_t>(octets);
  });
  if (!whole) return option_overrun;
  if (fields.captured > fields.wire)
    log.lie(block_at_, fmt::format("a packet of {} captured bytes that had {} on the wire", fields.captured, fields.wire));
  packet.at.time = interface.clock.at(fields.ticks);
  packet.interface = interface.number;
  packet.wire_length = std::max(fields.captured, fields.wire);
  packet.link = interface.link;
  log.add(packet);
  return {};
}

// Of the section's first interface; its time is not told: it is taken to be that of the packet before it.
PcapngFile::Fault PcapngFile::simple_packet(Bytes body, CaptureLog& log) {
  OrderedCursor in(body, order_);
  Packet packet;
  packet.wire_length = in.u32();
  if (!in.ok()) return block_too_short;
  if (interfaces_.empty()) return "a packet of interface 0, where none is described";
  const Interface& interface = interfaces_.front();
  std::size_t captured = packet.wire_length;
  if (interface.snaplen != 0) captured = std::min<std::size_t>(captured, interface.snaplen);
  if (captured > in.left()) return fmt::format("a packet of {} captured bytes in a block with room for {}", captured, in.left());
  if (captured > limits::packet_bytes) {
    return fmt::format("a packet of {} captured bytes, more than the {} that any has", captured, limits::packet_bytes.value);
  }
  packet.data = in.take(captured);
  packet.at.time = log.last_time();
  packet.interface = interface.number;
  packet.link = interface.link;
  packet.fcs_length = interface.fcs_length;
  log.add(packet);
  return {};
}

PcapngFile::Fault PcapngFile::interface_statistics(Bytes body, CaptureLog& log) {
  OrderedCursor in(body, order_);
  const std::uint32_t number = in.u32();
  in.skip(8);  // ticks
  if (!in.ok()) return block_too_short;
  if (number >= interfaces_.size()) return {};
  InterfaceInfo& interface = log.interface(interfaces_[number].number);
  std::optional<std::uint64_t> dropped;  // by the interface, and by the system behind it
  const bool whole = each_option(in, order_, [&](std::uint16_t code, OrderedCursor value) {
    if (value.left() != sizeof(std::uint64_t)) return;
    if (code == option_code::isb_ifrecv) interface.received = value.u64();
    if (code == option_code::isb_ifdrop || code == option_code::isb_osdrop) dropped = dropped.value_or(0) + value.u64();
  });
  if (dropped) interface.dropped = dropped;
  return whole ? Fault{} : Fault{option_overrun};
}

PcapngFile::Fault PcapngFile::decryption_secrets(Bytes body, CaptureLog& log) {
  OrderedCursor in(body, order_);
  const std::uint32_t type = in.u32();
  const Bytes data = in.take(in.u32());
  if (!in.ok()) return "secrets longer than their block";
  log.add_secrets(type, data);
  return {};
}

}  // namespace longwire
