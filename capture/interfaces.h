// The network interfaces of this machine, as libpcap sees them.
#pragma once

#include <string>
#include <vector>

namespace longwire {

struct NetworkInterface {
  std::string name, description;        // description: often empty
  std::vector<std::string> addresses;   // "192.0.2.1/24", "2001:db8::1/64"
  std::vector<std::string> link_types;  // names, the default first; empty where they could not be asked
  bool up = false, running = false, loopback = false;
};

struct InterfaceList {
  std::vector<NetworkInterface> interfaces;  // those most likely wanted first
  bool denied = false;                       // link types were not told, because this process may not capture
};

// Throws CaptureError where the system does not tell.
InterfaceList list_interfaces();

// What lets the program that runs capture: one line, to follow a message.
std::string how_to_get_permission();

}  // namespace longwire
