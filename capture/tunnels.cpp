// RFC 2784 and 2890 (GRE), RFC 1701 (routing), RFC 2637 (version 1), RFC 7637 (NVGRE), draft-foschiano-erspan:
//
//   gre      = checksum(1) routing(1) key(1) sequence(1) strict(1) recursion(3) acknowledgment(1) flags(4) version(3)
//              protocol(16) [ checksum(16) offset(16) ]         where checksum or routing is set
//              [ key(32) ] [ sequence(32) ] [ acknowledgment(32) ] [ *route ] payload
//   route    = family(16) offset(8) length(8) data              until family and length are 0
//   erspan   = the frame itself (type I: GRE without sequence) / erspan2 / erspan3
//   erspan2  = version(4) vlan(12) class(3) encapsulation(2) truncated(1) session(10) reserved(12) index(20) frame
//   erspan3  = version(4) vlan(12) class(3) bad_short_over(2) truncated(1) session(10) timestamp(32) group(16)
//              frame_only(1) frame_type(5) hardware(6) direction(1) granularity(2) optional(1) [ platform(64) ] frame
//   ether_ip = version(4) reserved(12) frame                     RFC 3378; version 3
//
// RFC 768 (UDP), RFC 7348 (VXLAN), RFC 8926 (Geneve), 3GPP TS 29.281 section 5 (GTP-U), RFC 2661 section 3.1 (L2TP), RFC 4380
// section 5.1 (Teredo):
//
//   udp      = source(16) destination(16) length(16) checksum(16) payload
//   vxlan    = flags(8) reserved(24) network(24) reserved(8) frame                flags 0x08: the network is given
//   geneve   = version(2) options_length(6) control(1) critical(1) reserved(6) protocol(16) network(24) reserved(8)
//              options payload                                                    options_length in units of 4 octets
//   gtpu     = version(3) gtp(1) reserved(1) extension(1) sequence(1) npdu(1) type(8) length(16) endpoint(32)
//              [ sequence(16) npdu(8) next(8) *( length(8) data next(8) ) ] packet      length in units of 4 octets
//   l2tp     = control(1) has_length(1) reserved(2) sequence(1) reserved(1) offset(1) priority(1) reserved(4) version(4)
//              [ length(16) ] tunnel(16) session(16) [ sent(16) received(16) ] [ pad_length(16) pad ] ppp
//   teredo   = [ 0x0001 id_length(8) auth_length(8) id auth nonce(64) confirmation(8) ]
//              [ 0x0000 port(16) address(32) ] ipv6
#include "capture/tunnels.h"

#include "capture/ethernet.h"
#include "capture/ip.h"
#include "capture/ppp.h"

namespace longwire {
namespace {

constexpr Layer nothing = {};

constexpr std::uint16_t vxlan_port = 4789;        // IANA
constexpr std::uint16_t vxlan_linux_port = 8472;  // Linux's default, from before the assignment
constexpr std::uint16_t geneve_port = 6081;       // IANA
constexpr std::uint16_t gtpu_port = 2152;         // IANA
constexpr std::uint16_t l2tp_port = 1701;         // IANA
constexpr std::uint16_t teredo_port = 3544;       // IANA
constexpr std::uint16_t gre_port = 4754;          // IANA, RFC 8086

bool looks_real(const Layer& layer) {
  switch (layer.protocol) {
    case Protocol::ethernet:
      return looks_like_ethernet(layer);
    case Protocol::ipv4:
    case Protocol::ipv6:
      return looks_like_ip(layer);
    case Protocol::ppp:
      return looks_like_ppp(layer);
    default:
      return false;
  }
}

// The payload behind the GRE header at the front of `layer`, as `protocol`; fails through `header`.
struct GreHeader {
  std::uint16_t flags = 0, protocol = 0;
  std::size_t length = 0;  // octets; 0 where cut or contradictory

