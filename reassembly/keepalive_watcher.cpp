#include "reassembly/keepalive_watcher.h"

#include <algorithm>

namespace longwire {
namespace {

// ns: two probes nearer to one another are one, delivered twice. No keepalive timer is that short (Linux: 1 s, the unit of
// TCP_KEEPINTVL), and no path holds the second copy back for longer.
constexpr Time copied_within = 10'000'000;

}  // namespace

void KeepaliveWatcher::settle(Prober& prober, KeepaliveProbe::Answer answer, const Stamp& at, Told& told) {
  if (!prober.waiting) return;
  prober.waiting->answer = answer;
  if (answer != KeepaliveProbe::Answer::none) prober.waiting->answered = at;
  told.push_back(*prober.waiting);
  prober.waiting.reset();
}

void KeepaliveWatcher::finish_episode(Prober& prober, const Stamp& at) {
  prober.active = at.time;
  prober.over = true;
}

void KeepaliveWatcher::probe(Side prober, const Stamp& at, std::uint8_t payload, std::uint64_t sent, Told& told) {
  Prober& own = probers_[index(prober)];
  settle(own, KeepaliveProbe::Answer::none, at, told);
  const bool copy = own.ordinal > 0 && own.sent == sent && at.time - own.probed <= copied_within;
  const Time since = own.over && !copy ? own.active : std::max(own.active, own.probed);
  if (!copy) {
    own.episode += own.over ? 1 : 0;
    own.ordinal = own.over ? 1 : own.ordinal + 1;
    own.over = false;
  }
  own.sent = sent;
  own.probed = at.time;
  own.waiting = KeepaliveProbe{prober, payload, own.episode, own.ordinal, at, at.time - since, KeepaliveProbe::Answer::none, {}};
}

void KeepaliveWatcher::heard(Side from, std::optional<std::uint64_t> acknowledged, const Stamp& at, Told& told) {
  Prober& peer = probers_[index(other(from))];
  using Answer = KeepaliveProbe::Answer;
  settle(peer, acknowledged && *acknowledged >= peer.sent ? Answer::ack : Answer::none, at, told);
  finish_episode(peer, at);
}

void KeepaliveWatcher::spoke(Side prober, const Stamp& at) {
  finish_episode(probers_[index(prober)], at);
}

void KeepaliveWatcher::reset(Side from, const Stamp& at, Told& told) {
  settle(probers_[index(other(from))], KeepaliveProbe::Answer::rst, at, told);
}

void KeepaliveWatcher::unreachable(Side prober, std::uint64_t offset, const Stamp& at, Told& told) {
  Prober& own = probers_[index(prober)];
  if (offset + 1 == own.sent) settle(own, KeepaliveProbe::Answer::icmp, at, told);
}

void KeepaliveWatcher::finish(Told& told) {
  for (Prober& prober : probers_) settle(prober, KeepaliveProbe::Answer::none, {}, told);
}

}  // namespace longwire
