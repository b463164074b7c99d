// Rows about what was read: captures, their interfaces, what their packets were, and oddities below TCP.
#pragma once

#include <string>
#include <vector>

#include "capture/decode.h"
#include "capture/packet_source.h"
#include "dissectors/context.h"

namespace longwire {

class CaptureRows {
 public:
  CaptureRows(std::string options_text, std::int64_t first_capture_id)
      : options_text_(std::move(options_text)), first_capture_id_(first_capture_id) {}

  void captures(const std::vector<CaptureInfo>& infos, RowBatch& rows) const;
  // That with this index, and its interfaces. Live: the databases before and behind it; empty = none.
  struct Neighbours {
    std::string previous, next;
  };
  void capture(std::uint32_t index, const CaptureInfo& info, const Neighbours& neighbours, RowBatch& rows) const;
  void kinds(std::uint32_t capture, const std::vector<PacketKind>& kinds, RowBatch& rows) const;
  void anomalies(const std::vector<DecodeAnomaly>& anomalies, RowBatch& rows);

 private:
  std::string options_text_;
  std::int64_t first_capture_id_;
  Ids ids_{packet_ids};
};

}  // namespace longwire