  static constexpr std::uint16_t checksum = 0x8000, routing = 0x4000, key = 0x2000, sequence = 0x1000, acknowledgment = 0x0080, version = 7;
};
GreHeader parse_gre(Bytes bytes) {
  Cursor header(bytes);
  GreHeader gre;
  gre.flags = header.u16();
  gre.protocol = header.u16();
  const auto has = [&](std::uint16_t flag) { return (gre.flags & flag) != 0; };
  const bool is_version_1 = (gre.flags & GreHeader::version) == 1;
  if (has(GreHeader::checksum | GreHeader::routing)) header.skip(4);
  if (has(GreHeader::key)) header.skip(4);
  if (has(GreHeader::sequence)) header.skip(4);
  if (is_version_1 && has(GreHeader::acknowledgment)) header.skip(4);
  if (has(GreHeader::routing)) {
    std::uint16_t family = 0;
    std::uint8_t length = 0;
    do {
      family = header.u16();
      header.skip(1);
      length = header.u8();
      header.skip(length);
    } while (header.ok() && (family != 0 || length != 0));
  }
  if (header.ok()) gre.length = header.position();
  return gre;
}

Layer by_gre_protocol(const GreHeader& gre, const Layer& layer) {
  constexpr std::uint16_t erspan_1_or_2 = 0x88be, erspan_3 = 0x22eb;
  switch (gre.protocol) {
    case erspan_1_or_2:
      return layer.after(gre.length, (gre.flags & GreHeader::sequence) != 0 ? Protocol::erspan_2 : Protocol::ethernet);
    case erspan_3:
      return layer.after(gre.length, Protocol::erspan_3);
    default:
      return as_ethertype(gre.protocol, layer.after(gre.length, Protocol::none));
  }
}

// A mirrored frame that was truncated before it was sent: what is missing is as little captured as behind a snaplen.
Layer truncated_frame(Layer frame) {
  constexpr std::uint32_t unknown = 65535;  // more than any packet inside claims
  frame.cut += unknown;
  return frame;
}

Layer parse_vxlan(const Layer& payload) {
  constexpr std::uint8_t network_given = 0x08;
  Cursor header(payload.bytes);
  const std::uint8_t flags = header.u8();
  header.skip(7);
  return header.ok() && (flags & network_given) != 0 ? payload.after(header.position(), Protocol::ethernet) : nothing;
}

Layer parse_geneve(const Layer& payload) {
  Cursor header(payload.bytes);
  const std::uint8_t version_and_length = header.u8();
  header.skip(1);
  const std::uint16_t protocol = header.u16();
  header.skip(4 + (version_and_length & 0x3fu) * 4);
  if (!header.ok() || version_and_length >> 6 != 0) return nothing;
  return as_ethertype(protocol, payload.after(header.position(), Protocol::none));
}

Layer parse_gtpu(const Layer& payload) {
  constexpr std::uint8_t version_mask = 0xf0, version_1 = 0x30, optional_mask = 0x07, has_extension = 0x04, packet = 255;
  Cursor header(payload.bytes);
  const std::uint8_t flags = header.u8();
  const std::uint8_t type = header.u8();
  const std::size_t length = header.u16();
  header.skip(4);
  const std::size_t fixed = header.position();
  if (!header.ok() || (flags & version_mask) != version_1 || type != packet) return nothing;
  if ((flags & optional_mask) != 0) {
    header.skip(3);
    std::uint8_t next = header.u8();
    if ((flags & has_extension) == 0) next = 0;
    while (header.ok() && next != 0) {
      const std::size_t units = header.u8();
      if (units == 0) return nothing;
      header.skip(units * 4 - 2);
      next = header.u8();
    }
  }
  if (!header.ok() || fixed + length < header.position()) return nothing;
  return as_ip(payload.first(fixed + length).after(header.position(), Protocol::none));
}

// Data of version 2; control messages carry no packets.
Layer parse_l2tp(const Layer& payload) {
  constexpr std::uint16_t control = 0x8000, has_length = 0x4000, sequence = 0x0800, has_offset = 0x0200, version_mask = 0x000f,
                          version_2 = 2;
  Cursor header(payload.bytes);
  const std::uint16_t flags = header.u16();
  if ((flags & control) != 0 || (flags & version_mask) != version_2) return nothing;
  const std::size_t length = (flags & has_length) != 0 ? header.u16() : payload.wire_size();
  header.skip(4);
  if ((flags & sequence) != 0) header.skip(4);
  if ((flags & has_offset) != 0) header.skip(header.u16());
  if (!header.ok() || length < header.position()) return nothing;
  return payload.first(length).after(header.position(), Protocol::ppp);
}

// One of the addresses is a Teredo client's (2001:0::/32), or both speak of the link (router solicitation).
bool has_teredo_address(Bytes ipv6) {
  Cursor header(ipv6);
  header.skip(8);
  const Bytes source = header.take(16), destination = header.take(16);
  if (!header.ok()) return false;
  const auto is_teredo = [](Bytes address) { return address[0] == 0x20 && address[1] == 0x01 && address[2] == 0 && address[3] == 0; };
  const bool is_link_local = source[0] == 0xfe && (source[1] & 0xc0) == 0x80;
  return is_teredo(source) || is_teredo(destination) || is_link_local;
}

Layer parse_teredo(const Layer& payload) {
  constexpr std::uint16_t authentication = 1, origin = 0;
  Cursor header(payload.bytes);
  std::size_t start = 0;
  std::uint16_t indicator = header.u16();
  if (indicator == authentication) {
    const std::size_t id_length = header.u8();
    const std::size_t value_length = header.u8();
    header.skip(id_length + value_length + 9);
    start = header.position();
    indicator = header.u16();
  }
  if (indicator == origin) start += 8;
  const Layer inner = payload.after(start, Protocol::ipv6);
  return header.ok() && has_teredo_address(inner.bytes) ? inner : nothing;
}

Layer parse_gre_in_udp(const Layer& payload) {
  const GreHeader gre = parse_gre(payload.bytes);
  return gre.length > 0 && (gre.flags & GreHeader::version) == 0 ? by_gre_protocol(gre, payload) : nothing;
}

Layer by_udp_port(std::uint16_t port, const Layer& payload) {
  switch (port) {
    case vxlan_port:
    case vxlan_linux_port:
      return parse_vxlan(payload);
    case geneve_port:
      return parse_geneve(payload);
    case gtpu_port:
      return parse_gtpu(payload);
    case l2tp_port:
      return parse_l2tp(payload);
    case teredo_port:
      return parse_teredo(payload);
    case gre_port:
      return parse_gre_in_udp(payload);
    default:
      return nothing;
  }
}

}  // namespace

Layer read_gre(const Layer& layer, Walk& walk) {
  constexpr std::uint16_t ppp = 0x880b;
  const GreHeader gre = parse_gre(layer.bytes);
  if (gre.length == 0) return walk.too_short(layer, "gre.length");
  const std::uint16_t version = gre.flags & GreHeader::version;
  if (version == 0) return by_gre_protocol(gre, layer);
  if (version != 1) return walk.malformed(layer, "gre.version");
  const Layer payload = layer.after(gre.length, Protocol::ppp);
  return gre.protocol == ppp && payload.wire_size() > 0 ? payload : end_as(Other::gre);
}

Layer read_ether_ip(const Layer& layer, Walk& walk) {
  constexpr std::uint16_t version_3 = 0x3000;
  Cursor header(layer.bytes);
  const std::uint16_t version = header.u16();
  if (!header.ok()) return walk.too_short(layer, "ether_ip.length");
  if (version != version_3) return walk.malformed(layer, "ether_ip.version");
  return layer.after(header.position(), Protocol::ethernet);
}

Layer read_erspan_2(const Layer& layer, Walk& walk) {
  constexpr std::uint16_t truncated = 0x0400;
  Cursor header(layer.bytes);
  const std::uint16_t version_and_vlan = header.u16();
  const std::uint16_t flags = header.u16();
  header.skip(4);
  if (!header.ok()) return walk.too_short(layer, "erspan.length");
  if (version_and_vlan >> 12 != 1) return walk.malformed(layer, "erspan.version");
  const Layer frame = layer.after(header.position(), Protocol::ethernet);
  return (flags & truncated) != 0 ? truncated_frame(frame) : frame;
}

Layer read_erspan_3(const Layer& layer, Walk& walk) {
  constexpr std::uint16_t truncated = 0x0400, has_platform = 0x0001, ethernet_type = 0, ip_type = 2;
  Cursor header(layer.bytes);
  const std::uint16_t version_and_vlan = header.u16();
  const std::uint16_t flags = header.u16();
  header.skip(6);
  const std::uint16_t frame_flags = header.u16();
  if ((frame_flags & has_platform) != 0) header.skip(8);
  if (!header.ok()) return walk.too_short(layer, "erspan.length");
  if (version_and_vlan >> 12 != 2) return walk.malformed(layer, "erspan.version");
  Layer frame = layer.after(header.position(), Protocol::ethernet);
  if ((flags & truncated) != 0) frame = truncated_frame(frame);
  const std::uint16_t frame_type = frame_flags >> 10 & 0x1f;
  if (frame_type == ethernet_type) return frame;
  return frame_type == ip_type ? as_ip(frame) : end_as(Other::gre);
}

Layer read_udp(const Layer& layer, Walk& walk) {
  constexpr std::uint16_t udp_header = 8;
  const Layer udp = end_as(Kind::Family::ip_protocol, 17);
  Cursor header(layer.bytes);
  const std::uint16_t source = header.u16();
  const std::uint16_t destination = header.u16();
  const std::uint16_t length = header.u16();
  header.skip(2);
  if (walk.quoted) return udp;
  if (!header.ok()) return walk.too_short(layer, "udp.length");
  if (length != 0 && length < udp_header) return walk.malformed(layer, "udp.length");
  const Layer payload = (length == 0 ? layer : layer.first(length)).after(udp_header, Protocol::none);
  for (const std::uint16_t port : {destination, source})
    if (const Layer inner = by_udp_port(port, payload); looks_real(inner)) return inner;
  return udp;
}

}  // namespace longwire
