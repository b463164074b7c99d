// Ctrl-C during a live capture: whoever stops it wants what was seen, in a database that is whole.
#pragma once

#include <csignal>

#include "cli/pipeline_stop.h"

namespace longwire {

// While it lives, the first SIGINT, SIGTERM or SIGHUP asks `stop`; the second ends the program at once, with exit code
// 128 + signal and the database as of the last second. A signal that was ignored before (nohup) stays ignored. One at a time.
class StopRequest {
 public:
  explicit StopRequest(PipelineStop& stop);
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

 private:
  struct sigaction before_[3];
};

}  // namespace longwire
