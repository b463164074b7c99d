// Packets of any octets through two decoders: counted once each, the same out of both, never a byte beside the packet.
//
//   input  = *packet
//   packet = link(8) wire(8) length(16) data
//            link: index into the link types below; its top bit puts a frame check sequence of 4 octets behind data
//            wire: octets that were on the wire behind data; the packet comes as many seconds after the one before
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>

#include "capture/decode.h"

namespace longwire {
namespace {

constexpr LinkType links[] = {
    LinkType::ethernet,
    LinkType::null,
    LinkType::ppp,
    LinkType::raw,
    LinkType::ppp_hdlc,
    LinkType::ppp_ether,
    LinkType::cisco_hdlc,
    LinkType::ieee802_11,
    LinkType::loop,
    LinkType::linux_sll,
    LinkType::ieee802_11_radiotap,
    LinkType::ppp_with_direction,
    LinkType::ppi,
    LinkType::ipv4,
    LinkType::ipv6,
    LinkType::nflog,
    LinkType::linux_sll2,
    static_cast<LinkType>(147),
};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

bool equal(Bytes a, Bytes b) {
  return as_text(a) == as_text(b);
}

bool lies_in(Bytes part, Bytes whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool is_held(Bytes part, const Packet& packet, const SegmentBatch& batch) {
  if (lies_in(part, packet.data)) return true;
  for (const auto& datagram : batch.owned)
    if (lies_in(part, datagram)) return true;
  return false;
}

// One packet in an allocation of just its size, so that the sanitizer sees a read beside it.
class Copy {
 public:
  explicit Copy(const Packet& packet) : memory_(std::make_unique<std::uint8_t[]>(packet.data.size())), packet_(packet) {
    std::copy(packet.data.begin(), packet.data.end(), memory_.get());
    packet_.data = {memory_.get(), packet.data.size()};
  }
  const Packet& packet() const { return packet_; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  Packet packet_;
};

void require_same(const SegmentBatch& a, const SegmentBatch& b) {
  require(a.segments.size() == b.segments.size(), "another number of segments");
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    const Segment &x = a.segments[i], &y = b.segments[i];
    require(equal(x.payload, y.payload) && equal(x.options, y.options), "other octets");
    require(x.source == y.source && x.destination == y.destination && x.seq == y.seq && x.ack == y.ack && x.cut == y.cut, "other fields");
  }
}

void decode_twice(const Packet& original, Decoder& plain, Decoder& verifying) {
  const Copy first(original), second(original);
  SegmentBatch one, two;
  plain.decode(first.packet(), one);
  verifying.decode(second.packet(), two);
  require_same(one, two);
  for (const Segment& segment : one.segments) {
    require(is_held(segment.payload, first.packet(), one), "payload beside the packet");
    require(is_held(segment.options, first.packet(), one), "options beside the packet");
    require(segment.hash == connection_hash(segment.destination, segment.source), "hash of one direction");
    parse_tcp_options(segment.options);
  }
  for (const DecodeAnomaly& anomaly : one.anomalies) require(anomaly.offset <= first.packet().data.size(), "anomaly beside the packet");
}

}  // namespace
}  // namespace longwire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwire;
  Decoder plain({}), verifying({.verify_checksums = true});
  Cursor input(Bytes(data, size));
  Packet packet;
  while (input.left() > 0) {
    const std::uint8_t link = input.u8();
    const std::uint8_t wire = input.u8();
    const std::size_t length = input.u16();
    if (!input.ok()) break;
    packet.data = input.take(std::min(length, input.left()));
    packet.link = links[(link & 0x7f) % std::size(links)];
    packet.fcs_length = (link & 0x80) != 0 ? 4 : 0;
    packet.wire_length = static_cast<std::uint32_t>(packet.data.size() + wire);
    packet.at.time += Time{wire} * 1'000'000'000;
    packet.at.frame = ++packet.at.number;
    decode_twice(packet, plain, verifying);
  }
  std::uint64_t counted = 0;
  for (const PacketKind& kind : plain.take_kinds()) counted += kind.packets;
  require(counted == packet.at.number, "a packet not counted once");
  return 0;
}
