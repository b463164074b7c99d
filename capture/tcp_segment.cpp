// RFC 9293 section 3.1:
//
//   tcp = source(16) destination(16) sequence(32) acknowledgment(32) data_offset(4) reserved(4) flags(8) window(16)
//         checksum(16) urgent(16) options payload                    data_offset in units of 4 octets
#include "capture/tcp_segment.h"

#include "capture/checksum.h"

namespace longwire {
namespace {

constexpr std::size_t tcp_header = 20;
constexpr std::uint8_t tcp_number = 6;

// Appended to the batch, with what every segment of the packet has. A copy of a constant is cheaper than emplace_back(),
// which would clear the memory first.
Segment& blank_segment(Walk& walk) {
  static constexpr Segment blank;
  Segment& segment = walk.out.segments.emplace_back(blank);
  segment.at = walk.packet.at;
  segment.capture = walk.packet.capture;
  segment.vlan = walk.vlan;
  segment.ipv6 = walk.ipv6;
  segment.near_loss = walk.packet.near_loss;
  return segment;
}

Layer read_quoted(const Layer& layer, Walk& walk) {
  Cursor header(layer.bytes);
  const std::uint16_t source = header.u16();
  const std::uint16_t destination = header.u16();
  if (!header.ok()) return end_as(Other::icmp_unreachable);
  Segment& segment = blank_segment(walk);
  segment.kind = Segment::Kind::icmp_unreachable;
  segment.source = {walk.source, source};
  segment.destination = {walk.destination, destination};
  segment.hash = connection_hash(segment.source, segment.destination);
  segment.seq = header.u32();
  segment.quoted_seq = header.ok();
  segment.icmp_type = walk.icmp_type;
  segment.icmp_code = walk.icmp_code;
  return end_as(Other::icmp_unreachable);
}

}  // namespace

Layer read_tcp(const Layer& layer, Walk& walk) {
  if (walk.quoted) return read_quoted(layer, walk);
  const FixedHeader<tcp_header> header(layer.bytes);
  if (!header.ok()) return walk.too_short(layer, "tcp.length");
  const std::uint16_t offset_and_flags = header.u16<12>();
  const std::size_t length = std::size_t{static_cast<std::uint16_t>(offset_and_flags >> 12)} * 4;
  if (length < tcp_header || length > layer.wire_size()) return walk.malformed(layer, "tcp.header_length");
  const Layer payload = layer.after(length, Protocol::none);

  Segment& segment = blank_segment(walk);
  segment.payload = payload.bytes;
  segment.options = layer.bytes.first(std::min(length, layer.bytes.size())).subspan(tcp_header);
  segment.source = {walk.source, header.u16<0>()};
  segment.destination = {walk.destination, header.u16<2>()};
  segment.hash = connection_hash(segment.source, segment.destination);
  segment.seq = header.u32<4>();
  segment.ack = header.u32<8>();
  segment.cut = payload.cut;
  segment.window = header.u16<14>();
  segment.flags = static_cast<std::uint8_t>(offset_and_flags);
  if (walk.verify_checksums && layer.cut == 0 &&
      transport_checksum(walk.source, walk.destination, walk.ipv6, tcp_number, layer.bytes) != 0) {
    segment.bad_checksum = true;
    walk.anomaly(layer, "tcp.checksum");
  }
  return end_as(Kind::Family::ip_protocol, tcp_number);
}

}  // namespace longwire
