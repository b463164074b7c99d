// What one side has announced by SETTINGS (RFC 9113 section 6.5), and what of it is in force.
//
// A sender goes by new settings from when it has read them, which its acknowledgement tells. Until then either the old or
// the new ones may be in force: where an observer must say how much may be sent, it is the larger.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/bytes.h"
#include "dissectors/row.h"

namespace longwire {

class Http2Settings {
 public:
  enum Id : std::uint16_t {
    header_table_size = 1,
    enable_push = 2,
    max_concurrent_streams = 3,
    initial_window_size = 4,
    max_frame_size = 5,
    max_header_list_size = 6,
    enable_connect_protocol = 8,  // RFC 8441
    no_rfc7540_priorities = 9,    // RFC 9218
  };
  static constexpr std::uint32_t default_window = 65535;  // RFC 9113 section 6.9.2

  // The payload of a SETTINGS frame. What is wrong with a value, a literal; empty = nothing.
  std::string_view read(Bytes payload);
  // The other side has acknowledged the oldest SETTINGS frame that it had not; false where there was none.
  bool acknowledge();
  // Frames may have been missed: all that is known is in force.
  void lose() { waiting_.clear(); }

  bool seen() const { return seen_; }
  std::size_t unacknowledged() const { return waiting_.size(); }
  // The last one announced; NULL = never.
  Integer value(Id id) const;
  // The window that each stream starts with, for what the other side sends.
  std::int64_t window() const;
  std::uint32_t largest_frame() const;

  // As a JSON object, in the order of first announcement: {"MAX_CONCURRENT_STREAMS":100}.
  std::string json() const;

 private:
  struct Setting {
    std::uint16_t id;
    std::uint32_t value;
  };

  std::vector<Setting> announced_;
  std::vector<std::uint32_t> waiting_;     // initial windows of frames not acknowledged yet, the oldest first
  std::uint32_t window_ = default_window;  // in force
  std::uint32_t last_window_ = default_window;
  std::uint32_t largest_frame_ = 0;  // of all announced
  bool seen_ = false;
};

}  // namespace longwire
