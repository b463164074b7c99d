#include "dissectors/http2_settings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "capture/limits.h"
#include "dissectors/http2_frame.h"

//   settings = *( id(16) value(32) )

namespace longwire {
namespace {

constexpr std::array<std::string_view, 10> names{"",
                                                 "HEADER_TABLE_SIZE",
                                                 "ENABLE_PUSH",
                                                 "MAX_CONCURRENT_STREAMS",
                                                 "INITIAL_WINDOW_SIZE",
                                                 "MAX_FRAME_SIZE",
                                                 "MAX_HEADER_LIST_SIZE",
                                                 "",
                                                 "ENABLE_CONNECT_PROTOCOL",
                                                 "NO_RFC7540_PRIORITIES"};

constexpr std::uint32_t largest_window = 0x7fffffff;            // RFC 9113 section 6.9.1
constexpr std::uint32_t largest_frame_allowed = (1 << 24) - 1;  // RFC 9113 section 4.2

bool sound(std::uint16_t id, std::uint32_t value) {
  switch (id) {
    case Http2Settings::enable_push:
    case Http2Settings::enable_connect_protocol:
    case Http2Settings::no_rfc7540_priorities:
      return value <= 1;
    case Http2Settings::initial_window_size:
      return value <= largest_window;
    case Http2Settings::max_frame_size:
      return value >= Http2Frame::default_max && value <= largest_frame_allowed;
    default:
      return true;
  }
}

}  // namespace

std::string_view Http2Settings::read(Bytes payload) {
  std::string_view wrong;
  seen_ = true;
  Cursor in(payload);
  while (in.left() >= 6) {
    const Setting setting{in.u16(), in.u32()};
    if (!sound(setting.id, setting.value)) {
      wrong = "http2.settings.value";
      continue;
    }
    if (setting.id == initial_window_size) last_window_ = setting.value;
    if (setting.id == max_frame_size) largest_frame_ = std::max(largest_frame_, setting.value);
    const auto known = std::find_if(announced_.begin(), announced_.end(), [&](const Setting& each) { return each.id == setting.id; });
    if (known != announced_.end()) {
      known->value = setting.value;
    } else if (announced_.size() < limits::http2_settings) {
      announced_.push_back(setting);
    }
  }
  if (waiting_.size() >= limits::http2_settings_waiting) acknowledge();
  waiting_.push_back(last_window_);
  return wrong;
}

bool Http2Settings::acknowledge() {
  if (waiting_.empty()) return false;
  window_ = waiting_.front();
  waiting_.erase(waiting_.begin());
  return true;
}

Integer Http2Settings::value(Id id) const {
  for (const Setting& setting : announced_)
    if (setting.id == id) return setting.value;
  return {};
}

std::int64_t Http2Settings::window() const {
  return waiting_.empty() ? window_ : std::max(window_, *std::max_element(waiting_.begin(), waiting_.end()));
}

std::uint32_t Http2Settings::largest_frame() const {
  return std::max(largest_frame_, Http2Frame::default_max);
}

std::string Http2Settings::json() const {
  std::string json = "{";
  for (const Setting& setting : announced_) {
    if (json.size() > 1) json += ',';
    const std::string_view name = setting.id < names.size() ? names[setting.id] : std::string_view{};
    json += name.empty() ? fmt::format("\"0x{:04x}\":{}", setting.id, setting.value) : fmt::format("\"{}\":{}", name, setting.value);
  }
  return json + '}';
}

}  // namespace longwire
