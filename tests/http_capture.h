// A capture file of many small HTTP connections at once, for tests of the whole way from packets to rows.
#pragma once

#include "tests/packet_builder.h"

namespace longwire {

struct HttpCapture {
  unsigned connections = 100;             // all open at once, their packets taking turns
  unsigned exchanges_per_connection = 3;  // each a GET and a 200 with a 5-byte body
  bool closed = true;                     // with FIN from both sides; else they stay open
  unsigned first = 0;                     // number of the first one: addresses, ports and time go on from it
};

// The octets of a pcap file, microseconds, Ethernet.
Octets http_capture(const HttpCapture& what);

}  // namespace longwire
