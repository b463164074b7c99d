// The database that longwire writes: rows in, one SQLite file out.
#pragma once

#include <memory>
#include <string>

#include "capture/error.h"
#include "storage/row_target.h"

namespace longwire {

struct StoreOptions {
  bool force = false;   // an existing target is replaced
  bool append = false;  // an existing Longwire database gets more rows
};

// An offline import: everything goes to a temporary file beside the target, which is renamed at the end. Where append
// is asked, the temporary file begins as a copy of the target. All members throw OutputError with a line that names the
// file and what to do; nothing is left under the final name, and the temporary file is removed by the destructor.
class Store final : public RowTarget {
 public:
  Store(const std::string& target, StoreOptions options);
  ~Store() override;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Set-wide number of the first packet of what is to come, and id of its first capture: 1, or what follows the
  // captures already there (append). Ids never collide.
  std::uint64_t first_number() const;
  std::int64_t first_capture_id() const;

  // In one transaction with what came before.
  void write(const RowBatch& batch, const TargetDatabase& database = {}) override;

  // All rows are there: indexes, views, statistics.
  void complete();
  // What was written so far is brought to the disk, so that publish() takes less time. Another thread may do so beside
  // complete().
  void settle() noexcept;
  // Behind these: the file gets its name.
  void publish();
  void finish() {
    complete();
    publish();
  }

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace longwire
