// Wireless LAN frames, plain or behind the headers that capture points add.
#pragma once

#include <optional>

#include "capture/layer.h"

namespace longwire {

Layer read_radiotap(const Layer& layer, Walk& walk);
Layer read_ppi(const Layer& layer, Walk& walk);
Layer read_ieee802_11(const Layer& layer, Walk& walk);

// The payload (LLC) of the aggregated frame at the front of `layer`, and the frames behind it; nothing where no more
// frame begins.
struct AggregatedFrame {
  Layer payload, behind;
};
std::optional<AggregatedFrame> read_aggregated_frame(const Layer& layer);

}  // namespace longwire
