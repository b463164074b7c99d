#include "reassembly/roles.h"

#include <algorithm>
#include <array>

namespace longwire {
namespace {

// Below lie the system ports (RFC 6335 section 6), which only servers use.
constexpr std::uint16_t system_ports_end = 1024;

// Ports above them on which HTTP servers and proxies are usually found.
constexpr std::array<std::uint16_t, 16> usual_server_ports{1080, 2375, 3000, 3128, 4433, 5000, 5985, 8000,
                                                           8008, 8080, 8081, 8088, 8443, 8888, 9000, 9090};

// From here on are the ports that systems give to clients: Linux from 32768 (ip_local_port_range), others from 49152
// (RFC 6335 section 6).
constexpr std::uint16_t ephemeral_ports_begin = 32768;

bool is_server_port(std::uint16_t port) {
  return port < system_ports_end || std::binary_search(usual_server_ports.begin(), usual_server_ports.end(), port);
}

}  // namespace

Side sender_role(const Segment& first) {
  if (first.has(tcp_flag::syn)) return first.has(tcp_flag::ack) ? Side::server : Side::client;
  const bool source = is_server_port(first.source.port);
  const bool destination = is_server_port(first.destination.port);
  if (source != destination) return source ? Side::server : Side::client;
  const bool given_source = first.source.port >= ephemeral_ports_begin;
  const bool given_destination = first.destination.port >= ephemeral_ports_begin;
  return given_destination && !given_source ? Side::server : Side::client;
}

}  // namespace longwire
