// What is counted and told of an HTTP/2 connection as a whole: frames, pings, GOAWAY, and the pace of what can be abused.
//
// Part of a connection's state; makes its row in the end.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "dissectors/context.h"
#include "dissectors/http2_frame.h"

namespace longwire {

class Http2Facts {
 public:
  // Every frame, by its header, at its first byte.
  void count(Side side, const Http2Frame& frame, const Stamp& at);
  // A PING's payload. False where an acknowledgement answers none.
  bool ping(Side side, const Http2Frame& frame, Bytes payload, const Stamp& at, Context& context);
  void goaway(Side side, Bytes payload, const Stamp& at, Context& context);
  void origin(Bytes payload);
  void alt_svc(Bytes payload);
  void count_reset_before_response() { ++resets_before_response_; }
  void count_continuations(std::uint32_t in_a_row);
  void count_interleaved(Side side) { ++sides_[index(side)].interleaved; }

  // Tells of the pings that nobody answered, and fills in what it knows.
  void finish(Http2ConnectionRow& row, Context& context);
  bool limited() const { return limited_; }

  // Bytes beside the object's own.
  std::uint64_t held_memory() const {
    return pings_.capacity() * sizeof(Ping) + origins_.capacity() + alt_svc_.capacity() + debug_.capacity();
  }

 private:
  // Most events in one second of the clock.
  struct Pace {
    void add(const Stamp& at);
    std::int64_t second = 0;
    std::uint32_t now = 0, most = 0;
  };
  struct Ping {
    Side from;
    std::uint64_t data;
    Stamp at;
    Integer idle_before;
  };
  struct Sent {
    std::array<std::uint32_t, 18> frames{};  // by type; the last is of all others
    std::uint64_t interleaved = 0;
  };
  void tell(const Ping& ping, const Stamp* answered, Context& context);
  void append_frames(std::string& json, Side side) const;

  std::array<Sent, 2> sides_;
  std::vector<Ping> pings_;  // not answered yet, the oldest first
  std::uint64_t asked_ = 0, answered_ = 0, goaways_ = 0, resets_before_response_ = 0, empty_ = 0;
  Time shortest_ = 0, longest_ = 0, last_frame_ = 0, previous_frame_ = 0;
  Pace resets_, pings_pace_, settings_;
  std::uint32_t continuations_ = 0;
  Side goaway_by_ = Side::client;
  Time goaway_at_ = 0;
  std::uint32_t goaway_code_ = 0, goaway_last_ = 0;
  std::string debug_, origins_, alt_svc_;
  bool limited_ = false;
};

}  // namespace longwire
