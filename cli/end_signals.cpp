#include "cli/end_signals.h"

#include <iterator>

namespace longwire {
namespace {

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};

}  // namespace

EndSignals::EndSignals(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigfillset(&action.sa_mask);
  for (std::size_t i = 0; i < std::size(signals); ++i) {
    ::sigaction(signals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
}

EndSignals::~EndSignals() {
  for (std::size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &before_[i], nullptr);
}

}  // namespace longwire
