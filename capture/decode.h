// From packet to TCP segment: link layers, tags, tunnels, IP with fragments, TCP, ICMP errors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/segment.h"

namespace longwire {

struct DecodeOptions {
  bool verify_checksums = false;  // IPv4 header and TCP; off because offload leaves them wrong in captures
};

// How many packets were what: the answer to "why is my traffic not there".
struct PacketKind {
  std::string name;  // "tcp", "udp", "arp", "ipv4 fragment", "malformed ipv4", "link type 147" ...
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  // on the wire
};

// Owned by the one thread that reads. Keeps state only for IP fragments, bounded by limits::ip_fragment_*.
class Decoder {
 public:
  explicit Decoder(DecodeOptions options);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Appends to `out` what the packet holds for us: nothing, or one segment (several for an 802.11 aggregate), and
  // oddities. Every packet is counted as exactly one kind. No allocation for a packet that is not a fragment, beside
  // what `out` needs to grow.
  void decode(const Packet& packet, SegmentBatch& out);

  // Kinds seen since the last call, most packets first; the counts begin again at zero (one call per capture file).
  std::vector<PacketKind> take_kinds();
  // The same, and they go on.
  std::vector<PacketKind> kinds() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace longwire
