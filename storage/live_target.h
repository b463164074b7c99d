// Where the rows of a live capture go: one database, or one after the other.
//
// Rows say which database they are for, and may come for the old one and the new one side by side until end() of the old one.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "storage/live_store.h"
#include "storage/rotation.h"
#include "storage/row_target.h"

namespace longwire {

struct LiveTargetOptions {
  std::string path;  // of the first database
  StoreOptions file;
  KeepFiles keep;
  std::vector<RotatedFiles> series;  // of the databases, and of other files that come and go with them
};

class LiveTarget final : public RowTarget {
 public:
  // Makes the first database. Throws OutputError.
  explicit LiveTarget(LiveTargetOptions options);
  ~LiveTarget() override;
  LiveTarget(const LiveTarget&) = delete;
  LiveTarget& operator=(const LiveTarget&) = delete;

  std::uint64_t first_number() const { return first_number_; }
  std::int64_t first_capture_id() const { return first_capture_id_; }

  void write(const RowBatch& batch, const TargetDatabase& database = {}) override;
  void commit() override;
  void end(const TargetDatabase& database) override;
  TargetState take_state() override;

  // After the last row. Returns why the last rows are not stored; empty = they are.
  std::string finish();

 private:
  struct Open {
    std::string path;
    std::unique_ptr<LiveStore> store;  // null = it could not be made yet
    bool failed = false;               // to be made, since the last commit
    std::uint64_t lost_rows = 0;       // while it could not
  };
  Open& at(const TargetDatabase& database);
  void make(Open& open);
  void pauses(const std::string& why);
  std::string pause_now() const;
  std::uint64_t lost_rows() const;

  const LiveTargetOptions options_;
  std::uint64_t first_number_ = 1;
  std::int64_t first_capture_id_ = 1;
  std::deque<Open> open_;  // consecutive numbers from first_open_
  std::uint32_t first_open_ = 0;
  std::uint64_t lost_in_ended_ = 0;  // rows
  std::string pause_;                // as told last; empty = none
  unsigned calm_ = 0;                // commits since storing had to pause
  std::vector<std::string> remarks_;
  std::uint64_t commits_ = 0;
};

}  // namespace longwire
