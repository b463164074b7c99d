// RFC 792, RFC 4443 section 3.1:
//
//   unreachable = type(8) code(8) checksum(16) unused(32) quoted      type 3 in ICMP, 1 in ICMPv6
//   quoted      = the front of the packet that could not be delivered, from its IP header on
#include "capture/icmp.h"

namespace longwire {
namespace {

Layer read_error(std::uint8_t unreachable, Protocol quoted, Kind otherwise, const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint8_t type = header.u8();
  const std::uint8_t code = header.u8();
  header.skip(6);
  if (walk.quoted) return end_as(otherwise);
  if (!header.ok()) return layer.bytes.size() >= 4 ? end_as(otherwise) : walk.too_short(layer, "icmp.length");
  if (type != unreachable) return end_as(otherwise);
  walk.quoted = true;
  walk.icmp_type = type;
  walk.icmp_code = code;
  constexpr std::uint32_t not_quoted = 65535;  // octets; the quotation may be shorter than its headers say
  return {layer.bytes.subspan(header.position()), not_quoted, quoted};
}

}  // namespace

Layer read_icmp(const Layer& layer, Walk& walk) {
  return read_error(3, Protocol::ipv4, {Kind::Family::ip_protocol, 1}, layer, walk);
}

Layer read_icmpv6(const Layer& layer, Walk& walk) {
  return read_error(1, Protocol::ipv6, {Kind::Family::ip_protocol, 58}, layer, walk);
}

}  // namespace longwire
