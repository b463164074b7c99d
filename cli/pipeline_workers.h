// The middle of the pipeline: workers, each with the connections whose hash falls to it, in the reading thread or in threads of
// their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/packet_source.h"
#include "capture/segment.h"
#include "cli/pipeline.h"
#include "cli/pipeline_keys.h"
#include "cli/pipeline_writer.h"

namespace longwire {

// Live, once a second: workers tell how it stands with their open connections.
struct PipelineTick {
  std::uint64_t forget_closed_by = 0;         // connections that this packet or an earlier one has closed are over
  bool tell_all = false;                      // rows were lost: all connections are told again, not only those with news
  std::optional<std::uint32_t> next_capture;  // the next packets are of this one, and rows go to the next database:
  std::string next_path;
};

// What was read and decoded together. `shares` says which segments are whose; it is used again when nobody reads it.
struct ReadBatch {
  PacketBatch packets;
  SegmentBatch segments;
  std::optional<PipelineTick> tick;  // behind the packets
  std::vector<std::vector<std::uint32_t>> shares;
  std::atomic<std::size_t> readers{0};
};

class Workers {
 public:
  Workers(const PipelineOptions& options, PipelineWriter& writer);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // How many make rows.
  static std::size_t count(unsigned threads) { return threads > 2 ? threads - 2 : 1; }

  // Keys that stand in the capture, before the packets that are added next.
  void add(const DecryptionSecrets& block);
  // The batch for the next read: one that nobody uses any more, or a new one.
  ReadBatch& next_batch();
  // False once rows can no longer be written.
  bool add(ReadBatch& batch);
  void finish();
  // What is under way is dropped. Rethrows what went wrong in a worker, if that is why.
  void stop();

  // Connections that are followed, at the last tick.
  std::uint64_t connections() const;
  // How often the reading thread had to wait.
  std::uint64_t waits() const;

 private:
  class Worker;
  class Thread;
  void share_out(ReadBatch& batch) const;

  std::vector<std::unique_ptr<ReadBatch>> pool_;  // outlives the threads that read it
  std::unique_ptr<PipelineKeys> keys_;            // as does this; null = none
  std::unique_ptr<Worker> inline_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace longwire
