// Point-to-point links: PPP, PPP over Ethernet, Cisco HDLC.
#pragma once

#include "capture/layer.h"

namespace longwire {

Layer read_ppp(const Layer& layer, Walk& walk);
// An IP packet stands in it that can be real.
bool looks_like_ppp(const Layer& layer);
Layer read_ppp_with_direction(const Layer& layer, Walk& walk);
Layer read_pppoe(const Layer& layer, Walk& walk);
Layer read_cisco_hdlc(const Layer& layer, Walk& walk);

}  // namespace longwire
