// IPv4 and IPv6 headers, with options and extension headers.
#pragma once

#include "capture/layer.h"

namespace longwire {

Layer read_ipv4(const Layer& layer, Walk& walk);
Layer read_ipv6(const Layer& layer, Walk& walk);
Layer read_ipv6_options(const Layer& layer, Walk& walk);
Layer read_ipv6_routing(const Layer& layer, Walk& walk);
Layer read_ipv6_fragment(const Layer& layer, Walk& walk);
Layer read_authentication_header(const Layer& layer, Walk& walk);

// `layer` as the IP version that its first four bits name; protocol none where they name neither.
Layer as_ip(const Layer& layer);

// Whether an IPv4 or IPv6 layer begins with a header that can be real: for payloads that nothing announces.
bool looks_like_ip(const Layer& layer);

}  // namespace longwire
