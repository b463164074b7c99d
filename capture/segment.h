// What decoding makes of packets: TCP segments, and ICMP errors that quote one.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "capture/endpoint.h"
#include "capture/packet.h"

namespace longwire {

// Header flags, RFC 9293 section 3.1.
namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t urg = 0x20;
}  // namespace tcp_flag

// Options of a segment, RFC 9293 section 3.2, RFC 7323, RFC 2018. Read on demand: most segments need none of them.
struct TcpOptions {
  std::uint16_t mss = 0;          // bytes; 0 where absent
  std::uint8_t window_scale = 0;  // shift count, at most 14 (RFC 7323 section 2.3)
  bool has_window_scale = false;
  bool sack_permitted = false;
  bool has_timestamps = false;
  std::uint32_t timestamp_value = 0;
  std::uint32_t timestamp_echo = 0;
  std::uint8_t sack_blocks = 0;  // how many blocks stand in `sack`
  struct SackBlock {
    std::uint32_t left = 0, right = 0;
  } sack[4];
  bool malformed = false;  // a length that lies; what stands before it is kept
};
TcpOptions parse_tcp_options(Bytes options);

struct Segment {
  enum class Kind : std::uint8_t {
    tcp,
    // An ICMP or ICMPv6 destination-unreachable: source, destination and seq are those of the quoted segment
    // (so it belongs to the same connection, sent by the quoted source); flags, ack, window and payload are empty.
    icmp_unreachable,
  };

  Bytes payload;  // TCP payload as captured; lives as long as the batch
  Bytes options;  // TCP options as captured; lives as long as the batch
  Stamp at;
  Endpoint source, destination;
  std::uint32_t hash = 0;  // of the connection: the same in both directions
  std::uint32_t seq = 0, ack = 0;
  std::uint32_t cut = 0;      // payload bytes that were on the wire behind `payload` but not captured
  std::uint32_t capture = 0;  // index of the capture file
  std::uint16_t window = 0;   // as on the wire, not scaled
  std::uint16_t vlan = 0;     // innermost VLAN id; 0 = none
  std::uint8_t flags = 0;     // tcp_flag
  Kind kind = Kind::tcp;
  std::uint8_t icmp_type = 0, icmp_code = 0;  // kind icmp_unreachable: as on the wire
  bool ipv6 = false;                          // the IP version that carried it; tells ICMP from ICMPv6
  bool bad_checksum = false;                  // only ever set when checksums are verified
  bool quoted_seq = true;                     // kind icmp_unreachable: the quotation was long enough to hold seq
  bool near_loss = false;                     // of the packet: live, others were dropped at that time

  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

// An oddity found below TCP, where no connection is known yet; becomes a row in `anomalies`.
struct DecodeAnomaly {
  Stamp at;
  std::string_view code;     // `layer.what`, a literal
  std::string_view layers;   // the layer it was found in: "ipv4", "vlan", a literal
  std::uint32_t offset = 0;  // bytes from the start of the packet
};

// Segments of one run of packets, in packet order. Reused: clear() keeps the memory.
struct SegmentBatch {
  std::vector<Segment> segments;
  std::vector<DecodeAnomaly> anomalies;
  std::deque<std::vector<std::uint8_t>> owned;  // datagrams put together from fragments; segments point into them

  void clear() {
    segments.clear();
    anomalies.clear();
    owned.clear();
  }
};

}  // namespace longwire
