// Addresses and ports: who talks to whom.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "capture/bytes.h"

namespace longwire {

// An IPv6 address; an IPv4 address stands as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). Octets in network order.
struct Address {
  std::array<std::uint8_t, 16> octets{};

  // `octets` has 4 or 16 elements; any other size gives the unspecified address.
  static Address from(Bytes octets);
  bool is_ipv4() const;
  std::string to_string() const;  // dotted quad, or RFC 5952 text

  friend auto operator<=>(const Address&, const Address&) = default;
};

struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  std::string to_string() const;  // 192.0.2.1:80, [2001:db8::1]:80

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace longwire
