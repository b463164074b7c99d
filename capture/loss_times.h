// When packets were lost, by the packet clock, as far as looks at the counters of drops tell: between two looks.
#pragma once

#include <deque>

#include "capture/packet.h"

namespace longwire {

class LossTimes {
 public:
  // `wall` is the packet clock when the look began, `steady` (ns) that of a clock that is never set; the first look is at the
  // beginning. Packets were lost since the last one, or were not.
  LossTimes(Time wall, Time steady) : looked_(wall), steady_(steady) {}

  // Returns by how much the packet clock was set since the last look, or stood still with the machine: 0 for less than a second.
  // What was lost before is then looked for at the times of the clock as it is now.
  Time look(Time wall, Time steady, bool lost);

  // A packet so near to a loss that it may be of what that tore apart. Packets come in the order of their times, more or less.
  bool near(Time packet) { return !losses_.empty() && is_near(packet); }

 private:
  bool is_near(Time packet);

  struct Loss {
    Time from, until;
  };
  Time looked_, steady_;
  std::deque<Loss> losses_;  // apart from each other, so one in 100 ms at most, and forgotten as packets get later
};

}  // namespace longwire
