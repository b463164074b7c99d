// ICMP and ICMPv6 errors: the packet that they quote.
#pragma once

#include "capture/layer.h"

namespace longwire {

// For a destination-unreachable the way goes on into the quoted packet, with Walk::quoted set; all else ends.
Layer read_icmp(const Layer& layer, Walk& walk);
Layer read_icmpv6(const Layer& layer, Walk& walk);

}  // namespace longwire
