// Ctrl-C during a live capture: whoever stops it wants what was seen, in a database that is whole.
#pragma once

#include <optional>

#include "cli/end_signals.h"
#include "cli/pipeline_stop.h"

namespace longwire {

// While it lives, the first SIGINT, SIGTERM or SIGHUP asks `stop`; the second ends the program at once, with exit code
// 128 + signal and the database as of the last second. A signal that was ignored before (nohup) stays ignored. One at a time.
class StopRequest {
 public:
  explicit StopRequest(PipelineStop& stop);

 private:
  std::optional<EndSignals> signals_;
};

}  // namespace longwire
