// The hashed text, all in network order (github.com/corelight/community-id-spec, version 1):
//   seed(2) lesser address(4|16) greater address(4|16) protocol(1) 0(1) lesser port(2) greater port(2)
// "Lesser" is the smaller address as bytes; where they are equal, the one with the smaller port.
#include "dissectors/community_id.h"

#include <sodium.h>

#include <boost/uuid/detail/sha1.hpp>
#include <utility>

namespace longwire {
namespace {

constexpr std::uint8_t tcp = 6;  // IANA protocol numbers

void add_port(boost::uuids::detail::sha1& hash, std::uint16_t port) {
  hash.process_byte(static_cast<unsigned char>(port >> 8));
  hash.process_byte(static_cast<unsigned char>(port & 0xff));
}

void add_address(boost::uuids::detail::sha1& hash, const Address& address) {
  const Bytes octets(address.octets);
  const Bytes sent = address.is_ipv4() ? octets.last(4) : octets;
  hash.process_bytes(sent.data(), sent.size());
}

}  // namespace

CommunityId::CommunityId(const std::array<std::uint8_t, digest_bytes>& digest) : text_{'1', ':'} {
  sodium_bin2base64(text_.data() + 2, text_.size() - 2, digest.data(), digest.size(), sodium_base64_VARIANT_ORIGINAL);
}

CommunityId community_id(const Endpoint& a, const Endpoint& b) {
  const Endpoint& lesser = a < b ? a : b;
  const Endpoint& greater = a < b ? b : a;
  boost::uuids::detail::sha1 hash;
  hash.process_byte(0);  // seed
  hash.process_byte(0);
  add_address(hash, lesser.address);
  add_address(hash, greater.address);
  hash.process_byte(tcp);
  hash.process_byte(0);
  add_port(hash, lesser.port);
  add_port(hash, greater.port);
  boost::uuids::detail::sha1::digest_type words;
  hash.get_digest(words);
  std::array<std::uint8_t, CommunityId::digest_bytes> digest;
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - i % 4 * 8));
  return CommunityId(digest);
}

}  // namespace longwire
