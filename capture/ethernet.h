// IEEE 802 headers: Ethernet, VLAN tags, LLC and SNAP, and what their EtherTypes carry (MPLS).
#pragma once

#include "capture/layer.h"

namespace longwire {

Layer read_ethernet(const Layer& layer, Walk& walk);
Layer read_vlan(const Layer& layer, Walk& walk);
Layer read_llc(const Layer& layer, Walk& walk);
Layer read_mpls(const Layer& layer, Walk& walk);

// `payload` as what `type` says it is; ends as that kind where we do not read it.
Layer as_ethertype(std::uint16_t type, const Layer& payload);

// Whether `layer` begins with an Ethernet or IP header that can be real: for payloads that nothing announces.
bool looks_like_ethernet(const Layer& layer);

}  // namespace longwire
