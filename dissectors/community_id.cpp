// The hashed text, all in network order (github.com/corelight/community-id-spec, version 1):
//   seed(2) lesser address(4|16) greater address(4|16) protocol(1) 0(1) lesser port(2) greater port(2)
// "Lesser" is the smaller address as bytes; where they are equal, the one with the smaller port.
#include "dissectors/community_id.h"

#include <algorithm>
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

// Base64 (RFC 4648 section 4) by table: libsodium's, made for secrets, takes as long as the SHA-1.
CommunityId::CommunityId(const std::array<std::uint8_t, digest_bytes>& digest) : text_{'1', ':'} {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t begin = 2, sextets = (digest_bytes * 8 + 5) / 6;
  for (std::size_t i = 0; i < base64_chars; ++i) {
    const std::size_t byte = i * 6 / 8, bit = i * 6 % 8;
    const unsigned two = digest[std::min(byte, digest_bytes - 1)] << 8U | (byte + 1 < digest_bytes ? digest[byte + 1] : 0U);
    text_[begin + i] = i < sextets ? letters[two >> (10 - bit) & 63] : '=';
  }
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
