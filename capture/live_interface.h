// One interface that is listened on, by libpcap (on Linux its ring that the kernel shares, TPACKET_V3).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capture/packet.h"

namespace longwire {

struct LiveOptions {
  std::string filter;               // BPF expression; empty = everything
  std::uint32_t snaplen = 262144;   // bytes kept of a packet; tcpdump's default, more than any packet has
  std::uint64_t buffer = 64 << 20;  // bytes of the kernel's ring of each interface: about half a second at 1 Gbit/s
  bool promiscuous = false;
};

class LiveInterface {
 public:
  // Throws CaptureError, also where the filter is wrong. `block_ms`: how long the kernel keeps a packet at most
  // before it hands on what it has.
  LiveInterface(const std::string& name, const LiveOptions& options, int block_ms);
  ~LiveInterface();
  LiveInterface(const LiveInterface&) = delete;
  LiveInterface& operator=(const LiveInterface&) = delete;

  const std::string& name() const;
  LinkType link() const;
  // To be polled for reading; -1 where that cannot be done.
  int descriptor() const;

  struct Arrived {
    Time time;
    std::uint32_t wire_length;
    Bytes data;  // valid during the call
  };
  // Calls `take` for packets that are there, `most` at most; `take` returns false to get no more now. Returns how many there
  // were, or -1 where the interface fails: error() says why.
  using Taker = bool (*)(void* self, const Arrived& packet);
  int read(int most, Taker take, void* self);
  const std::string& error() const;

  // Whether the system says that it is down; false where it does not say.
  bool is_down() const;

  // Since it was opened.
  struct Drops {
    std::uint64_t by_kernel = 0, by_interface = 0;
  };
  Drops drops();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace longwire
