// Ctrl-C while a database is being written. Whoever stops an import wants none of it, and wants it now, wherever the
// program waits: for a silent pipe, for a slow disk, for SQLite's indexes.
#pragma once

#include <optional>
#include <string>

#include "cli/end_signals.h"

namespace longwire {

// While it lives, SIGINT, SIGTERM and SIGHUP end the program at once: one line, no temporary file left, exit code 128 +
// signal. A signal that was ignored before (nohup) stays ignored. One at a time.
class Interruption {
 public:
  // `target`: what the line names.
  explicit Interruption(const std::string& target);

 private:
  std::optional<EndSignals> signals_;
};

}  // namespace longwire
