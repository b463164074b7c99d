#include "cli/live_status.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "cli/progress.h"

namespace longwire {
namespace {

constexpr std::chrono::seconds between_lines{60};  // where nobody sits before a terminal

}  // namespace

LiveStatusLine::LiveStatusLine(std::string name, bool wanted)
    : name_(std::move(name)),
      wanted_(wanted),
      terminal_(isatty(STDERR_FILENO) != 0),
      statm_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}

LiveStatusLine::~LiveStatusLine() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  if (statm_ >= 0) ::close(statm_);
}

// Resident bytes: the second number of proc(5)'s statm, in pages. 0 = not known.
std::uint64_t LiveStatusLine::memory() const {
  char text[128] = "";
  if (statm_ < 0 || ::pread(statm_, text, sizeof text - 1, 0) <= 0) return 0;
  char* behind_size = nullptr;
  std::strtoull(text, &behind_size, 10);
  return std::strtoull(behind_size, nullptr, 10) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void LiveStatusLine::update(const LiveStatus& status, Clock::time_point now) {
  if (!wanted_) return;
  if (!terminal_ && now - told_at_ < between_lines) return;
  const std::string text = line(name_, std::chrono::duration<double>(now - told_at_).count(), told_, status, memory());
  std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "longwire: %s\n", text.c_str());
  std::fflush(stderr);
  drawn_ = terminal_;
  told_ = status;
  told_at_ = now;
}

void LiveStatusLine::say(const std::string& text) {
  std::fprintf(stderr, "%slongwire: %s\n", drawn_ ? "\r\033[K" : "", text.c_str());
  drawn_ = false;
}

std::string LiveStatusLine::line(const std::string& name, double seconds, const LiveStatus& before, const LiveStatus& now,
                                 std::uint64_t memory) {
  const auto rate = [seconds](std::uint64_t from, std::uint64_t to) { return seconds > 0 ? static_cast<double>(to - from) / seconds : 0; };
  constexpr double bits = 8;
  std::string text =
      fmt::format("{}  {}/s  {}/s  {} connections  {} dropped", name, in_thousands(rate(before.packets, now.packets), "packets"),
                  in_units(bits * rate(before.bytes, now.bytes), "bit"), now.connections, now.dropped_by_kernel + now.dropped_by_interface);
  if (now.lost_rows > 0) text += fmt::format("  {} rows lost", now.lost_rows);
  return text + fmt::format("  {} memory  {} database", in_units(static_cast<double>(memory), "B"),
                            in_units(static_cast<double>(now.database_bytes), "B"));
}

}  // namespace longwire
