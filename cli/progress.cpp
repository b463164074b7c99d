#include "cli/progress.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace longwire {
namespace {

constexpr std::chrono::milliseconds redraw{200};  // often enough to look alive, too rare to cost anything

struct Scaled {
  explicit Scaled(double value) {
    const char* const prefixes[] = {"", "k", "M", "G", "T"};
    int n = 0;
    while (value >= 1000 && n < 4) {
      value /= 1000;
      ++n;
    }
    number = fmt::format("{:.{}f}", value, value < 10 && n > 0 ? 1 : 0);
    prefix = prefixes[n];
  }
  std::string number;
  const char* prefix;
};

}  // namespace

std::string in_units(double value, const char* unit) {
  const Scaled scaled(value);
  return fmt::format("{} {}{}", scaled.number, scaled.prefix, unit);
}

std::string in_thousands(double value, const char* what) {
  const Scaled scaled(value);
  return fmt::format("{}{}{} {}", scaled.number, *scaled.prefix == 0 ? "" : " ", scaled.prefix, what);
}

ProgressLine::ProgressLine(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void ProgressLine::update(std::uint64_t bytes, std::optional<std::uint64_t> total_bytes, std::uint64_t packets) {
  if (!shown_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + redraw;
  drawn_ = true;
  const std::string text = line(std::chrono::duration<double>(now - began_).count(), bytes, total_bytes, packets);
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
  std::fflush(stderr);
}

std::string ProgressLine::line(double seconds, std::uint64_t bytes, std::optional<std::uint64_t> total_bytes, std::uint64_t packets) {
  std::string text = in_units(static_cast<double>(bytes), "B");
  const bool measured = total_bytes && *total_bytes > 0;
  const double share = measured ? static_cast<double>(bytes) / static_cast<double>(*total_bytes) : 0;
  if (measured) text += fmt::format(" of {}  {:.0f} %", in_units(static_cast<double>(*total_bytes), "B"), share * 100);
  if (seconds > 0) text += fmt::format("  {}/s", in_thousands(static_cast<double>(packets) / seconds, "packets"));
  if (share > 0.01 && seconds > 1) text += fmt::format("  {:.0f} s left", seconds / share * (1 - share));
  return text;
}

}  // namespace longwire
