// Where the pipeline's rows go.
#pragma once

#include <cstdint>

#include "dissectors/row_batch.h"

namespace longwire {

// Called by one thread. A target that is one database ignores what tells several apart.
class RowTarget {
 public:
  virtual ~RowTarget() = default;

  // The rows of database 0, 1 ...: the newest one, or the one before that is not ended yet. The batch may be cleared
  // afterwards.
  virtual void write(const RowBatch& batch, std::uint32_t database = 0) = 0;
  // What was written so far belongs together: readers may see it.
  virtual void commit() {}
  // No more rows of this one will come, the next one has begun.
  virtual void end([[maybe_unused]] std::uint32_t database) {}
};

}  // namespace longwire
