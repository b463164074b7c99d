// A Longwire database that rows are written to: its tables, views and indexes, and the statements that insert.
//
// Owned by a Store or a LiveStore, which says when transactions begin and end. Members throw OutputError with a line that
// names the file as the user knows it, unless they return SQLite's result code.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "capture/error.h"
#include "dissectors/row_batch.h"
#include "storage/row_table.h"
#include "storage/sqlite.h"

namespace longwire {

class WritableDatabase {
 public:
  // Bytes of a page. Measured: exchanges of 1 KB go in 1.6 times as fast as with SQLite's usual 4 KiB, which such rows
  // overflow.
  static constexpr int page_bytes = 16384;
  // Rows of an index that ANALYZE looks at (sqlite.org/lang_analyze.html recommends 100 to 1000).
  static constexpr int analysis_rows = 1000;

  // Of two rows with the same id.
  enum class Conflict { first_stays, last_stays };

  // Opens the file `path`, which is there; `name` is what messages call it.
  WritableDatabase(const std::string& path, std::string name);
  WritableDatabase(const WritableDatabase&) = delete;
  WritableDatabase& operator=(const WritableDatabase&) = delete;

  [[noreturn]] void fail(std::string_view why) const { throw OutputError("cannot write " + name_ + ": " + std::string(why)); }
  // With SQLite's last message.
  [[noreturn]] void fail() const { fail(error_message(handle_.get())); }
  sqlite3* handle() const { return handle_.get(); }
  const std::string& name() const { return name_; }

  void run(const std::string& sql);
  int try_to_run(const std::string& sql) { return sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr); }
  // The first column of the first row.
  std::int64_t number(std::string_view sql);

  // The marks of a Longwire database, before any table.
  void mark();
  void create_tables();
  // What an older program of the same schema version did not know.
  void complete_tables();
  // What no row changes: views, and tables of reference.
  void create_views();
  void create_indexes();

  // Has to be called once, before write().
  void prepare_inserts(Conflict conflict);
  // All rows of the batch. SQLITE_DONE, or why not; then some of them may have been written.
  int write(const RowBatch& batch);
  // Back to the file alone; nothing can be done afterwards.
  void close();

 private:
  struct Insert {
    explicit Insert(const Table& table) : source(table) {}
    RowTable source;
    Statement statement;
  };
  Statement checked(Statement statement) const;
  void complete(const Table& table);

  std::string name_;
  std::deque<Insert> inserts_;  // sources must stay where they are, and outlive handle_
  Handle handle_;
};

}  // namespace longwire
