// Where the rows of a live capture go: one database, or one after the other.
//
// The thread that reads packets decides when the next one begins (begin_next); rows then say which one they are for, and may
// come for the old one and the new one side by side until end() of the old one. All other members are the writing thread's,
// but for those that say otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dissectors/row_batch.h"
#include "storage/live_store.h"
#include "storage/rotation.h"
#include "storage/row_target.h"
#include "storage/store.h"

namespace longwire {

struct LiveTargetOptions {
  std::string path;
  StoreOptions file;
  bool rotates = false;
  KeepFiles keep;
  std::vector<RotatedFiles> beside;              // other files that come and go with the databases
  std::function<void(const std::string&)> tell;  // a line for a person: storing pauses, goes on
};

class LiveTarget final : public RowTarget {
 public:
  // Makes the first database. Throws OutputError.
  LiveTarget(LiveTargetOptions options, std::time_t now);
  ~LiveTarget() override;
  LiveTarget(const LiveTarget&) = delete;
  LiveTarget& operator=(const LiveTarget&) = delete;

  std::uint64_t first_number() const { return first_number_; }
  std::int64_t first_capture_id() const { return first_capture_id_; }

  // The reading thread: a new database, whose number is one more than the last one's (0 is the first); its path.
  std::string begin_next(std::time_t now);
  // Any thread. Path of the newest database.
  std::string path() const;
  // Any thread. Of the newest database, at the last commit.
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  // Any thread. Since the beginning.
  std::uint64_t lost_rows() const { return lost_rows_.load(std::memory_order_relaxed); }

  // Why rows are not stored at the moment; empty = they are.
  const std::string& pause() const { return pause_; }

  void write(const RowBatch& batch, std::uint32_t database = 0) override;
  void commit() override;
  void end(std::uint32_t database) override;
  void finish();

 private:
  struct Open {
    std::string path;
    std::unique_ptr<LiveStore> store;  // null = it could not be made yet
    bool failed = false;               // to be made, since the last commit
    std::uint64_t lost_rows = 0;       // while it could not
  };
  Open& at(std::uint32_t database);
  void make(Open& open);
  void pauses(const std::string& why);
  void look_for_pauses();
  void remove_files() const;
  void count();

  const LiveTargetOptions options_;
  RotatedFiles series_;
  std::uint64_t first_number_ = 1;
  std::int64_t first_capture_id_ = 1;
  std::deque<Open> open_;  // consecutive numbers from first_open_
  std::uint32_t first_open_ = 0;
  std::uint64_t lost_in_ended_ = 0;
  std::string pause_;  // as told last; empty = none
  std::uint64_t commits_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0, lost_rows_ = 0;
  mutable std::mutex mutex_;        // of paths_
  std::vector<std::string> paths_;  // of all databases
};

}  // namespace longwire
