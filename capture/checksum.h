// The Internet checksum, RFC 1071.
#pragma once

#include <cstdint>

#include "capture/endpoint.h"

namespace longwire {

// Complement of the one's complement sum of `bytes` in 16-bit words. Over a header that holds its own right checksum
// it is 0.
std::uint16_t internet_checksum(Bytes bytes);

// The same over a pseudo header (RFC 9293 section 3.1 for IPv4, RFC 8200 section 8.1 for IPv6) and `bytes` behind it.
std::uint16_t transport_checksum(const Address& source, const Address& destination, bool ipv6, std::uint8_t protocol, Bytes bytes);

}  // namespace longwire
