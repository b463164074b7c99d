// Addresses and ports: who talks to whom.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>

#include "capture/bytes.h"

namespace longwire {

// An IPv6 address; an IPv4 address stands as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). Octets in network order.
struct Address {
  std::array<std::uint8_t, 16> octets{};

  // `octets` has 4 or 16 elements; any other size gives the unspecified address.
  static Address from(Bytes octets) {
    Address address;
    if (octets.size() == 4) {
      std::uint32_t ipv4 = 0;
      std::memcpy(&ipv4, octets.data(), sizeof ipv4);
      // In one vector, so that it is stored in one piece: two stores would stall the copies that follow.
      using Vector __attribute__((vector_size(16))) = std::uint64_t;
      address.octets = std::bit_cast<std::array<std::uint8_t, 16>>(Vector{0, std::uint64_t{ipv4} << 32 | 0xffff0000});
    } else if (octets.size() == 16) {
      std::memcpy(address.octets.data(), octets.data(), 16);
    }
    return address;
  }
  bool is_ipv4() const { return std::memcmp(octets.data(), ipv4_prefix, sizeof ipv4_prefix) == 0; }
  std::string to_string() const;  // dotted quad, or RFC 5952 text

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes what the compiler makes of it for a literal
  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  static constexpr std::uint8_t ipv4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
};

struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  std::string to_string() const;  // 192.0.2.1:80, [2001:db8::1]:80

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes what the compiler makes of it for a literal
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// Well mixed, and the same for (a, b) and (b, a).
std::uint32_t connection_hash(const Endpoint& a, const Endpoint& b);

}  // namespace longwire
