// Internationalized host names as the network knows them (RFC 5890, as UTS 46 maps them before: what browsers and curl do).
#pragma once

#include <string>
#include <string_view>

namespace longwire {

// The A-labels of a host in UTF-8, or in that percent-encoded (RFC 3986 section 3.2.2): xn--bcher-kva.example of bücher.example.
// A host in ASCII, and what is no name, stays as it is.
std::string as_a_labels(std::string_view host);

}  // namespace longwire
