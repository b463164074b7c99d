#include "capture/packet_kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "capture/limits.h"

namespace longwire {
namespace {

using Name = std::pair<std::uint16_t, std::string_view>;

// IANA, Assigned Internet Protocol Numbers.
constexpr Name ip_protocols[] = {
    {0, "ipv6 hop-by-hop"},
    {1, "icmp"},
    {2, "igmp"},
    {6, "tcp"},
    {8, "egp"},
    {9, "igp"},
    {17, "udp"},
    {33, "dccp"},
    {50, "esp"},
    {51, "ah"},
    {58, "icmpv6"},
    {88, "eigrp"},
    {89, "ospf"},
    {94, "ipip (94)"},
    {103, "pim"},
    {108, "ipcomp"},
    {112, "vrrp"},
    {115, "l2tp"},
    {132, "sctp"},
    {136, "udplite"},
    {59, "ipv6 without next header"},
};

// IEEE 802 numbers.
constexpr Name ethertypes[] = {
    {0x0806, "arp"},
    {0x8035, "rarp"},
    {0x809b, "appletalk"},
    {0x8137, "ipx"},
    {0x8808, "ethernet flow control"},
    {0x8809, "slow protocols (lacp)"},
    {0x8863, "pppoe discovery"},
    {0x886d, "intel ans"},
    {0x888e, "eapol"},
    {0x88a2, "aoe"},
    {0x88a4, "ethercat"},
    {0x88cc, "lldp"},
    {0x88e5, "macsec"},
    {0x88f7, "ptp"},
    {0x8902, "cfm"},
    {0x8906, "fcoe"},
    {0x9000, "loopback test"},
};

// IANA, PPP DLL Protocol Numbers.
constexpr Name ppp_protocols[] = {
    {0x8021, "ppp ipcp"}, {0x8057, "ppp ipv6cp"}, {0x80fd, "ppp ccp"},  {0xc021, "ppp lcp"},
    {0xc023, "ppp pap"},  {0xc025, "ppp lqr"},    {0xc223, "ppp chap"}, {0x00fd, "ppp compressed"},
};

constexpr Name others[] = {
    {static_cast<std::uint16_t>(Other::unknown), "other"},
    {static_cast<std::uint16_t>(Other::cut_short), "cut short by the snapshot length"},
    {static_cast<std::uint16_t>(Other::nested_too_deep), "nested too deep"},
    {static_cast<std::uint16_t>(Other::ipv4_fragment), "ipv4 fragment"},
    {static_cast<std::uint16_t>(Other::ipv6_fragment), "ipv6 fragment"},
    {static_cast<std::uint16_t>(Other::icmp_unreachable), "icmp unreachable"},
    {static_cast<std::uint16_t>(Other::llc), "llc"},
    {static_cast<std::uint16_t>(Other::spanning_tree), "spanning tree"},
    {static_cast<std::uint16_t>(Other::address_family), "unknown address family"},
    {static_cast<std::uint16_t>(Other::ieee802_11_management), "802.11 management"},
    {static_cast<std::uint16_t>(Other::ieee802_11_control), "802.11 control"},
    {static_cast<std::uint16_t>(Other::ieee802_11_no_data), "802.11 without data"},
    {static_cast<std::uint16_t>(Other::ieee802_11_encrypted), "802.11 encrypted"},
    {static_cast<std::uint16_t>(Other::ieee802_11_fragment), "802.11 fragment"},
    {static_cast<std::uint16_t>(Other::gre), "gre"},
    {static_cast<std::uint16_t>(Other::mpls), "mpls"},
    {static_cast<std::uint16_t>(Other::pppoe), "pppoe"},
    {static_cast<std::uint16_t>(Other::nflog), "nflog"},
    {static_cast<std::uint16_t>(Other::ppi), "ppi"},
    {static_cast<std::uint16_t>(Other::sll), "linux cooked"},
};
static_assert(std::size(others) == static_cast<std::size_t>(Other::count));

constexpr std::string_view protocol_names[] = {
    "none",     "ethernet",   "vlan",       "llc",    "802.1ah",      "mpls",         "pppoe",
    "ppp",      "ppp",        "cisco hdlc", "null",   "raw ip",       "linux cooked", "linux cooked v2",
    "nflog",    "infiniband", "802.11",     "802.11", "802.11",       "802.11",       "802.11 a-msdu",
    "radiotap", "ppi",        "ipv4",       "ipv6",   "ipv6 options", "ipv6 routing", "ipv6 fragment",
    "ah",       "tcp",        "udp",        "icmp",   "icmpv6",       "gre",          "etherip",
    "erspan",   "erspan",
};
static_assert(std::size(protocol_names) == static_cast<std::size_t>(Protocol::count));

template <std::size_t size>
std::string name_of(const Name (&names)[size], std::uint16_t number, std::string_view otherwise) {
  const auto* found = std::find_if(std::begin(names), std::end(names), [&](const Name& name) { return name.first == number; });
  return found == std::end(names) ? fmt::format(fmt::runtime(otherwise), number) : std::string(found->second);
}

std::string name_of(Kind kind) {
  switch (kind.family) {
    case Kind::Family::ip_protocol:
      return name_of(ip_protocols, kind.number, "ip protocol {}");
    case Kind::Family::ethertype:
      return name_of(ethertypes, kind.number, "ethertype {:#06x}");
    case Kind::Family::ppp_protocol:
      return name_of(ppp_protocols, kind.number, "ppp protocol {:#06x}");
    case Kind::Family::link_type:
      return fmt::format("link type {}", kind.number);
    case Kind::Family::malformed:
      return fmt::format("malformed {}", protocol_name(static_cast<Protocol>(kind.number)));
    case Kind::Family::other:
      break;
  }
  return name_of(others, kind.number, "other");
}

std::uint32_t rare_key(Kind kind) {
  return std::uint32_t{static_cast<std::uint8_t>(kind.family)} << 16 | kind.number;
}
Kind kind_of(std::uint32_t rare_key) {
  return {static_cast<Kind::Family>(rare_key >> 16), static_cast<std::uint16_t>(rare_key & 0xffff)};
}

}  // namespace

std::string_view protocol_name(Protocol protocol) {
  return protocol_names[static_cast<std::size_t>(protocol)];
}

PacketKindCounter::Count& PacketKindCounter::rare_slot(Kind kind) {
  const std::uint32_t key = rare_key(kind);
  if (const auto found = rare_.find(key); found != rare_.end()) return found->second;
  if (rare_.size() >= limits::packet_kinds) return rare_[rare_key({Kind::Family::other, static_cast<std::uint16_t>(Other::unknown)})];
  return rare_[key];
}

std::vector<PacketKind> PacketKindCounter::list() const {
  std::vector<PacketKind> kinds;
  const auto add = [&](Kind kind, const Count& count) {
    if (count.packets == 0) return;
    const std::string name = name_of(kind);
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const PacketKind& known) { return known.name == name; });
    PacketKind& sum = same == kinds.end() ? kinds.emplace_back(PacketKind{name, 0, 0}) : *same;
    sum.packets += count.packets;
    sum.bytes += count.bytes;
  };
  for (std::size_t number = 0; number < ip_protocols_.size(); ++number)
    add({Kind::Family::ip_protocol, static_cast<std::uint16_t>(number)}, ip_protocols_[number]);
  for (const auto& [key, count] : rare_) add(kind_of(key), count);
  std::sort(kinds.begin(), kinds.end(),
            [](const PacketKind& a, const PacketKind& b) { return a.packets != b.packets ? a.packets > b.packets : a.name < b.name; });
  return kinds;
}

std::vector<PacketKind> PacketKindCounter::take() {
  std::vector<PacketKind> kinds = list();
  *this = {};
  return kinds;
}

}  // namespace longwire
