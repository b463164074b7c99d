#include "tests/packet_builder.h"

#include <arpa/inet.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace longwire {
namespace {

constexpr std::uint8_t tcp_number = 6, udp_number = 17, icmp_number = 1, icmpv6_number = 58;

void put16(Octets& octets, std::size_t at, std::uint32_t value) {
  octets.at(at) = static_cast<std::uint8_t>(value >> 8);
  octets.at(at + 1) = static_cast<std::uint8_t>(value);
}

// RFC 1071, octet by octet: written apart from the one under test.
std::uint16_t ones_complement(const Octets& octets) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(octets[i]) << 8 : octets[i];
    if (sum > 0xffff) sum -= 0xffff;
  }
  return static_cast<std::uint16_t>(~sum);
}

Octets padded(Octets octets, std::size_t unit) {
  while (octets.size() % unit != 0) octets.push_back(0);
  return octets;
}

// Puts the checksum of a TCP, UDP, ICMP or ICMPv6 header in its place.
void seal(Octets& transport, std::uint8_t protocol, const Octets& pseudo_header) {
  std::size_t at = 0;
  switch (protocol) {
    case tcp_number:
      at = 16;
      break;
    case udp_number:
      at = 6;
      break;
    case icmpv6_number:
      at = 2;
      break;
    default:
      return;
  }
  if (transport.size() < at + 2) return;
  put16(transport, at, 0);
  put16(transport, at, ones_complement(concatenated({pseudo_header, transport})));
}

Octets text_address(std::string_view text) {
  const std::string name(text);
  Octets octets(text.find(':') == std::string_view::npos ? 4 : 16);
  if (inet_pton(octets.size() == 4 ? AF_INET : AF_INET6, name.c_str(), octets.data()) != 1) throw std::invalid_argument(name);
  return octets;
}

}  // namespace

Octets from_hex(std::string_view hex) {
  Octets octets;
  int half = -1;
  for (const char digit : hex) {
    if (digit == ' ' || digit == '\n') continue;
    const auto at = std::string_view("0123456789abcdef").find(digit);
    if (at == std::string_view::npos) throw std::invalid_argument(std::string(hex));
    const int value = static_cast<int>(at);
    if (half >= 0) octets.push_back(static_cast<std::uint8_t>(half * 16 + value));
    half = half >= 0 ? -1 : value;
  }
  if (half >= 0) throw std::invalid_argument(std::string(hex));
  return octets;
}

