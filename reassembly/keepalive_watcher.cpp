#include "reassembly/keepalive_watcher.h"

namespace longwire {

void KeepaliveWatcher::settle(Prober& prober, KeepaliveProbe::Answer answer, const Stamp& at, Told& told) {
  if (!prober.waiting) return;
  prober.waiting->answer = answer;
  if (answer != KeepaliveProbe::Answer::none) prober.waiting->answered = at;
  told.push_back(*prober.waiting);
  prober.waiting.reset();
}

void KeepaliveWatcher::probe(Side prober, const Stamp& at, std::uint8_t payload, Time idle, Told& told) {
  Prober& own = probers_[index(prober)];
  settle(own, KeepaliveProbe::Answer::none, at, told);
  if (own.ordinal == 0) ++own.episode;
  ++own.ordinal;
  own.waiting = KeepaliveProbe{prober, payload, own.episode, own.ordinal, at, idle, KeepaliveProbe::Answer::none, {}};
}

void KeepaliveWatcher::heard(Side from, KeepaliveProbe::Answer answer, const Stamp& at, Told& told) {
  Prober& peer = probers_[index(other(from))];
  settle(peer, answer, at, told);
  peer.ordinal = 0;
}

void KeepaliveWatcher::unreachable(Side prober, const Stamp& at, Told& told) {
  settle(probers_[index(prober)], KeepaliveProbe::Answer::icmp, at, told);
}

void KeepaliveWatcher::finish(Told& told) {
  for (Prober& prober : probers_) settle(prober, KeepaliveProbe::Answer::none, {}, told);
}

}  // namespace longwire
