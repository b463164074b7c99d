// The pipeline of a live capture: packets to rows while it happens, and once a second how everything stands.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "capture/live_source.h"
#include "cli/pipeline.h"
#include "cli/pipeline_stop.h"
#include "storage/row_target.h"

namespace longwire {

// As far as the last second's end; counts are since the beginning.
struct LiveStatus {
  std::uint64_t packets = 0, bytes = 0;
  std::uint64_t dropped_by_kernel = 0, dropped_by_interface = 0;
  std::uint64_t connections = 0;  // followed now
  std::uint64_t lost_rows = 0;
  std::uint64_t database_bytes = 0;  // of the newest database
  std::vector<std::string> remarks;  // of interfaces and databases: what a person should know, once
};

struct LivePipelineOptions {
  PipelineOptions pipeline;
  const PipelineStop* stop = nullptr;  // never null in a run
  // Called by the reading thread for the packets of each batch; null = none. Nothing may throw.
  std::function<void(const PacketBatch&)> copy;
  // Called by the reading thread once a second.
  std::function<void(const LiveStatus&)> each_second;
  // Asked once a second, with the bytes of the newest database and how many seconds it is old: the path of the next one, where
  // that is to begin, else nothing. Null = one database.
  std::function<std::string(std::uint64_t bytes, std::uint64_t seconds)> next_database;
  // Called when it has begun.
  std::function<void()> begun;
};

// Runs until it is asked to stop, and has handed everything to `target` then; the caller finishes that. `path` is the target's
// first database. Throws as run_pipeline() does.
void run_live_pipeline(LiveSource& input, RowTarget& target, const std::string& path, const LivePipelineOptions& options);

}  // namespace longwire
