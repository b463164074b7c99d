// RFC 1661 section 2, RFC 1662 section 3.1, RFC 2516 section 4, RFC 1547 section 4.3.1:
//
//   ppp       = [ 0xff 0x03 ] protocol payload           address and control may be compressed away
//   protocol  = %b.......0 %b.......1                    16 bits: the first octet even, the second odd
//             / %b.......1                               compressed to its second octet
//   direction = octet(8) ppp                             0: received, else sent (LINKTYPE_PPP_WITH_DIR)
//   pppoe     = version(4) type(4) code(8) session(16) length(16) ppp     code 0 in the session stage
//   chdlc     = address(8) control(8) ethertype(16) payload               address 0x0f unicast, 0x8f multicast
#include "capture/ppp.h"

#include "capture/ethernet.h"
#include "capture/ip.h"

namespace longwire {
namespace {

Layer by_ppp_protocol(std::uint16_t protocol, const Layer& payload) {
  switch (protocol) {
    case 0x0021:
      return payload.as(Protocol::ipv4);
    case 0x0057:
      return payload.as(Protocol::ipv6);
    case 0x0281:
    case 0x0283:
      return payload.as(Protocol::mpls);
    default:
      return end_as(Kind::Family::ppp_protocol, protocol);
  }
}

bool is_cisco_hdlc(Bytes bytes) {
  return bytes.size() >= 2 && (bytes[0] == 0x0f || bytes[0] == 0x8f) && bytes[1] == 0;
}

// The protocol behind address and control, which `header` has passed then.
std::uint16_t take_ppp_protocol(Cursor& header, Bytes bytes) {
  const bool has_address = bytes.size() >= 2 && bytes[0] == 0xff && bytes[1] == 0x03;
  if (has_address) header.skip(2);
  std::uint16_t protocol = header.u8();
  if ((protocol & 1) == 0) protocol = static_cast<std::uint16_t>(protocol << 8 | header.u8());
  return protocol;
}

}  // namespace

bool looks_like_ppp(const Layer& layer) {
  Cursor header(layer.bytes);
  const std::uint16_t protocol = take_ppp_protocol(header, layer.bytes);
  return header.ok() && looks_like_ip(by_ppp_protocol(protocol, layer.after(header.position(), Protocol::none)));
}

Layer read_ppp(const Layer& layer, Walk& walk) {
  // LINKTYPE_PPP_HDLC says so; a compressed protocol field would not be followed by a zero octet.
  if (is_cisco_hdlc(layer.bytes)) return layer.as(Protocol::cisco_hdlc);
  Cursor header(layer.bytes);
  const std::uint16_t protocol = take_ppp_protocol(header, layer.bytes);
  if (!header.ok()) return walk.too_short(layer, "ppp.length");
  if ((protocol & 1) == 0) return walk.malformed(layer, "ppp.protocol");
  return by_ppp_protocol(protocol, layer.after(header.position(), Protocol::none));
}

Layer read_ppp_with_direction(const Layer& layer, Walk& walk) {
  if (layer.bytes.empty()) return walk.too_short(layer, "ppp.length");
  return layer.after(1, Protocol::ppp);
}

Layer read_pppoe(const Layer& layer, Walk& walk) {
  constexpr std::uint8_t version_and_type = 0x11;
  Cursor header(layer.bytes);
  const std::uint8_t version = header.u8();
  const std::uint8_t code = header.u8();
  header.skip(2);
  const std::uint16_t length = header.u16();
  if (!header.ok()) return walk.too_short(layer, "pppoe.length");
  if (version != version_and_type) return walk.malformed(layer, "pppoe.version");
  if (code != 0) return end_as(Other::pppoe);
  return layer.first(header.position() + length).after(header.position(), Protocol::ppp);
}

Layer read_cisco_hdlc(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  header.skip(2);
  const std::uint16_t type = header.u16();
  if (!header.ok()) return walk.too_short(layer, "chdlc.length");
  return as_ethertype(type, layer.after(header.position(), Protocol::none));
}

}  // namespace longwire