Octets concatenated(std::initializer_list<Octets> parts) {
  Octets all;
  for (const Octets& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Octets number(std::uint64_t value, std::size_t width) {
  Octets octets(width);
  for (std::size_t i = 0; i < width; ++i) octets[width - 1 - i] = static_cast<std::uint8_t>(value >> 8 * i);
  return octets;
}

Address address(std::string_view text) {
  return Address::from(text_address(text));
}
Endpoint endpoint(std::string_view address_text, std::uint16_t port) {
  return {address(address_text), port};
}

PacketBuilder& PacketBuilder::add(std::uint16_t ethertype, std::uint8_t ip_protocol, std::function<Octets(const Part*, Octets)> wrap) {
  parts_.push_back({ethertype, ip_protocol, std::move(wrap)});
  return *this;
}

PacketBuilder& PacketBuilder::ethernet(std::optional<std::uint16_t> type) {
  return add(0x6558, 0, [type](const Part* next, const Octets& behind) {
    const std::uint16_t announced = type ? *type : next != nullptr ? next->ethertype : std::uint16_t{0};
    return concatenated({from_hex("020000000002 020000000001"), number(announced, 2), behind});
  });
}

PacketBuilder& PacketBuilder::vlan(std::uint16_t id, std::uint16_t tag_protocol) {
  return add(tag_protocol, 0, [id](const Part* next, const Octets& behind) {
    return concatenated({number(id, 2), number(next != nullptr ? next->ethertype : 0, 2), behind});
  });
}

PacketBuilder& PacketBuilder::ipv4(std::string_view source, std::string_view destination, Ipv4Fields fields) {
  const Octets addresses = concatenated({text_address(source), text_address(destination)});
  return add(0x0800, 4, [addresses, fields](const Part* next, Octets behind) {
    const std::uint8_t protocol = fields.protocol ? *fields.protocol : next != nullptr ? next->ip_protocol : std::uint8_t{0};
    if (fields.offset == 0 && !fields.more)
      seal(behind, protocol, concatenated({addresses, number(protocol, 2), number(behind.size(), 2)}));
    const Octets options = padded(fields.options, 4);
    const std::size_t length = 20 + options.size();
    const std::uint32_t fragment = fields.offset / 8 | (fields.more ? 0x2000u : 0u);
    Octets header =
        concatenated({number(0x40 + length / 4, 1), number(0, 1), number(fields.total_length.value_or(length + behind.size()), 2),
                      number(fields.id, 2), number(fragment, 2), number(64, 1), number(protocol, 1), number(0, 2), addresses, options});
    put16(header, 10, ones_complement(header));
    return concatenated({header, behind});
  });
}

PacketBuilder& PacketBuilder::ipv6(std::string_view source, std::string_view destination, std::optional<std::uint8_t> next_header) {
  const Octets addresses = concatenated({text_address(source), text_address(destination)});
  return add(0x86dd, 41, [addresses, next_header](const Part* next, Octets behind) {
    const std::uint8_t protocol = next_header ? *next_header : next != nullptr ? next->ip_protocol : std::uint8_t{59};
    seal(behind, protocol, concatenated({addresses, number(behind.size(), 4), number(protocol, 4)}));
    return concatenated({number(0x60000000, 4), number(behind.size(), 2), number(protocol, 1), number(64, 1), addresses, behind});
  });
}

PacketBuilder& PacketBuilder::extension(std::uint8_t extension_number, Octets data) {
  return add(0, extension_number, [data = std::move(data)](const Part* next, const Octets& behind) {
    return concatenated({number(next != nullptr ? next->ip_protocol : 59, 1), data, behind});
  });
}

PacketBuilder& PacketBuilder::tcp(TcpFields fields) {
  return add(0, tcp_number, [fields = std::move(fields)](const Part*, const Octets& behind) {
    const Octets options = padded(fields.options, 4);
    return concatenated({number(fields.source, 2), number(fields.destination, 2), number(fields.seq, 4), number(fields.ack, 4),
                         number((20 + options.size()) / 4 << 12 | fields.flags, 2), number(fields.window, 2), number(0, 4), options,
                         behind});
  });
}

PacketBuilder& PacketBuilder::udp(std::uint16_t source, std::uint16_t destination) {
  return add(0, udp_number, [source, destination](const Part*, const Octets& behind) {
    return concatenated({number(source, 2), number(destination, 2), number(8 + behind.size(), 2), number(0, 2), behind});
  });
}

PacketBuilder& PacketBuilder::icmp(std::uint8_t type, std::uint8_t code) {
  return add(0, icmp_number, [type, code](const Part*, const Octets& behind) {
    Octets message = concatenated({number(type, 1), number(code, 1), number(0, 6), behind});
    put16(message, 2, ones_complement(message));
    return message;
  });
}

PacketBuilder& PacketBuilder::icmpv6(std::uint8_t type, std::uint8_t code) {
  return add(0, icmpv6_number, [type, code](const Part*, const Octets& behind) {
    return concatenated({number(type, 1), number(code, 1), number(0, 6), behind});
  });
}

PacketBuilder& PacketBuilder::header(Octets octets, std::uint16_t ethertype, std::uint8_t ip_protocol) {
  return add(ethertype, ip_protocol, [octets = std::move(octets)](const Part*, const Octets& behind) {
    return concatenated({octets, behind});
  });
}

PacketBuilder& PacketBuilder::payload(std::string_view text) {
  return payload(Octets(text.begin(), text.end()));
}
PacketBuilder& PacketBuilder::payload(Octets octets) {
  return header(std::move(octets));
}

Octets PacketBuilder::bytes() const {
  Octets packet;
  const Part* next = nullptr;
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    packet = part->wrap(next, std::move(packet));
    next = &*part;
  }
  return packet;
}

Packet packet_of(const Octets& octets, LinkType link, std::uint64_t number, Time time, std::uint32_t wire_length) {
  Packet packet;
  packet.at = {time, number, number};
  packet.wire_length = wire_length == 0 ? static_cast<std::uint32_t>(octets.size()) : wire_length;
  packet.link = link;
  packet.data = octets;
  return packet;
}

}  // namespace longwire
