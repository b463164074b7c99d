#include "cli/stop_request.h"

#include <unistd.h>

#include <atomic>
#include <iterator>

namespace longwire {
namespace {

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr int exit_signalled = 128;  // and the signal's number, as shells say it

std::atomic<LiveSource*> asked = nullptr;  // null once it was asked to stop

// Calls only what signal-safety(7) allows.
extern "C" void stop_or_end(int signal) {
  LiveSource* source = asked.exchange(nullptr);
  if (source == nullptr) ::_exit(exit_signalled + signal);
  source->stop();
}

}  // namespace

StopRequest::StopRequest(LiveSource& source) {
  asked = &source;
  struct sigaction action {};
  action.sa_handler = stop_or_end;
  sigfillset(&action.sa_mask);
  for (std::size_t i = 0; i < std::size(signals); ++i) {
    ::sigaction(signals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
}

StopRequest::~StopRequest() {
  for (std::size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &before_[i], nullptr);
  asked = nullptr;
}

}  // namespace longwire
