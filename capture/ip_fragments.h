// Datagrams on their way to being put together from fragments: RFC 791 section 3.2, RFC 8200 section 4.5, RFC 5722.
//
// Owned by the decoder. Bounded by limits::ip_fragment_*: the oldest datagram is given up first, and each is after its
// time. Where IPv4 fragments overlap the first copy of a byte wins; an IPv6 datagram with an overlap is dropped whole.
// An exact repetition of a fragment is no overlap.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "capture/endpoint.h"
#include "capture/packet.h"

namespace longwire {

// What fragments of one datagram have in common.
struct FragmentKey {
  Address source, destination;
  std::uint32_t id = 0;
  std::uint8_t protocol = 0;  // 0 for IPv6, whose fragments may name different ones
  bool ipv6 = false;

  friend bool operator==(const FragmentKey&, const FragmentKey&) = default;
};

struct Fragment {
  std::uint32_t offset = 0;  // octets
  bool more = false;
  Bytes payload;
};

class FragmentTable {
 public:
  struct Answer {
    bool whole = false;                  // `datagram` is complete, its first fragment named `next`
    bool overlap = false;                // with other bytes than before, or at other edges
    bool bad_length = false;             // fragment dropped: not a multiple of 8, or beyond the datagram's end
    bool limit = false;                  // a datagram was given up
    std::uint8_t next = 0;               // protocol number
    std::vector<std::uint8_t> datagram;  // payload only
  };

  Answer add(const FragmentKey& key, const Fragment& fragment, std::uint8_t next, Time now);

  std::size_t size() const { return by_age_.size(); }

 private:
  struct Piece {
    std::uint32_t offset = 0;
    std::vector<std::uint8_t> bytes;

    std::uint32_t end() const { return offset + static_cast<std::uint32_t>(bytes.size()); }
  };
  struct Datagram {
    FragmentKey key;
    Time first_seen = 0;
    std::vector<Piece> pieces;  // by offset, without overlap
    std::optional<std::uint32_t> length;
    std::uint32_t held = 0;  // octets in pieces
    std::uint8_t next = 0;
    bool dropped = false;  // swallows what still comes
  };
  struct Hash {
    std::size_t operator()(const FragmentKey& key) const;
  };

  Datagram& datagram_of(const FragmentKey& key, Time now, Answer& answer);
  void forget_oldest();
  static void insert(Datagram& datagram, const Fragment& fragment, Answer& answer);
  static bool repeats(const Datagram& datagram, const Fragment& fragment);

  std::list<Datagram> by_age_;  // oldest first
  std::unordered_map<FragmentKey, std::list<Datagram>::iterator, Hash> by_key_;
};

}  // namespace longwire
