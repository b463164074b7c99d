// IEEE 802.3 clause 3.2, 802.1Q clause 9, 802.2 clause 3, RFC 1042 (SNAP), RFC 3032 (MPLS):
//
//   ethernet = destination(48) source(48) type
//   type     = ethertype(16)                      value >= 0x0600
//            / length(16) llc pad                 value <= 1500
//   vlan     = priority(3) drop(1) id(12) type
//   service  = priority(3) flags(5) service(24) ethernet                802.1ah
//   llc      = dsap(8) ssap(8) control(8 or 16)
//   snap     = 0xaa 0xaa 0x03 organisation(24) protocol(16)    in place of llc; organisation 0: an EtherType
//   mpls     = 1*( label(20) class(3) bottom(1) ttl(8) ) payload     bottom = 1 in the last entry
#include "capture/ethernet.h"

#include "capture/ip.h"

namespace longwire {
namespace {

constexpr std::size_t ethernet_header = 14;
constexpr std::uint16_t largest_length = 1500;   // IEEE 802.3 clause 3.2.6
constexpr std::uint16_t smallest_type = 0x0600;  // IEEE 802.3 clause 3.2.6

// `type` is the type or length field that stands in front of `payload`. Inlined, so that no Layer is copied through memory.
[[gnu::always_inline]] inline Layer by_type_or_length(std::uint16_t type, const Layer& payload, const Layer& layer, Walk& walk) {
  if (type >= smallest_type) return as_ethertype(type, payload);
  if (type > largest_length) return walk.malformed(layer, "ethernet.type");
  Layer llc = payload.first(type);
  llc.protocol = Protocol::llc;
  return llc;
}

}  // namespace

Protocol ethertype_protocol(std::uint16_t type) {
  switch (type) {
    case 0x0800:
      return Protocol::ipv4;
    case 0x86dd:
      return Protocol::ipv6;
    case 0x8100:  // 802.1Q
    case 0x88a8:  // 802.1ad
    case 0x9100:  // before 802.1ad
    case 0x9200:
      return Protocol::vlan;
    case 0x8847:
    case 0x8848:
      return Protocol::mpls;
    case 0x8864:
      return Protocol::pppoe;
    case 0x880b:
      return Protocol::ppp;
    case 0x6558:  // transparent Ethernet bridging, RFC 1701
      return Protocol::ethernet;
    case 0x88e7:  // 802.1ah
      return Protocol::service_tag;
    case 0x8870:  // jumbo frames with LLC, draft-ietf-isis-ext-eth
      return Protocol::llc;
    default:
      return Protocol::none;
  }
}

Layer read_ethernet(const Layer& layer, Walk& walk) {
  const FixedHeader<ethernet_header> header(layer.bytes);
  if (!header.ok()) return walk.too_short(layer, "ethernet.length");
  return by_type_or_length(header.u16<12>(), layer.after(ethernet_header, Protocol::none), layer, walk);
}

Layer read_vlan(const Layer& layer, Walk& walk) {
  Cursor tag(layer.bytes);
  const std::uint16_t control = tag.u16();
  const std::uint16_t type = tag.u16();
  if (!tag.ok()) return walk.too_short(layer, "vlan.length");
  const std::uint16_t id = control & 0x0fff;
  if (id != 0) walk.vlan = id;  // 0: priority only (802.1Q clause 9.6)
  return by_type_or_length(type, layer.after(tag.position(), Protocol::none), layer, walk);
}

Layer read_service_tag(const Layer& layer, Walk& walk) {
  constexpr std::size_t tag = 4;
  if (layer.bytes.size() < tag) return walk.too_short(layer, "service_tag.length");
  return layer.after(tag, Protocol::ethernet);
}

Layer read_llc(const Layer& layer, Walk& walk) {
  constexpr std::uint32_t snap = 0xaaaa03, ip = 0x060603, spanning_tree = 0x424203;
  Cursor header(layer.bytes);
  const std::uint32_t head = header.u24();
  if (!header.ok()) return walk.too_short(layer, "llc.length");
  if (head == ip) return layer.after(header.position(), Protocol::ipv4);
  if (head == spanning_tree) return end_as(Other::spanning_tree);
  if (head != snap) return end_as(Other::llc);
  const std::uint32_t organisation = header.u24();
  const std::uint16_t type = header.u16();
  if (!header.ok()) return walk.too_short(layer, "llc.snap");
  constexpr std::uint32_t bridge_tunnel = 0x0000f8;  // IEEE 802.1H: an EtherType that must not be translated
  if (organisation != 0 && organisation != bridge_tunnel) return end_as(Other::llc);
  return as_ethertype(type, layer.after(header.position(), Protocol::none));
}

// MPLS does not say what it carries. RFC 4928 section 3: a first nibble of 4 or 6 is IP, 0 a pseudowire control word
// (RFC 4385), else an Ethernet frame without control word (RFC 4448).
Layer read_mpls(const Layer& layer, Walk& walk) {
  constexpr std::uint32_t bottom_of_stack = 0x100;
  Cursor stack(layer.bytes);
  std::uint32_t entry = 0;
  do {
    entry = stack.u32();
    if (!stack.ok()) return walk.too_short(layer, "mpls.stack");
  } while ((entry & bottom_of_stack) == 0);

  const Layer payload = layer.after(stack.position(), Protocol::ethernet);
  if (const Layer ip = as_ip(payload); looks_like_ip(ip)) return ip;
  constexpr std::size_t control_word = 4;
  if (!payload.bytes.empty() && payload.bytes.front() >> 4 == 0) {
    const Layer behind = payload.after(control_word, Protocol::ethernet);
    if (looks_like_ethernet(behind)) return behind;
  }
  return looks_like_ethernet(payload) ? payload : end_as(Other::mpls);
}

bool looks_like_ethernet(const Layer& layer) {
  Cursor header(layer.bytes);
  header.skip(12);
  const std::uint16_t type = header.u16();
  if (!header.ok()) return false;
  const Layer payload = layer.after(ethernet_header, Protocol::none);
  if (type <= largest_length) return type >= 3 && type <= payload.wire_size();
  const Layer next = as_ethertype(type, payload);
  switch (next.protocol) {
    case Protocol::none:
      return type == 0x0806;  // ARP
    case Protocol::ipv4:
    case Protocol::ipv6:
      return looks_like_ip(next);
    default:
      return true;
  }
}

}  // namespace longwire
