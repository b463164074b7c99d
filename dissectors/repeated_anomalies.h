// The anomalies of one connection of HTTP/2, SPDY or TLS, or of one WebSocket. What repeats without end is told
// limits::repeated_anomalies times, each code for itself: a flood must not become a flood of rows.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "dissectors/context.h"

namespace longwire {

class RepeatedAnomalies {
 public:
  // As Context::anomaly(). `code` is a literal; nothing is told where it is empty.
  void tell(Context& context, std::string_view code, Bytes part, std::string_view detail = {});

  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return told_.capacity() * sizeof told_[0]; }

 private:
  std::vector<std::pair<std::string_view, std::uint32_t>> told_;  // times, by code
};

}  // namespace longwire
