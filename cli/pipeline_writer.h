// The end of the pipeline: takes full row batches and gives empty ones, straight into the target or through a thread that
// writes.
#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "cli/pipeline_queue.h"
#include "dissectors/row_batch.h"
#include "storage/row_target.h"

namespace longwire {

// What a maker of rows says with a batch.
struct RowMark {
  TargetDatabase database{};   // the rows are of this one
  bool tick = false;           // it has told all it had to tell up to this second: when all have, the target commits
  bool ends_database = false;  // its next rows are of the next one: when all have, the target ends this one
};

class PipelineWriter {
 public:
  // `makers`: how many give batches.
  PipelineWriter(RowTarget& target, std::size_t makers, bool own_thread);
  ~PipelineWriter();
  PipelineWriter(const PipelineWriter&) = delete;
  PipelineWriter& operator=(const PipelineWriter&) = delete;

  // The batch is written, now or soon; what comes back is empty. Null once writing has failed.
  std::unique_ptr<RowBatch> exchange(std::unique_ptr<RowBatch> batch, RowMark mark = {});

  // Waits until everything is written; rethrows what went wrong there.
  void finish();

  // Any thread. How often a maker had to wait.
  std::uint64_t waits() const { return full_.waits(); }
  // Any thread. The target's, as of its last commit; remarks are told once.
  TargetState take_state();

 private:
  struct Delivery {
    std::unique_ptr<RowBatch> rows;
    RowMark mark;
  };
  void write_all();
  void write(Delivery& delivery);
  void keep_state();

  RowTarget& target_;
  const std::size_t makers_;
  std::size_t ticks_ = 0;                       // since the last commit
  std::map<std::uint32_t, std::size_t> ended_;  // makers that have ended a database
  PipelineQueue<Delivery> full_;
  PipelineQueue<std::unique_ptr<RowBatch>> empty_;
  std::exception_ptr failure_;  // read after join
  std::mutex mutex_;            // of state_
  TargetState state_;
  std::thread thread_;
};

}  // namespace longwire
