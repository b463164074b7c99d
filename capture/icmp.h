// ICMP and ICMPv6 errors: the packet that they quote.
#pragma once

#include <string_view>

#include "capture/layer.h"
#include "capture/segment.h"

namespace longwire {

// For a destination-unreachable the way goes on into the quoted packet, with Walk::quoted set; all else ends.
Layer read_icmp(const Layer& layer, Walk& walk);
Layer read_icmpv6(const Layer& layer, Walk& walk);

// What the error says that quotes this segment, as "host unreachable": a literal.
std::string_view unreachable_name(const Segment& quoted);
// It says that the segment was too big for the path, and so nothing about who it was for.
bool is_too_big(const Segment& quoted);

}  // namespace longwire
