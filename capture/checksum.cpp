#include "capture/checksum.h"

namespace longwire {
namespace {

// Not folded yet: 64 bits hold the sum of more words than a packet has.
std::uint64_t sum_of(Bytes bytes) {
  Cursor words(bytes);
  std::uint64_t sum = 0;
  while (words.left() >= 4) {
    const std::uint32_t two = words.u32();
    sum += (two >> 16) + (two & 0xffff);
  }
  if (words.left() >= 2) sum += words.u16();
  if (words.left() == 1) sum += std::uint64_t{words.u8()} << 8;  // padded with a zero octet
  return sum;
}

std::uint16_t folded(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

std::uint16_t internet_checksum(Bytes bytes) {
  return folded(sum_of(bytes));
}

std::uint16_t transport_checksum(const Address& source, const Address& destination, bool ipv6, std::uint8_t protocol, Bytes bytes) {
  const std::size_t skipped = ipv6 ? 0 : 12;  // an IPv4 address stands in the last four octets
  const auto address_sum = [&](const Address& address) { return sum_of(Bytes(address.octets).subspan(skipped)); };
  const std::uint64_t length = (bytes.size() >> 16) + (bytes.size() & 0xffff);
  return folded(address_sum(source) + address_sum(destination) + protocol + length + sum_of(bytes));
}

}  // namespace longwire
