#include "reassembly/keepalive_watcher.h"

#include <algorithm>

namespace longwire {
namespace {

// ns: no path holds a packet back for longer, and no keepalive timer is that short (Linux: 1 s, the unit of TCP_KEEPINTVL).
// So two probes nearer to one another are one, delivered twice; and what looks like a probe so soon behind a sign of life is
// an old segment that came late.
constexpr Time held_back = 10'000'000;

// Either way: clocks are set back, too.
bool so_near(Time a, Time b) {
  return std::max(a, b) - std::min(a, b) <= held_back;
}

}  // namespace

// What was captured before the probe is no answer to it, also where it is known only now what it meant: a RST that is believed
// in the end.
void KeepaliveWatcher::answer(Prober& prober, KeepaliveProbe::Answer answer, const Stamp& at) {
  if (!prober.waiting || prober.waiting->answer >= answer || at.number <= prober.waiting->at.number) return;
  prober.waiting->answer = answer;
  prober.waiting->answered = at;
}

void KeepaliveWatcher::settle(Prober& prober, Told& told) {
  if (!prober.waiting) return;
  told.push_back(*prober.waiting);
  prober.waiting.reset();
}

void KeepaliveWatcher::finish_episode(Prober& prober, const Stamp& at) {
  prober.active = at.time;
  prober.over = true;
}

bool KeepaliveWatcher::probe(Side prober, const Stamp& at, std::uint8_t payload, std::uint64_t sent, Told& told) {
  Prober& own = probers_[index(prober)];
  const bool copy = own.ordinal > 0 && own.sent == sent && so_near(at.time, own.probed);
  if (own.over && !copy && so_near(at.time, own.active)) return false;
  settle(own, told);
  const Time since = own.over && !copy ? own.active : std::max(own.active, own.probed);
  if (!copy) {
    own.episode += own.over ? 1 : 0;
    own.ordinal = own.over ? 1 : own.ordinal + 1;
    own.over = false;
  }
  own.sent = sent;
  own.probed = at.time;
  own.waiting =
      KeepaliveProbe{prober, payload, own.episode, own.ordinal, at, std::max<Time>(0, at.time - since), KeepaliveProbe::Answer::none, {}};
  return true;
}

void KeepaliveWatcher::began_with(Side prober, const Stamp& at, std::uint64_t sent) {
  Prober& own = probers_[index(prober)];
  own.sent = sent;
  own.probed = at.time;
  own.episode = own.ordinal = 1;
  own.over = false;
  own.waiting = KeepaliveProbe{prober, 0, 1, 1, at, KeepaliveProbe::unknown, KeepaliveProbe::Answer::none, {}};
}

void KeepaliveWatcher::heard(Side from, std::optional<std::uint64_t> acknowledged, const Stamp& at, Told& told) {
  Prober& peer = probers_[index(other(from))];
  if (acknowledged && *acknowledged >= peer.sent) answer(peer, KeepaliveProbe::Answer::ack, at);
  settle(peer, told);
  finish_episode(peer, at);
}

void KeepaliveWatcher::spoke(Side prober, const Stamp& at) {
  finish_episode(probers_[index(prober)], at);
}

void KeepaliveWatcher::reset(Side from, const Stamp& at) {
  answer(probers_[index(other(from))], KeepaliveProbe::Answer::rst, at);
}

void KeepaliveWatcher::unreachable(Side prober, std::uint64_t offset, const Stamp& at) {
  Prober& own = probers_[index(prober)];
  if (offset + 1 == own.sent) answer(own, KeepaliveProbe::Answer::icmp, at);
}

void KeepaliveWatcher::finish(Told& told) {
  for (Prober& prober : probers_) settle(prober, told);
}

void KeepaliveWatcher::report(Told& waiting) const {
  for (const Prober& prober : probers_) {
    if (prober.waiting) waiting.push_back(*prober.waiting);
  }
}

}  // namespace longwire
