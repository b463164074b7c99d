#include "capture/endpoint.h"

#include <arpa/inet.h>
#include <fmt/compile.h>

namespace longwire {
namespace {

__extension__ using Wide = unsigned __int128;

// Both halves of the product folded together: every input bit reaches every output bit's neighbourhood in one
// multiplication. The odd constants are digits of pi's and e's fractions: arbitrary, but of mixed bits.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
constexpr std::uint64_t pi_digits = 0x243f6a8885a308d3;
constexpr std::uint64_t e_digits = 0xb7e151628aed2a6b;

std::uint64_t endpoint_hash(const Endpoint& endpoint) {
  std::uint64_t high = 0, low = 0;
  std::memcpy(&high, endpoint.address.octets.data(), sizeof high);
  std::memcpy(&low, endpoint.address.octets.data() + sizeof high, sizeof low);
  return fold(high ^ pi_digits ^ endpoint.port, low ^ e_digits);
}

}  // namespace

std::uint32_t connection_hash(const Endpoint& a, const Endpoint& b) {
  const std::uint64_t mixed = fold((endpoint_hash(a) + endpoint_hash(b)) ^ e_digits, pi_digits);
  return static_cast<std::uint32_t>(mixed >> 32 ^ mixed);
}

std::string Address::to_string() const {
  if (is_ipv4()) return fmt::format(FMT_COMPILE("{}.{}.{}.{}"), octets[12], octets[13], octets[14], octets[15]);
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, octets.data(), text, sizeof text);
  return text;
}

std::string Endpoint::to_string() const {
  return address.is_ipv4() ? fmt::format("{}:{}", address.to_string(), port) : fmt::format("[{}]:{}", address.to_string(), port);
}

}  // namespace longwire
