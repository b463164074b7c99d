// RFC 791 section 3.1, RFC 8200 sections 3 and 4, RFC 2675 (jumbograms), RFC 8754 (segment routing), RFC 4302 (AH):
//
//   ipv4     = version(4) header_length(4) service(8) total_length(16) id(16) reserved(1) dont(1) more(1) offset(13)
//              ttl(8) protocol(8) checksum(16) source(32) destination(32) options payload
//              header_length in units of 4 octets, offset in units of 8
//   ipv6     = version(4) class(8) flow(20) payload_length(16) next(8) hop_limit(8) source(128) destination(128)
//   options  = next(8) length(8) data                     (length + 1) * 8 octets: hop-by-hop, destination, mobility ...
//   routing  = next(8) length(8) type(8) segments_left(8) reserved(32) addresses
//   fragment = next(8) reserved(8) offset(13) reserved(2) more(1) id(32)
//   ah       = next(8) length(8) data                     (length + 2) * 4 octets
//
// A total or payload length of 0 is what segmentation offload leaves: the packet then ends where the frame ends.
#include "capture/ip.h"

#include "capture/checksum.h"
#include "capture/ip_fragments.h"

namespace longwire {
namespace {

constexpr std::size_t ipv4_header = 20, ipv6_header = 40, fragment_header = 8;
constexpr std::uint8_t ah_number = 51, tcp_number = 6, hop_by_hop_number = 0;

Protocol protocol_of(std::uint8_t number, bool ipv6) {
  switch (number) {
    case tcp_number:
      return Protocol::tcp;
    case 17:
      return Protocol::udp;
    case 1:
      return Protocol::icmp;
    case 58:
      return Protocol::icmpv6;
    case 4:
      return Protocol::ipv4;
    case 41:
      return Protocol::ipv6;
    case 47:
      return Protocol::gre;
    case ah_number:
      return Protocol::authentication_header;
    case 97:
      return Protocol::ether_ip;
    case 137:  // RFC 4023
      return Protocol::mpls;
    case hop_by_hop_number:
    case 60:   // destination options
    case 135:  // mobility, RFC 6275
    case 139:  // host identity, RFC 7401
    case 140:  // shim6, RFC 5533
      return ipv6 ? Protocol::ipv6_options : Protocol::none;
    case 43:
      return ipv6 ? Protocol::ipv6_routing : Protocol::none;
    case 44:
      return ipv6 ? Protocol::ipv6_fragment : Protocol::none;
    default:
      return Protocol::none;
  }
}

// Inlined, so that no Layer is copied through memory.
[[gnu::always_inline]] inline Layer as_ip_protocol(std::uint8_t number, const Layer& payload, const Walk& walk) {
  const Protocol protocol = protocol_of(number, walk.ipv6);
  return protocol == Protocol::none ? end_as(Kind::Family::ip_protocol, number) : Layer{payload.bytes, payload.cut, protocol};
}

// Takes a fragment's payload in; goes on with the datagram once it is whole, or with the first fragment alone where
// the capture lacks a part of it.
Layer put_together(FragmentKey key, Fragment fragment, std::uint8_t next, const Layer& layer, const Layer& payload, Walk& walk) {
  const Layer waits = end_as(key.ipv6 ? Other::ipv6_fragment : Other::ipv4_fragment);
  if (walk.quoted || payload.cut > 0) return fragment.offset == 0 ? as_ip_protocol(next, payload, walk) : waits;
  FragmentTable::Answer answer = walk.fragments.add(key, fragment, next, walk.packet.at.time);
  if (answer.limit) walk.anomaly(layer, key.ipv6 ? "ipv6.fragment.limit" : "ipv4.fragment.limit");
  if (answer.overlap) walk.anomaly(layer, key.ipv6 ? "ipv6.fragment.overlap" : "ipv4.fragment.overlap");
  if (answer.bad_length) walk.anomaly(layer, key.ipv6 ? "ipv6.fragment.length" : "ipv4.fragment.length");
  if (!answer.whole) return waits;
  walk.out.owned.push_back(std::move(answer.datagram));
  return as_ip_protocol(answer.next, {walk.out.owned.back(), 0}, walk);
}

}  // namespace

Layer read_ipv4(const Layer& layer, Walk& walk) {
  const FixedHeader<ipv4_header> header(layer.bytes);
  if (!header.ok()) return walk.too_short(layer, "ipv4.length");
  const std::uint8_t version_and_length = header.u8<0>();
  std::size_t total = header.u16<2>();
  const std::uint16_t id = header.u16<4>();
  const std::uint16_t fragment = header.u16<6>();
  const std::uint8_t protocol = header.u8<9>();
  if (version_and_length >> 4 != 4) return walk.malformed(layer, "ipv4.version");
  const std::size_t length = std::size_t{version_and_length & 0x0fu} * 4;
  if (length < ipv4_header) return walk.malformed(layer, "ipv4.header_length");
  if (total == 0) total = layer.wire_size();
  if (total < length) return walk.malformed(layer, "ipv4.length");
  if (total > layer.wire_size()) walk.anomaly(layer, "ipv4.length");
  if (length > layer.bytes.size()) return walk.too_short(layer, "ipv4.header_length");
  if (walk.verify_checksums && !walk.quoted && internet_checksum(layer.bytes.first(length)) != 0) walk.anomaly(layer, "ipv4.checksum");

  walk.ipv6 = false;
  walk.source = Address::from(header.bytes<12, 4>());
  walk.destination = Address::from(header.bytes<16, 4>());
  constexpr std::uint16_t more = 0x2000, offset_mask = 0x1fff;
  if ((fragment & (more | offset_mask)) == 0) [[likely]]
    return as_ip_protocol(protocol, layer.between(length, total, Protocol::none), walk);
  const Layer payload = layer.between(length, total, Protocol::none);
  return put_together({walk.source, walk.destination, id, protocol, false},
                      {(fragment & offset_mask) * 8u, (fragment & more) != 0, payload.bytes}, protocol, layer, payload, walk);
}

Layer read_ipv6(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint32_t version = header.u32() >> 28;
  std::size_t length = header.u16();
  const std::uint8_t next = header.u8();
  header.skip(1);
  const Bytes source = header.take(16);
  const Bytes destination = header.take(16);
  if (!header.ok()) return walk.too_short(layer, "ipv6.length");
  if (version != 6) return walk.malformed(layer, "ipv6.version");
  if (length == 0 && (next == tcp_number || next == hop_by_hop_number)) length = layer.wire_size() - ipv6_header;
  if (ipv6_header + length > layer.wire_size()) walk.anomaly(layer, "ipv6.length");

  walk.ipv6 = true;
  walk.source = Address::from(source);
  walk.destination = Address::from(destination);
  return as_ip_protocol(next, layer.between(ipv6_header, ipv6_header + length, Protocol::none), walk);
}

Layer read_ipv6_options(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint8_t next = header.u8();
  const std::size_t length = (header.u8() + std::size_t{1}) * 8;
  if (!header.ok() || length > layer.wire_size()) return walk.too_short(layer, "ipv6.extension");
  return as_ip_protocol(next, layer.after(length, Protocol::none), walk);
}

// While segments are left, the header's destination is only the next hop: the connection's peer is the last address
// of the list (RFC 8200 section 4.4), which segment routing stores first (RFC 8754 section 2).
Layer read_ipv6_routing(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint8_t next = header.u8();
  const std::size_t length = (header.u8() + std::size_t{1}) * 8;
  const std::uint8_t type = header.u8();
  const std::uint8_t segments_left = header.u8();
  header.skip(4);
  if (!header.ok() || length > layer.wire_size()) return walk.too_short(layer, "ipv6.routing");
  constexpr std::uint8_t source_route = 0, mobile = 2, segment_routing = 4;
  if (segments_left > 0 && length >= 24 && length <= layer.bytes.size()) {
    const Bytes addresses = layer.bytes.first(length).subspan(8);
    if (type == source_route || type == mobile) walk.destination = Address::from(addresses.subspan((addresses.size() / 16 - 1) * 16, 16));
    if (type == segment_routing) walk.destination = Address::from(addresses.first(16));
  }
  return as_ip_protocol(next, layer.after(length, Protocol::none), walk);
}

Layer read_ipv6_fragment(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint8_t next = header.u8();
  header.skip(1);
  const std::uint16_t offset_and_more = header.u16();
  const std::uint32_t id = header.u32();
  if (!header.ok()) return walk.too_short(layer, "ipv6.fragment.header");
  const Layer payload = layer.after(fragment_header, Protocol::none);
  const bool more = (offset_and_more & 1) != 0;
  const std::uint32_t offset = offset_and_more & 0xfff8u;
  if (offset == 0 && !more) return as_ip_protocol(next, payload, walk);  // atomic, RFC 6946
  return put_together({walk.source, walk.destination, id, 0, true}, {offset, more, payload.bytes}, next, layer, payload, walk);
}

Layer read_authentication_header(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint8_t next = header.u8();
  const std::size_t length = (header.u8() + std::size_t{2}) * 4;
  if (!header.ok() || length > layer.wire_size()) return walk.too_short(layer, "ah.length");
  return as_ip_protocol(next, layer.after(length, Protocol::none), walk);
}

Layer as_ip(const Layer& layer) {
  const std::uint8_t version = layer.bytes.empty() ? 0 : layer.bytes.front() >> 4;
  if (version == 4) return {layer.bytes, layer.cut, Protocol::ipv4};
  if (version == 6) return {layer.bytes, layer.cut, Protocol::ipv6};
  return end_as(Other::unknown);
}

bool looks_like_ip(const Layer& layer) {
  Cursor header(layer.bytes);
  const std::uint16_t first = header.u16();
  const std::uint16_t second = header.u16();
  const std::uint16_t payload_length = header.u16();
  if (!header.ok()) return false;
  if (layer.protocol == Protocol::ipv4) {
    const std::size_t length = std::size_t{(first >> 8) & 0x0fu} * 4;
    return first >> 12 == 4 && length >= ipv4_header && length <= layer.wire_size() && second <= layer.wire_size() &&
           (second == 0 || second >= length);
  }
  return layer.protocol == Protocol::ipv6 && first >> 12 == 6 && ipv6_header + payload_length <= layer.wire_size();
}

}  // namespace longwire
