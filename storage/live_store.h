// One database of a live capture: in WAL mode, under its final name from the beginning, so that whoever reads it sees what
// was committed last. Nothing a reader does keeps a row from being written.
//
// Rows with the id of an earlier one take its place: that of a connection that is still open is told again and again.
//
// Where there is no room (a full disk; a locked or failing file), storing pauses: what was not committed is lost, and
// counted; with every commit() it is tried again. What was committed stays whole through that, and through the program's
// sudden end (a power loss may take what was committed last, but not harm the file).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dissectors/row_batch.h"
#include "storage/store.h"

namespace longwire {

class LiveStore {
 public:
  // Throws OutputError where the file cannot be made or added to.
  LiveStore(const std::string& target, StoreOptions options);
  ~LiveStore();
  LiveStore(const LiveStore&) = delete;
  LiveStore& operator=(const LiveStore&) = delete;

  // As Store's.
  std::uint64_t first_number() const;
  std::int64_t first_capture_id() const;

  void write(const RowBatch& batch);
  // Readers see what was written.
  void commit();
  // The rows of connections that are still open say that they go on in the next database.
  void pass_on();
  // Commits, and leaves one file where no reader keeps it from that.
  void finish();

  // Why storing pauses; empty = it does not.
  const std::string& pause() const;
  std::uint64_t lost_rows() const;  // since the beginning
  std::uint64_t bytes() const;      // of the file, its log included

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace longwire
