#include "capture/interfaces.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <pcap.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <memory>
#include <string_view>

#include "capture/endpoint.h"
#include "capture/error.h"

namespace longwire {
namespace {

struct CloseCapture {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using Handle = std::unique_ptr<pcap_t, CloseCapture>;

// libpcap lists devices that carry no network packets, too. To ask these for link types is not harmless: `nfqueue` takes
// packets away from who waits for them.
bool carries_packets(std::string_view name) {
  constexpr std::array<std::string_view, 4> others{"bluetooth", "dbus-", "nfqueue", "usbmon"};
  return std::none_of(others.begin(), others.end(), [name](std::string_view other) { return name.starts_with(other); });
}

template <class Octets>
unsigned prefix_length(const Octets& mask) {
  unsigned bits = 0;
  for (const std::uint8_t octet : mask) bits += static_cast<unsigned>(std::popcount(octet));
  return bits;
}

// The octets of an IP address, network order; empty for any other family.
Bytes octets_of(const sockaddr* address) {
  if (address == nullptr) return {};
  if (address->sa_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    return {reinterpret_cast<const std::uint8_t*>(&ipv4), sizeof ipv4};
  }
  if (address->sa_family == AF_INET6) return reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr.s6_addr;
  return {};
}

std::vector<std::string> addresses_of(const pcap_if_t& device) {
  std::vector<std::string> texts;
  for (const pcap_addr_t* each = device.addresses; each != nullptr; each = each->next) {
    const Bytes octets = octets_of(each->addr);
    if (octets.empty()) continue;
    const Bytes mask = octets_of(each->netmask);
    const std::string text = Address::from(octets).to_string();
    texts.push_back(mask.empty() ? text : fmt::format("{}/{}", text, prefix_length(mask)));
  }
  return texts;
}

// An interface is opened for a moment, as little of it as can be.
std::vector<std::string> link_types_of(const pcap_if_t& device, bool& denied) {
  constexpr int least_buffer = 64 << 10, least_snaplen = 64;  // bytes
  std::array<char, PCAP_ERRBUF_SIZE> ignored{};
  const Handle handle(pcap_create(device.name, ignored.data()));
  if (handle == nullptr) return {};
  pcap_set_snaplen(handle.get(), least_snaplen);
  pcap_set_buffer_size(handle.get(), least_buffer);
  const int result = pcap_activate(handle.get());
  denied = denied || result == PCAP_ERROR_PERM_DENIED;
  if (result < 0) return {};

  int* others = nullptr;
  const int count = pcap_list_datalinks(handle.get(), &others);
  const std::unique_ptr<int, decltype(&pcap_free_datalinks)> owned(others, &pcap_free_datalinks);
  std::vector<int> links{pcap_datalink(handle.get())};
  for (int n = 0; n < count; ++n)
    if (others[n] != links.front()) links.push_back(others[n]);
  std::vector<std::string> names;
  for (const int link : links) {
    const char* name = pcap_datalink_val_to_name(link);
    names.push_back(name != nullptr ? name : std::to_string(link));
  }
  return names;
}

}  // namespace

InterfaceList list_interfaces() {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap_if_t* first = nullptr;
  if (pcap_findalldevs(&first, error.data()) != 0) throw CaptureError(fmt::format("cannot list interfaces: {}", error.data()));
  const std::unique_ptr<pcap_if_t, decltype(&pcap_freealldevs)> owned(first, &pcap_freealldevs);
  InterfaceList list;
  for (const pcap_if_t* device = first; device != nullptr; device = device->next) {
    if (!carries_packets(device->name)) continue;
    NetworkInterface interface;
    interface.name = device->name;
    if (device->description != nullptr) interface.description = device->description;
    interface.addresses = addresses_of(*device);
    interface.link_types = link_types_of(*device, list.denied);
    interface.up = (device->flags & PCAP_IF_UP) != 0;
    interface.running = (device->flags & PCAP_IF_RUNNING) != 0;
    interface.loopback = (device->flags & PCAP_IF_LOOPBACK) != 0;
    list.interfaces.push_back(std::move(interface));
  }
  return list;
}

std::string how_to_get_permission() {
  std::array<char, PATH_MAX> program{};
  const ssize_t length = ::readlink("/proc/self/exe", program.data(), program.size() - 1);
  return fmt::format("run it as root, or grant it what it needs: sudo setcap cap_net_raw+ep {}",
                     length > 0 ? std::string_view(program.data(), static_cast<std::size_t>(length)) : "longwire");
}

}  // namespace longwire
