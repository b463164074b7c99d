// TCP keepalive probes of one connection, and what answered them (SEMANTICS "TCP keepalive").
//
// Owned by a Connection, made with its first probe. Of each side at most one probe waits for its answer; it is told with the
// peer's next segment, with the side's next probe, or at the connection's end. A RST, or an ICMP error that quotes the probe,
// is the answer only where the peer itself says nothing better: whoever knows the connection never answers for having lost
// it, so an ACK unmasks a RST of somebody else, and what a router could not deliver may have got through another way.
//
// The silence before a probe is that of the prober's timer: since the peer's last segment that was no probe itself, or
// since the prober's own probe before, or its data. What the network delivered twice is one probe in two rows.
#pragma once

#include <boost/container/static_vector.hpp>
#include <optional>

#include "reassembly/stream.h"

namespace longwire {

class KeepaliveWatcher {
 public:
  using Told = boost::container::static_vector<KeepaliveProbe, 2>;

  // `last`: the connection's packet before its first probe.
  explicit KeepaliveWatcher(Time last) { probers_[0].active = probers_[1].active = last; }

  // The connection's first packet, `at`, was a probe without payload: its answer comes now. `sent` as below.
  void began_with(Side prober, const Stamp& at, std::uint64_t sent);
  // `prober` sent what looks like a probe with `payload` (0 or 1) bytes; up to offset `sent` of its stream all is
  // acknowledged. False where it is none: without a silence before it, it is an old segment that the network delivered late.
  bool probe(Side prober, const Stamp& at, std::uint8_t payload, std::uint64_t sent, Told& told);
  // `from` sent something that is no probe, and acknowledges the other side's stream up to there.
  void heard(Side from, std::optional<std::uint64_t> acknowledged, const Stamp& at, Told& told);
  // `prober` sent something new.
  void spoke(Side prober, const Stamp& at);
  // `from` reset the connection.
  void reset(Side from, const Stamp& at);
  // An ICMP error quotes the byte at `offset` of `prober`.
  void unreachable(Side prober, std::uint64_t offset, const Stamp& at);
  // No answer can come any more.
  void finish(Told& told);
  // The probes that wait for their answer, as they are now; they are told again when it is known.
  void report(Told& waiting) const;

 private:
  struct Prober {
    std::optional<KeepaliveProbe> waiting;
    std::uint64_t sent = 0;  // what an answer to the last probe acknowledges
    Time active = 0;         // of the last segment that started the timer anew
    Time probed = 0;         // of the last probe
    std::uint32_t episode = 0;
    std::uint32_t ordinal = 0;  // of the last probe in its episode
    bool over = true;           // the next probe begins another episode
  };

  static void answer(Prober& prober, KeepaliveProbe::Answer answer, const Stamp& at);
  static void settle(Prober& prober, Told& told);
  static void finish_episode(Prober& prober, const Stamp& at);

  Prober probers_[2];
};

}  // namespace longwire
