#include "tests/bench/measure.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace longwire::bench {
namespace {

constexpr double kib = 1024, mb = 1e6;

[[noreturn]] void be_child(int result_fd, const std::string& name, const std::function<Work()>& work) {
  try {
    const Work done = work();
    _exit(write(result_fd, &done, sizeof done) == static_cast<ssize_t>(sizeof done) ? 0 : 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    _exit(1);
  }
}

std::int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

Stopwatch::Stopwatch() : started_ns_(now_ns()) {}

double Stopwatch::seconds() const {
  return static_cast<double>(now_ns() - started_ns_) / 1e9;
}

Measured measure(const std::string& name, const std::function<Work()>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe for " + name);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process for " + name);
  if (child == 0) be_child(ends[1], name, work);
  close(ends[1]);
  Measured measured;
  const bool told = read(ends[0], &measured.work, sizeof measured.work) == static_cast<ssize_t>(sizeof measured.work);
  close(ends[0]);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  if (!told || !WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(name + " failed");
  measured.peak_mb = static_cast<double>(usage.ru_maxrss) * kib / mb;
  return measured;
}

Measured median(std::vector<Measured> runs) {
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>((runs.size() - 1) / 2);
  std::nth_element(runs.begin(), middle, runs.end(), [](const Measured& a, const Measured& b) { return a.work.seconds < b.work.seconds; });
  return *middle;
}

}  // namespace longwire::bench
