// One packet through a decoder of its own, for tests that look at what came out.
#pragma once

#include <string>
#include <vector>

#include "capture/decode.h"
#include "tests/packet_builder.h"

namespace longwire {

struct Decoded {
  Octets packet;  // what the segments point into
  SegmentBatch batch;
  std::vector<PacketKind> kinds;

  // The only segment; a failed expectation where there is none or more.
  const Segment& segment() const;
  // "192.0.2.1:40000 > 198.51.100.2:80 seq 1000 `payload`" of each segment, in lines; "icmp " before a quotation.
  std::string summary() const;
  std::string kind() const;                    // the packet's kind; a failed expectation where it was not counted once
  std::vector<std::string> anomalies() const;  // their codes
};

Decoded decoded(Octets packet, LinkType link = LinkType::ethernet, DecodeOptions options = {}, std::uint32_t wire_length = 0);
inline Decoded decoded(const PacketBuilder& builder, LinkType link = LinkType::ethernet, DecodeOptions options = {}) {
  return decoded(builder.bytes(), link, options);
}

// The packet cut at every length, once as by a snaplen and once as if it had been that short on the wire, each time
// in an allocation of just that size: always counted once, never a byte that was not captured.
void expect_bounded_at_every_length(const Octets& packet, LinkType link = LinkType::ethernet);

}  // namespace longwire
