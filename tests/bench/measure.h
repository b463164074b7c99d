// Measures a piece of work in a process of its own, so that neither caches nor peak memory of one piece reach another's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace longwire::bench {

struct Work {
  double seconds = 0;         // of what the work says is to be timed
  std::uint64_t packets = 0;  // that it handled
  std::uint64_t rows = 0;     // that it made
};

struct Measured {
  Work work;
  double peak_mb = 0;  // largest resident set of the process, mapped files included, 10^6 bytes
};

class Stopwatch {
 public:
  Stopwatch();
  double seconds() const;

 private:
  std::int64_t started_ns_;
};

// Runs `work` in a child process and waits for it. Throws std::runtime_error with `name` where the child fails.
Measured measure(const std::string& name, const std::function<Work()>& work);

// The one in the middle by seconds; of two in the middle the faster. `runs` is not empty.
Measured median(std::vector<Measured> runs);

}  // namespace longwire::bench
