// Community ID 1.0: a name for a flow that other tools (Zeek, Suricata, Wireshark) give it too.
#pragma once

#include <array>
#include <string_view>

#include "capture/endpoint.h"

namespace longwire {

// "1:" and the base64 of a SHA-1.
class CommunityId {
 public:
  static constexpr std::size_t digest_bytes = 20;

  explicit CommunityId(const std::array<std::uint8_t, digest_bytes>& digest);
  operator std::string_view() const { return {text_.data(), text_.size()}; }

 private:
  static constexpr std::size_t base64_chars = (digest_bytes + 2) / 3 * 4;
  std::array<char, 2 + base64_chars> text_;
};

// Of a TCP connection, with seed 0; the same for either order.
CommunityId community_id(const Endpoint& a, const Endpoint& b);

}  // namespace longwire
