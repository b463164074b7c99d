#include "cli/stop_request.h"

#include <unistd.h>

#include <iterator>

namespace longwire {
namespace {

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr int exit_signalled = 128;  // and the signal's number, as shells say it

PipelineStop* asked = nullptr;  // outlives the handlers
volatile std::sig_atomic_t signals_seen = 0;

// Calls only what signal-safety(7) allows.
extern "C" void stop_or_end(int signal) {
  if (signals_seen != 0) ::_exit(exit_signalled + signal);
  signals_seen = 1;
  asked->request();
}

}  // namespace

StopRequest::StopRequest(PipelineStop& stop) {
  asked = &stop;
  signals_seen = 0;
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
}

}  // namespace longwire
