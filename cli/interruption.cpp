#include "cli/interruption.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iterator>

#include "storage/temporary_file.h"

namespace longwire {
namespace {

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr int exit_signalled = 128;  // and the signal's number, as shells say it

std::string line;  // what the handler writes; made before it can run

// Calls only what signal-safety(7) allows.
extern "C" void end_program(int signal) {
  if (TemporaryFile::remove_unfinished()) {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }
  ::_exit(exit_signalled + signal);
}

}  // namespace

Interruption::Interruption(const std::string& target) {
  line = fmt::format("{}longwire: stopped; nothing was written to {}\n", ::isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "", target);
  struct sigaction action {};
  action.sa_handler = end_program;
  sigfillset(&action.sa_mask);
  for (std::size_t i = 0; i < std::size(signals); ++i) {
    ::sigaction(signals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
}

Interruption::~Interruption() {
  for (std::size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &before_[i], nullptr);
}

}  // namespace longwire
