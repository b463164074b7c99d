#include "cli/confinement_trial.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace longwire {
namespace {

constexpr const char* variable = "LONGWIRE_TRY_CONFINEMENT";  // told in README, Tests

void tell(const char* what, bool done) {
  const int reason = errno;
  fmt::print(stderr, "trial: {}: {}\n", what, done ? "done" : std::generic_category().message(reason));
}

bool opens(const std::string& path, int how) {
  const int file = ::open(path.c_str(), how | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
  return file >= 0;
}

bool starts_a_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return child > 0;
}

bool runs_a_program() {
  char name[] = "true";
  char* arguments[] = {name, nullptr};
  return ::execv("/bin/true", arguments) == 0;
}

bool maps_code() {
  return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

bool types_into_a_terminal() {
  char key = 'x';
  return ::ioctl(STDIN_FILENO, TIOCSTI, &key) == 0;
}

}  // namespace

void try_confinement() {
  const char* value = std::getenv(variable);
  if (value == nullptr) return;
  const std::string file = value;
  const std::string beside = (std::filesystem::path(file).parent_path() / "made-by-trial").string();
  tell("open", opens(file, O_RDONLY));
  tell("write", opens(file, O_WRONLY));
  tell("make", opens(beside, O_WRONLY | O_CREAT));
  tell("list", opens("/", O_RDONLY | O_DIRECTORY));
  tell("remove", ::unlink(file.c_str()) == 0);
  tell("rename", ::rename(file.c_str(), beside.c_str()) == 0);
  tell("socket", ::socket(AF_INET, SOCK_STREAM, 0) >= 0);
  tell("packet socket", ::socket(AF_PACKET, SOCK_RAW, 0) >= 0);
  tell("process", starts_a_process());
  tell("code", maps_code());
  tell("trace", ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0);
  tell("signal", ::kill(::getppid(), 0) == 0);
  tell("terminal", types_into_a_terminal());
  tell("chmod", ::chmod(file.c_str(), 0600) == 0);
  tell("become root", ::setuid(0) == 0);
  tell("program", runs_a_program());  // last: where it is not refused, nothing comes behind it
}

}  // namespace longwire
