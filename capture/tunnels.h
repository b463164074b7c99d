// Headers that carry whole packets: GRE with ERSPAN, and what runs over UDP (VXLAN, Geneve, GTP-U, L2TP, Teredo, GRE).
#pragma once

#include "capture/layer.h"

namespace longwire {

Layer read_gre(const Layer& layer, Walk& walk);
Layer read_ether_ip(const Layer& layer, Walk& walk);
Layer read_erspan_2(const Layer& layer, Walk& walk);
Layer read_erspan_3(const Layer& layer, Walk& walk);

// A tunnel is believed only where both the port and the header inside say so; all else ends as UDP.
Layer read_udp(const Layer& layer, Walk& walk);

}  // namespace longwire
