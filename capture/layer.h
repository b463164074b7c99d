// One packet's way through its headers, inside the decoder: what the reader of one header gets and what it answers.
//
// Each reader is a function `Layer read_foo(const Layer&, Walk&)`: it reads the header at the front of the layer and
// answers with the layer behind it, or with the end of the way. decode.cpp calls one after the other; no reader calls
// another, so depth is bounded in one place.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "capture/decode.h"
#include "capture/segment.h"

namespace longwire {

class FragmentTable;

// Whose header stands at the front of a layer.
enum class Protocol : std::uint8_t {
  none,  // the way ends: Layer::kind tells what the packet counts as
  ethernet,
  vlan,
  llc,
  service_tag,
  mpls,
  pppoe,
  ppp,
  ppp_with_direction,
  cisco_hdlc,
  null,
  raw_ip,
  linux_sll,
  linux_sll2,
  nflog,
  ip_over_infiniband,
  ieee802_11,
  ieee802_11_fcs,     // the same with a frame check sequence behind it
  ieee802_11_padded,  // the same with its header padded to a multiple of 4 octets
  ieee802_11_padded_fcs,
  a_msdu,
  radiotap,
  ppi,
  ipv4,
  ipv6,
  ipv6_options,
  ipv6_routing,
  ipv6_fragment,
  authentication_header,
  tcp,
  udp,
  icmp,
  icmpv6,
  gre,
  ether_ip,
  erspan_2,
  erspan_3,
  count,
};
std::string_view protocol_name(Protocol protocol);

// What a packet is counted as: a family and a number within it.
struct Kind {
  enum class Family : std::uint8_t { other, malformed, ip_protocol, ethertype, ppp_protocol, link_type };

  Family family = Family::other;
  std::uint16_t number = 0;  // an Other, a Protocol, or the number that the registry of the family gives

  friend bool operator==(const Kind&, const Kind&) = default;
};

// Kinds that no registry numbers.
enum class Other : std::uint16_t {
  unknown,  // also where there are more kinds than are kept apart
  cut_short,
  nested_too_deep,
  ipv4_fragment,
  ipv6_fragment,
  icmp_unreachable,
  llc,
  spanning_tree,
  address_family,
  ieee802_11_management,
  ieee802_11_control,
  ieee802_11_no_data,
  ieee802_11_encrypted,
  ieee802_11_fragment,
  gre,
  mpls,
  pppoe,
  nflog,
  ppi,
  sll,
  count,
};

// The bytes of a header and everything behind it.
struct Layer {
  Bytes bytes;            // as captured
  std::uint32_t cut = 0;  // bytes that stood behind `bytes` on the wire but were not captured
  Protocol protocol = Protocol::none;
  Kind kind{};  // only where protocol is none

  std::size_t wire_size() const { return bytes.size() + cut; }

  // The same bytes, to be read as `next`.
  Layer as(Protocol next) const { return {bytes, cut, next}; }
  // What stands behind the first `n` bytes; empty where there are fewer.
  Layer after(std::size_t n, Protocol next) const {
    if (n <= bytes.size()) return {bytes.subspan(n), cut, next};
    return {{}, static_cast<std::uint32_t>(wire_size() - std::min(n, wire_size())), next};
  }
  // What stands from `begin` to `end`, as first(end).after(begin), in one step.
  Layer between(std::size_t begin, std::size_t end, Protocol next) const {
    const std::size_t wire_end = std::max(begin, std::min(end, wire_size()));
    const std::size_t captured = std::max(begin, std::min(wire_end, bytes.size()));
    const std::size_t from = std::min(begin, bytes.size());
    return {bytes.subspan(from, std::min(captured, bytes.size()) - from), static_cast<std::uint32_t>(wire_end - captured), next};
  }
  // The first `n` bytes of the wire, or all where there are fewer.
  Layer first(std::size_t n) const {
    if (n <= bytes.size()) return {bytes.first(n), 0, protocol, kind};
    return {bytes, static_cast<std::uint32_t>(std::min(n, wire_size()) - bytes.size()), protocol, kind};
  }
};

inline Layer end_as(Kind kind) {
  return {{}, 0, Protocol::none, kind};
}
inline Layer end_as(Other other) {
  return end_as({Kind::Family::other, static_cast<std::uint16_t>(other)});
}
inline Layer end_as(Kind::Family family, std::uint16_t number) {
  return end_as(Kind{family, number});
}

// What readers of one packet tell one another.
struct Walk {
  const Packet& packet;
  SegmentBatch& out;
  FragmentTable& fragments;
  bool verify_checksums = false;

  Address source{}, destination{};  // of the innermost IP header
  bool ipv6 = false;                // its version
  bool quoted = false;              // inside an ICMP error: lengths may go beyond what is quoted
  std::uint16_t vlan = 0;
  std::uint8_t icmp_type = 0, icmp_code = 0;

  void anomaly(const Layer& layer, std::string_view code) {
    if (quoted) return;
    out.anomalies.push_back(
        {packet.at, code, protocol_name(layer.protocol), static_cast<std::uint32_t>(offset_of(layer.bytes, packet.data))});
  }
  // The header contradicts itself.
  Layer malformed(const Layer& layer, std::string_view code) {
    anomaly(layer, code);
    return end_as(Kind::Family::malformed, static_cast<std::uint16_t>(layer.protocol));
  }
  // There are fewer bytes than the header needs: only malformed where they were not on the wire either.
  Layer too_short(const Layer& layer, std::string_view code) { return layer.cut > 0 ? end_as(Other::cut_short) : malformed(layer, code); }
};

}  // namespace longwire
