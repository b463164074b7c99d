// The end of the way that we came for.
#pragma once

#include "capture/layer.h"

namespace longwire {

// Appends the segment to the walk's batch. Inside an ICMP error: the quotation as Segment::Kind::icmp_unreachable.
Layer read_tcp(const Layer& layer, Walk& walk);

}  // namespace longwire
