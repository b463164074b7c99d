// Packets made by hand for tests: headers named from the outside in, lengths, next-protocol numbers and checksums
// filled in from the inside out.
//
//   PacketBuilder().ethernet().vlan(7).ipv4("192.0.2.1", "198.51.100.2").tcp({.source = 40000, .destination = 80}).payload("x").bytes()
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "capture/segment.h"

namespace longwire {

using Octets = std::vector<std::uint8_t>;

// "45 00 0014" -> four octets; blanks are skipped.
Octets from_hex(std::string_view hex);
Octets concatenated(std::initializer_list<Octets> parts);
// Network order, `width` octets.
Octets number(std::uint64_t value, std::size_t width);
// Dotted quad or RFC 5952 text.
Address address(std::string_view text);
Endpoint endpoint(std::string_view address_text, std::uint16_t port);

struct TcpFields {
  std::uint16_t source = 40000;
  std::uint16_t destination = 80;
  std::uint32_t seq = 1000;
  std::uint32_t ack = 0;
  std::uint8_t flags = tcp_flag::ack;
  std::uint16_t window = 65535;
  Octets options{};  // padded with zeros to a multiple of 4
};

struct Ipv4Fields {
  std::uint16_t id = 1;
  std::uint32_t offset = 0;  // octets
  bool more = false;
  Octets options{};                             // padded with zeros to a multiple of 4
  std::optional<std::uint16_t> total_length{};  // what the header claims, where it lies
  std::optional<std::uint8_t> protocol{};       // where what follows is not a header of this builder
};

class PacketBuilder {
 public:
  PacketBuilder& ethernet(std::optional<std::uint16_t> type = {});
  PacketBuilder& vlan(std::uint16_t id, std::uint16_t tag_protocol = 0x8100);
  PacketBuilder& ipv4(std::string_view source, std::string_view destination, Ipv4Fields fields = {});
  PacketBuilder& ipv6(std::string_view source, std::string_view destination, std::optional<std::uint8_t> next = {});
  // An IPv6 extension header: `data` stands between its next-header octet and what follows.
  PacketBuilder& extension(std::uint8_t number, Octets data);
  PacketBuilder& tcp(TcpFields fields = {});
  PacketBuilder& udp(std::uint16_t source, std::uint16_t destination);
  PacketBuilder& icmp(std::uint8_t type, std::uint8_t code);
  PacketBuilder& icmpv6(std::uint8_t type, std::uint8_t code);
  // Any other header, as it is; the header before it announces it by these numbers.
  PacketBuilder& header(Octets octets, std::uint16_t ethertype = 0, std::uint8_t ip_protocol = 0);
  PacketBuilder& payload(std::string_view text);
  PacketBuilder& payload(Octets octets);

  Octets bytes() const;

 private:
  struct Part {
    std::uint16_t ethertype = 0;   // by which the header before announces it
    std::uint8_t ip_protocol = 0;  // the same in IP
    // Header and what stands behind it, from the latter.
    std::function<Octets(const Part* next, Octets behind)> wrap;
  };
  PacketBuilder& add(std::uint16_t ethertype, std::uint8_t ip_protocol, std::function<Octets(const Part*, Octets)> wrap);

  std::vector<Part> parts_;
};

// The octets as a captured packet; they must outlive it. wire_length 0: nothing was cut.
Packet packet_of(const Octets& octets, LinkType link = LinkType::ethernet, std::uint64_t number = 1, Time time = 0,
                 std::uint32_t wire_length = 0);

}  // namespace longwire
