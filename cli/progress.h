// Tells a person how far a long run is: one line on standard error, drawn again a few times a second. Only on a
// terminal; silent when piped.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace longwire {

// "412 MB": a number as a person reads it.
std::string in_units(double value, const char* unit);
// "1.8 M packets": likewise, of what has a name and no unit.
std::string in_thousands(double value, const char* what);

class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);  // shown only where wanted and standard error is a terminal
  ~ProgressLine();                     // removes the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(std::uint64_t bytes, std::optional<std::uint64_t> total_bytes, std::uint64_t packets);

  // The line for a run that is `seconds` old: "412 MB of 1.2 GB  34 %  1.8 M packets/s  4 s left".
  static std::string line(double seconds, std::uint64_t bytes, std::optional<std::uint64_t> total_bytes, std::uint64_t packets);

 private:
  using Clock = std::chrono::steady_clock;  // how long the user has waited; no row ever holds it
  bool shown_;
  bool drawn_ = false;
  Clock::time_point began_ = Clock::now(), next_ = began_;
};

}  // namespace longwire
