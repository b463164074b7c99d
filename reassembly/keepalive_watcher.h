// TCP keepalive probes of one connection, and what answered them (SEMANTICS "TCP keepalive").
//
// Owned by a Connection, made with its first probe. Of each side at most one probe waits for its answer; it is told when
// the answer is known: the peer's next segment, an ICMP error that quotes it, or nothing before the side's next probe
// or the connection's end.
#pragma once

#include <boost/container/static_vector.hpp>
#include <optional>

#include "reassembly/stream.h"

namespace longwire {

class KeepaliveWatcher {
 public:
  using Told = boost::container::static_vector<KeepaliveProbe, 2>;

  // `prober` sent a probe with `payload` (0 or 1) bytes, after the connection was silent for `idle`.
  void probe(Side prober, const Stamp& at, std::uint8_t payload, Time idle, Told& told);
  // `from` sent something that is no probe.
  void heard(Side from, KeepaliveProbe::Answer answer, const Stamp& at, Told& told);
  // An ICMP error quotes the last probe of `prober`.
  void unreachable(Side prober, const Stamp& at, Told& told);
  // No answer can come any more.
  void finish(Told& told);

 private:
  struct Prober {
    std::optional<KeepaliveProbe> waiting;
    std::uint32_t episode = 0;
    std::uint32_t ordinal = 0;  // of the last probe in its episode; 0 = the next probe begins another
  };

  static void settle(Prober& prober, KeepaliveProbe::Answer answer, const Stamp& at, Told& told);

  Prober probers_[2];
};

}  // namespace longwire
