#include "capture/decode.h"

#include <utility>

#include "capture/ethernet.h"
#include "capture/icmp.h"
#include "capture/ieee802_11.h"
#include "capture/ip.h"
#include "capture/ip_fragments.h"
#include "capture/limits.h"
#include "capture/link_layer.h"
#include "capture/packet_kinds.h"
#include "capture/ppp.h"
#include "capture/tcp_segment.h"
#include "capture/tunnels.h"

namespace longwire {
namespace {

Layer read_header(const Layer& layer, Walk& walk) {
  switch (layer.protocol) {
    case Protocol::ethernet:
      return read_ethernet(layer, walk);
    case Protocol::vlan:
      return read_vlan(layer, walk);
    case Protocol::llc:
      return read_llc(layer, walk);
    case Protocol::service_tag:
      return read_service_tag(layer, walk);
    case Protocol::mpls:
      return read_mpls(layer, walk);
    case Protocol::pppoe:
      return read_pppoe(layer, walk);
    case Protocol::ppp:
      return read_ppp(layer, walk);
    case Protocol::ppp_with_direction:
      return read_ppp_with_direction(layer, walk);
    case Protocol::cisco_hdlc:
      return read_cisco_hdlc(layer, walk);
    case Protocol::null:
      return read_null(layer, walk);
    case Protocol::raw_ip:
      return read_raw_ip(layer, walk);
    case Protocol::linux_sll:
      return read_linux_sll(layer, walk);
    case Protocol::linux_sll2:
      return read_linux_sll2(layer, walk);
    case Protocol::nflog:
      return read_nflog(layer, walk);
    case Protocol::ip_over_infiniband:
      return read_ip_over_infiniband(layer, walk);
    case Protocol::ieee802_11:
    case Protocol::ieee802_11_fcs:
    case Protocol::ieee802_11_padded:
    case Protocol::ieee802_11_padded_fcs:
      return read_ieee802_11(layer, walk);
    case Protocol::radiotap:
      return read_radiotap(layer, walk);
    case Protocol::ppi:
      return read_ppi(layer, walk);
    case Protocol::ipv4:
      return read_ipv4(layer, walk);
    case Protocol::ipv6:
      return read_ipv6(layer, walk);
    case Protocol::ipv6_options:
      return read_ipv6_options(layer, walk);
    case Protocol::ipv6_routing:
      return read_ipv6_routing(layer, walk);
    case Protocol::ipv6_fragment:
      return read_ipv6_fragment(layer, walk);
    case Protocol::authentication_header:
      return read_authentication_header(layer, walk);
    case Protocol::tcp:
      return read_tcp(layer, walk);
    case Protocol::udp:
      return read_udp(layer, walk);
    case Protocol::icmp:
      return read_icmp(layer, walk);
    case Protocol::icmpv6:
      return read_icmpv6(layer, walk);
    case Protocol::gre:
      return read_gre(layer, walk);
    case Protocol::ether_ip:
      return read_ether_ip(layer, walk);
    case Protocol::erspan_2:
      return read_erspan_2(layer, walk);
    case Protocol::erspan_3:
      return read_erspan_3(layer, walk);
    case Protocol::a_msdu:
    case Protocol::none:
    case Protocol::count:
      break;
  }
  return end_as(Other::unknown);
}

Kind follow(const Layer& layer, Walk& walk, std::uint64_t depth);

// Each frame goes its own way; the packet counts as TCP where one of them is, else as the first.
Kind follow_aggregated(Layer layer, const Walk& walk, std::uint64_t depth) {
  constexpr Kind tcp{Kind::Family::ip_protocol, 6};
  std::optional<Kind> kind;
  while (const auto frame = read_aggregated_frame(layer)) {
    Walk own = walk;
    const Kind found = follow(frame->payload, own, depth);
    if (!kind || found == tcp) kind = found;
    layer = frame->behind;
  }
  if (kind) return *kind;
  Walk own = walk;
  return own.too_short(layer, "802.11.aggregate").kind;
}

// At most limits::decode_depth deep. Each answer is built where the next reader looks for it: that is why this calls
// itself rather than assigns in a loop.
Kind follow(const Layer& layer, Walk& walk, std::uint64_t depth) {
  if (layer.protocol == Protocol::none) return walk.quoted ? end_as(Other::icmp_unreachable).kind : layer.kind;
  if (depth == limits::decode_depth) {
    walk.anomaly(layer, "decode.limit");
    return end_as(Other::nested_too_deep).kind;
  }
  if (layer.protocol == Protocol::a_msdu) return follow_aggregated(layer, walk, depth + 1);
  return follow(read_header(layer, walk), walk, depth + 1);
}

// Notices where a capture's times go back, which is where its clock was set, or where files were put together in wrong order.
class ClockWatch {
 public:
  bool went_back(const Packet& packet) {
    // Several interfaces' and queues' packets are less than that out of order: the kernel hands them on within milliseconds.
    constexpr Time out_of_order = one_second;
    const bool same = std::exchange(capture_, packet.capture) == packet.capture;
    const Time before = std::exchange(before_, packet.at.time);
    if (!same) told_ = 0;
    if (!same || packet.at.time > before || before - packet.at.time < out_of_order) return false;
    return told_++ < limits::repeated_anomalies;
  }

 private:
  std::uint32_t capture_ = ~0u;
  Time before_ = 0;
  std::uint64_t told_ = 0;
};

}  // namespace

class Decoder::State {
 public:
  explicit State(DecodeOptions chosen) : options(chosen) {}

  const DecodeOptions options;
  FragmentTable fragments;
  PacketKindCounter kinds;
  ClockWatch clock;
};

Decoder::Decoder(DecodeOptions options) : state_(std::make_unique<State>(options)) {}
Decoder::~Decoder() = default;

void Decoder::decode(const Packet& packet, SegmentBatch& out) {
  if (state_->clock.went_back(packet)) out.anomalies.push_back({packet.at, "capture.clock", "capture"});
  Walk walk{packet, out, state_->fragments, state_->options.verify_checksums};
  state_->kinds.count(follow(link_layer(packet), walk, 0), packet.wire_length);
}

std::vector<PacketKind> Decoder::take_kinds() {
  return state_->kinds.take();
}

std::vector<PacketKind> Decoder::kinds() const {
  return state_->kinds.list();
}

}  // namespace longwire
