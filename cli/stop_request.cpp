#include "cli/stop_request.h"

#include <unistd.h>

namespace longwire {
namespace {

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
  signals_.emplace(stop_or_end);
}

}  // namespace longwire
