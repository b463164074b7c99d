#include "capture/loss_times.h"

#include <algorithm>

namespace longwire {
namespace {

constexpr Time margin = 100'000'000;  // ns; arbitrary, but above what packets wait for each other in the kernel's ring

}  // namespace

Time LossTimes::look(Time wall, Time steady, bool lost) {
  Time set = (wall - looked_) - (steady - steady_);
  if (set > -one_second && set < one_second) set = 0;
  for (Loss& loss : losses_) {
    loss.from += set;
    loss.until += set;
  }
  const Time since = looked_ + set;
  if (lost && !losses_.empty() && losses_.back().until + margin >= since) {
    losses_.back().until = wall;
  } else if (lost) {
    losses_.push_back({since, wall});
  }
  looked_ = wall;
  steady_ = steady;
  return set;
}

bool LossTimes::is_near(Time packet) {
  while (!losses_.empty() && packet > losses_.front().until + margin) losses_.pop_front();
  return std::any_of(losses_.begin(), losses_.end(),
                     [&](const Loss& loss) { return packet + margin >= loss.from && packet <= loss.until + margin; });
}

}  // namespace longwire
