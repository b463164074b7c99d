// Where the pipeline's rows go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dissectors/row_batch.h"

namespace longwire {

// Which of several databases that follow one another: 0, 1 ..., and the path of those behind the first.
struct TargetDatabase {
  std::uint32_t number = 0;
  std::string path;
};

// How it goes; counts are since the beginning.
struct TargetState {
  std::uint64_t bytes = 0;           // of the newest database
  std::uint64_t lost_rows = 0;       // for want of room
  std::vector<std::string> remarks;  // what a person should know, since it was asked last
};

// Called by one thread. A target that is one database ignores what tells several apart.
class RowTarget {
 public:
  virtual ~RowTarget() = default;

  // The rows of the newest database, or of the one before that is not ended yet. The batch may be cleared afterwards.
  virtual void write(const RowBatch& batch, const TargetDatabase& database = {}) = 0;
  // What was written so far belongs together: readers may see it.
  virtual void commit() {}
  // No more rows of this one will come, the next one has begun.
  virtual void end([[maybe_unused]] const TargetDatabase& database) {}
  virtual TargetState take_state() { return {}; }
};

}  // namespace longwire
