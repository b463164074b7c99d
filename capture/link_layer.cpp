// The tcpdump group's link-layer header types (www.tcpdump.org/linktypes.html):
//
//   null  = family(32) payload                  in the byte order of the capturing host; loop: in network order
//   sll   = packet_type(16) hardware(16) address_length(16) address(64) protocol(16) payload
//   sll2  = protocol(16) reserved(16) interface(32) hardware(16) packet_type(8) address_length(8) address(64) payload
//   nflog = family(8) version(8) resource(16) *( length(16) type(16) value pad )
//           length covers itself, type and value; both in the capturing host's byte order; pad to a multiple of 4
//   ipoib = global_route(320) ethertype(16) reserved(16) payload     RFC 4391 section 6 behind InfiniBand's route header
#include "capture/link_layer.h"

#include "capture/ethernet.h"
#include "capture/ip.h"

namespace longwire {
namespace {

Layer by_address_family(std::uint32_t family, const Layer& payload) {
  switch (family) {
    case 2:
      return payload.as(Protocol::ipv4);
    case 10:  // Linux
    case 23:  // Windows
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // Darwin
      return payload.as(Protocol::ipv6);
    default:
      return end_as(Other::address_family);
  }
}

// The protocol field of a cooked header; `hardware` is an ARPHRD_ value. That of a GRE device (778, 823) is GRE's, of the same
// numbers, and GRE's header is gone.
Layer by_cooked_protocol(std::uint16_t protocol, std::uint16_t hardware, const Layer& payload) {
  constexpr std::uint16_t netlink = 824, frame_relay = 770, radiotap = 803;
  if (hardware == radiotap) return payload.as(Protocol::radiotap);
  if (hardware == netlink || hardware == frame_relay) return end_as(Other::sll);
  constexpr std::uint16_t llc = 4, smallest_type = 0x0600;
  if (protocol == llc) return payload.as(Protocol::llc);
  return protocol < smallest_type ? end_as(Other::sll) : as_ethertype(protocol, payload);
}

}  // namespace

Layer as_link_type(LinkType link, const Layer& layer) {
  switch (link) {
    case LinkType::ethernet:
      return layer.as(Protocol::ethernet);
    case LinkType::null:
    case LinkType::loop:
      return layer.as(Protocol::null);
    case LinkType::ppp:
    case LinkType::ppp_hdlc:
      return layer.as(Protocol::ppp);
    case LinkType::ppp_ether:
      return layer.as(Protocol::pppoe);
    case LinkType::ppp_pppd:
    case LinkType::ppp_with_direction:
      return layer.as(Protocol::ppp_with_direction);
    case LinkType::raw:
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
      return layer.as(Protocol::raw_ip);
    case LinkType::ipv4:
      return layer.as(Protocol::ipv4);
    case LinkType::ipv6:
      return layer.as(Protocol::ipv6);
    case LinkType::cisco_hdlc:
      return layer.as(Protocol::cisco_hdlc);
    case LinkType::ieee802_11:
      return layer.as(Protocol::ieee802_11);
    case LinkType::ieee802_11_radiotap:
      return layer.as(Protocol::radiotap);
    case LinkType::ppi:
      return layer.as(Protocol::ppi);
    case LinkType::linux_sll:
      return layer.as(Protocol::linux_sll);
    case LinkType::linux_sll2:
      return layer.as(Protocol::linux_sll2);
    case LinkType::nflog:
      return layer.as(Protocol::nflog);
    case LinkType::ip_over_infiniband:
      return layer.as(Protocol::ip_over_infiniband);
  }
  return end_as(Kind::Family::link_type, static_cast<std::uint16_t>(link));
}

bool is_read(LinkType link) {
  return as_link_type(link, {}).protocol != Protocol::none;
}

Layer link_layer(const Packet& packet) {
  const std::size_t captured = packet.data.size();
  Layer whole{packet.data, 0};
  if (packet.wire_length > captured) whole.cut = static_cast<std::uint32_t>(packet.wire_length - captured);
  if (packet.fcs_length > 0) whole = whole.first(whole.wire_size() - std::min<std::size_t>(packet.fcs_length, whole.wire_size()));
  return as_link_type(packet.link, whole);
}

Layer read_null(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint32_t family = header.u32();
  if (!header.ok()) return walk.too_short(layer, "null.length");
  constexpr std::uint32_t largest_family = 0xffff;  // so a larger number is one read in the wrong byte order
  return by_address_family(family > largest_family ? __builtin_bswap32(family) : family, layer.after(4, Protocol::none));
}

Layer read_raw_ip(const Layer& layer, Walk& walk) {
  if (layer.bytes.empty()) return walk.too_short(layer, "raw.length");
  const Layer ip = as_ip(layer);
  return ip.protocol == Protocol::none ? walk.malformed(layer, "raw.version") : ip;
}

Layer read_linux_sll(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  header.skip(2);
  const std::uint16_t hardware = header.u16();
  header.skip(10);
  const std::uint16_t protocol = header.u16();
  if (!header.ok()) return walk.too_short(layer, "sll.length");
  return by_cooked_protocol(protocol, hardware, layer.after(header.position(), Protocol::none));
}

Layer read_linux_sll2(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint16_t protocol = header.u16();
  header.skip(6);
  const std::uint16_t hardware = header.u16();
  header.skip(10);
  if (!header.ok()) return walk.too_short(layer, "sll2.length");
  return by_cooked_protocol(protocol, hardware, layer.after(header.position(), Protocol::none));
}

Layer read_nflog(const Layer& layer, Walk& walk) {
  constexpr std::uint16_t payload_type = 9;     // NFULA_PAYLOAD, linux/netfilter/nfnetlink_log.h
  constexpr std::uint16_t largest_type = 0xff;  // so a larger number is one read in the wrong byte order
  Cursor attributes(layer.bytes);
  const std::uint8_t family = attributes.u8();
  attributes.skip(3);
  while (attributes.ok() && attributes.left() > 0) {
    const std::size_t start = attributes.position();
    std::uint16_t length = attributes.u16le();
    std::uint16_t type = attributes.u16le();
    if (type > largest_type) {
      length = __builtin_bswap16(length);
      type = __builtin_bswap16(type);
    }
    if (!attributes.ok()) break;
    if (length < 4) return walk.malformed(layer, "nflog.length");
    if (type == payload_type) return by_address_family(family, layer.first(start + length).after(start + 4, Protocol::none));
    attributes.skip(std::min<std::size_t>((length - 4 + 3) / 4 * 4, attributes.left() + layer.cut));
  }
  return attributes.ok() ? end_as(Other::nflog) : walk.too_short(layer, "nflog.length");
}

Layer read_ip_over_infiniband(const Layer& layer, Walk& walk) {
  constexpr std::size_t global_route_bytes = 40;
  Cursor header(layer.bytes);
  header.skip(global_route_bytes);
  const std::uint16_t type = header.u16();
  header.skip(2);
  if (!header.ok()) return walk.too_short(layer, "infiniband.length");
  return as_ethertype(type, layer.after(header.position(), Protocol::none));
}

}  // namespace longwire
