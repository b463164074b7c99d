// Headers that a capture point puts in front of packets: where the way through a packet begins.
#pragma once

#include "capture/layer.h"

namespace longwire {

// The packet's data as what its link type says; ends as that kind for a link type that we do not read.
Layer link_layer(const Packet& packet);
Layer as_link_type(LinkType link, const Layer& layer);
// Whether packets of this link type are read at all.
bool is_read(LinkType link);

Layer read_null(const Layer& layer, Walk& walk);
Layer read_raw_ip(const Layer& layer, Walk& walk);
Layer read_linux_sll(const Layer& layer, Walk& walk);
Layer read_linux_sll2(const Layer& layer, Walk& walk);
Layer read_nflog(const Layer& layer, Walk& walk);
Layer read_ip_over_infiniband(const Layer& layer, Walk& walk);

}  // namespace longwire
