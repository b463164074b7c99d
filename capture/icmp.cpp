// RFC 792, RFC 4443 section 3.1:
//
//   unreachable = type(8) code(8) checksum(16) unused(32) quoted      type 3 in ICMP, 1 in ICMPv6
//   quoted      = the front of the packet that could not be delivered: its IP header, and 64 bits at least behind it
#include "capture/icmp.h"

#include <algorithm>
#include <iterator>

namespace longwire {
namespace {

// Octets of a quotation that the RFC asks for.
std::size_t least_quotation(Protocol ip, Bytes quotation) {
  constexpr std::size_t ipv6_header = 40, ipv4_header = 20, behind_header = 8;
  if (ip == Protocol::ipv6) return ipv6_header + behind_header;
  const std::size_t header = quotation.empty() ? ipv4_header : std::size_t{Cursor(quotation).u8()} % 16 * 4;
  return std::max(header, ipv4_header) + behind_header;
}

Layer read_error(std::uint8_t unreachable, Protocol quoted, Kind otherwise, const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint8_t type = header.u8();
  const std::uint8_t code = header.u8();
  header.skip(6);
  if (walk.quoted) return end_as(otherwise);
  if (!header.ok()) return layer.bytes.size() >= 4 ? end_as(otherwise) : walk.too_short(layer, "icmp.length");
  if (type != unreachable) return end_as(otherwise);
  const Bytes quotation = layer.bytes.subspan(header.position());
  if (quotation.size() + layer.cut < least_quotation(quoted, quotation)) walk.anomaly(layer, "icmp.quotation");
  walk.quoted = true;
  walk.icmp_type = type;
  walk.icmp_code = code;
  constexpr std::uint32_t not_quoted = 65535;  // octets; the quotation may be shorter than its headers say
  return {quotation, not_quoted, quoted};
}

}  // namespace

Layer read_icmp(const Layer& layer, Walk& walk) {
  return read_error(3, Protocol::ipv4, {Kind::Family::ip_protocol, 1}, layer, walk);
}

Layer read_icmpv6(const Layer& layer, Walk& walk) {
  return read_error(1, Protocol::ipv6, {Kind::Family::ip_protocol, 58}, layer, walk);
}

// By code: RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1; RFC 4443 section 3.1.
std::string_view unreachable_name(const Segment& quoted) {
  constexpr std::string_view v4[] = {"net unreachable",
                                     "host unreachable",
                                     "protocol unreachable",
                                     "port unreachable",
                                     "fragmentation needed",
                                     "source route failed",
                                     "net unknown",
                                     "host unknown",
                                     "source host isolated",
                                     "net prohibited",
                                     "host prohibited",
                                     "net unreachable for service",
                                     "host unreachable for service",
                                     "administratively prohibited",
                                     "precedence violation",
                                     "precedence cutoff"};
  constexpr std::string_view v6[] = {
      "no route",      "administratively prohibited", "beyond scope", "address unreachable", "port unreachable", "source policy",
      "route rejected"};
  if (quoted.ipv6) return quoted.icmp_code < std::size(v6) ? v6[quoted.icmp_code] : "unreachable";
  return quoted.icmp_code < std::size(v4) ? v4[quoted.icmp_code] : "unreachable";
}

bool is_too_big(const Segment& quoted) {
  constexpr std::uint8_t fragmentation_needed = 4;  // RFC 1191
  return !quoted.ipv6 && quoted.icmp_code == fragmentation_needed;
}

}  // namespace longwire
