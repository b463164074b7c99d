// How a live capture goes, for a person: a line on a terminal that is drawn again every second, else a line a minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/pipeline_live.h"

namespace longwire {

class LiveStatusLine {
 public:
  using Clock = std::chrono::steady_clock;  // how long the user has waited; no row ever holds it

  // `name`: what is captured on.
  LiveStatusLine(std::string name, bool wanted);
  ~LiveStatusLine();  // removes the line
  LiveStatusLine(const LiveStatusLine&) = delete;
  LiveStatusLine& operator=(const LiveStatusLine&) = delete;

  void update(const LiveStatus& status, Clock::time_point now = Clock::now());
  // A line of its own, which stays.
  void say(const std::string& text);

  // "eth0  12 k packets/s  98 Mbit/s  1234 connections  0 dropped  35 MB memory  12 MB database": of the last `seconds`.
  static std::string line(const std::string& name, double seconds, const LiveStatus& before, const LiveStatus& now, std::uint64_t memory);

 private:
  std::uint64_t memory() const;

  std::string name_;
  bool wanted_, terminal_;
  bool drawn_ = false;
  int statm_;  // /proc/self/statm, opened while that is allowed
  LiveStatus told_;
  Clock::time_point told_at_ = Clock::now();
};

}  // namespace longwire
