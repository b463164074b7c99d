// IEEE 802 headers: Ethernet, VLAN tags, LLC and SNAP, and what their EtherTypes carry (MPLS).
#pragma once

#include "capture/layer.h"

namespace longwire {

Layer read_ethernet(const Layer& layer, Walk& walk);
Layer read_vlan(const Layer& layer, Walk& walk);
Layer read_llc(const Layer& layer, Walk& walk);
Layer read_service_tag(const Layer& layer, Walk& walk);
Layer read_mpls(const Layer& layer, Walk& walk);

// The protocol that an EtherType names; none where we do not read it.
Protocol ethertype_protocol(std::uint16_t type);

// `payload` as what `type` says it is; ends as that kind where we do not read it.
inline Layer as_ethertype(std::uint16_t type, const Layer& payload) {
  const Protocol protocol = ethertype_protocol(type);
  return protocol == Protocol::none ? end_as(Kind::Family::ethertype, type) : Layer{payload.bytes, payload.cut, protocol};
}

// Whether `layer` begins with an Ethernet or IP header that can be real: for payloads that nothing announces.
bool looks_like_ethernet(const Layer& layer);

}  // namespace longwire
