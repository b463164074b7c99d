#include "dissectors/repeated_anomalies.h"

#include <algorithm>

#include "capture/limits.h"

namespace longwire {

void RepeatedAnomalies::tell(Context& context, std::string_view code, Bytes part, std::string_view detail) {
  if (code.empty()) return;
  auto known = std::find_if(told_.begin(), told_.end(), [&](const auto& each) { return each.first == code; });
  if (known == told_.end()) known = told_.insert(told_.end(), {code, 0});
  if (known->second >= limits::repeated_anomalies) return;
  ++known->second;
  context.anomaly(code, part, detail);
}

}  // namespace longwire
