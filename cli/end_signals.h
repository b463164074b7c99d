// The signals by which a person or the system ends a program, and who handles them for a while.
#pragma once

#include <csignal>

namespace longwire {

constexpr int exit_signalled = 128;  // and the signal's number, as shells say it

// While it lives, SIGINT, SIGTERM and SIGHUP go to `handler`, which may call only what signal-safety(7) allows; then to who had
// them before. A signal that was ignored before (nohup) stays ignored.
class EndSignals {
 public:
  explicit EndSignals(void (*handler)(int));
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

 private:
  struct sigaction before_[3];
};

}  // namespace longwire
