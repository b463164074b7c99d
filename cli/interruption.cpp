#include "cli/interruption.h"

#include <fmt/format.h>
#include <unistd.h>

#include "storage/temporary_file.h"

namespace longwire {
namespace {

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
  signals_.emplace(end_program);
}

}  // namespace longwire
