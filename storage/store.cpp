#include "storage/store.h"

#include <fmt/format.h>

#include <deque>
#include <filesystem>
#include <string_view>
#include <vector>

#include "storage/row_table.h"
#include "storage/schema.h"
#include "storage/sql_files.h"
#include "storage/sqlite.h"
#include "storage/table.h"
#include "storage/temporary_file.h"

namespace longwire {
namespace {

namespace fs = std::filesystem;

// Bytes of a page. Measured: exchanges of 1 KB go in 1.6 times as fast as with SQLite's usual 4 KiB, which such rows
// overflow.
constexpr int page_bytes = 16384;
// KiB of pages in memory: the b-trees' edges stay there, and in the processor's cache. Measured: 48 MiB take a fifth more
// processor time, for the page faults of memory that is used once.
constexpr int cache_kib = 4 << 10;
// Rows of an index that ANALYZE looks at (sqlite.org/lang_analyze.html recommends 100 to 1000).
constexpr int analysis_rows = 1000;

// Nothing of an import is of use before its end, so nothing of it is protected: a failure removes the file.
std::string import_settings() {
  return fmt::format(
      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-{}; PRAGMA "
      "analysis_limit={};",
      cache_kib, analysis_rows);
}

// Throws where `target` must not be written at all.
void check_target(const std::string& target, StoreOptions options) {
  std::error_code none;
  const fs::file_status status = fs::status(target, none);
  if (fs::is_directory(status)) throw OutputError(fmt::format("{} is a directory; name a file", target));
  if (fs::exists(status) && !fs::is_regular_file(status)) throw OutputError(fmt::format("{} is not a regular file", target));
  if (fs::exists(status) && !options.force && !options.append)
    throw OutputError(fmt::format("{} exists; use --force to replace it or --append to add to it", target));
  if (options.force && fs::exists(status) && fs::file_size(target, none) > 0 && !is_longwire_database(target))
    throw OutputError(fmt::format("{} is not a Longwire database, and --force replaces nothing else; name another file", target));
}

}  // namespace

class Store::State {
 public:
  State(const std::string& target, StoreOptions options) : target_(target), file_(target) {
    std::string why;
    database_ = open_database(file_.path(), SQLITE_OPEN_READWRITE, why);
    if (database_ == nullptr) fail(why);
    std::error_code none;
    if (options.append && fs::exists(target, none)) {
      copy_target();
    } else {
      create();
    }
    prepare_inserts();
    run("BEGIN");
  }

  std::int64_t number(std::string_view sql) {
    const Statement statement = checked(prepare(database_.get(), sql));
    if (sqlite3_step(statement.get()) != SQLITE_ROW) fail(error_message(database_.get()));
    return sqlite3_column_int64(statement.get(), 0);
  }

  void write(const RowBatch& batch) {
    create_views();
    for (Insert& insert : inserts_) {
      const RowSpan rows = insert.source.table().rows(batch);
      if (rows.count == 0) continue;
      insert.source.show(rows);
      const int result = sqlite3_step(insert.statement.get());
      if (result != SQLITE_DONE) fail(error_message(database_.get()));
      sqlite3_reset(insert.statement.get());
      insert.source.show({});
    }
  }

  void finish() {
    create_views();
    for (const Table& table : tables())
      for (const std::string& sql : create_indexes(table)) run(sql);
    for (const SqlFile& file : indexes_files()) run(std::string(file.text));
    run("COMMIT");
    run("ANALYZE");
    inserts_.clear();
    if (sqlite3_close(database_.get()) != SQLITE_OK) fail(error_message(database_.get()));
    static_cast<void>(database_.release());
    file_.publish();
  }

 private:
  struct Insert {
    explicit Insert(const Table& table) : source(table) {}
    RowTable source;
    Statement statement;
  };

  [[noreturn]] void fail(std::string_view why) { throw OutputError(fmt::format("cannot write {}: {}", target_, why)); }

  void run(const std::string& sql) {
    if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(error_message(database_.get()));
  }

  Statement checked(Statement statement) {
    if (statement == nullptr) fail(error_message(database_.get()));
    return statement;
  }

  void create() {
    run(fmt::format("PRAGMA page_size={}; PRAGMA application_id={}; PRAGMA user_version={};", page_bytes, application_id, schema_version));
    run(import_settings());
    for (const Table& table : tables()) run(create_table(table));
  }

  // What no row changes. With the first rows, not before: a thread of its own, where there is one, then does it while the
  // capture is read.
  void create_views() {
    if (has_views_) return;
    has_views_ = true;
    for (const SqlFile& file : reference_files()) run(std::string(file.text));
    for (const SqlFile& file : views_files()) run(fmt::format("DROP VIEW IF EXISTS {}; {}", file.name, file.text));
  }

  void copy_target() {
    std::string why;
    const Handle old = open_database(target_, SQLITE_OPEN_READONLY, why);
    if (old == nullptr) throw OutputError(fmt::format("cannot append to {}: {}", target_, why));
    const Marks marks = read_marks(old.get());
    if (marks.origin != Origin::longwire) throw OutputError(fmt::format("cannot append to {}: not a Longwire database", target_));
    if (marks.version != schema_version)
      throw OutputError(fmt::format("cannot append to {}: its schema is version {}, this program writes version {}; name a new file",
                                    target_, marks.version, schema_version));
    run("PRAGMA journal_mode=OFF");  // no second file beside the temporary one
    // Takes a reader's lock and what is still in the old file's log with it.
    sqlite3_backup* copy = sqlite3_backup_init(database_.get(), "main", old.get(), "main");
    if (copy == nullptr) fail(error_message(database_.get()));
    sqlite3_backup_step(copy, -1);
    if (sqlite3_backup_finish(copy) != SQLITE_OK) fail(error_message(database_.get()));
    run("PRAGMA journal_mode=DELETE");  // where the old file was in WAL mode
    run(import_settings());
    for (const Table& table : tables()) complete(table);
  }

  // An older program of the same schema version knew fewer tables and columns: in rows that are there, the new ones are unknown.
  void complete(const Table& table) {
    const Statement known = checked(prepare(database_.get(), "SELECT 1 FROM pragma_table_info(?1) WHERE ?2 IS NULL OR name = ?2"));
    const auto is_there = [&](std::string_view column) {
      sqlite3_reset(known.get());
      sqlite3_bind_text(known.get(), 1, table.info.name.data(), static_cast<int>(table.info.name.size()), SQLITE_STATIC);
      sqlite3_bind_text(known.get(), 2, column.data(), static_cast<int>(column.size()), SQLITE_STATIC);
      return sqlite3_step(known.get()) == SQLITE_ROW;
    };
    if (!is_there({})) return run(create_table(table));
    for (const TableColumn& column : table.columns) {
      if (is_there(column.name)) continue;
      if (column.constraint.key == Key::primary)
        throw OutputError(fmt::format("cannot append to {}: an older longwire made it, whose {} had no {}; name a new file", target_,
                                      table.info.name, column.name));
      run(add_column(table, column));
    }
  }

  // OR IGNORE: what has its id from itself (certificates) may be told by several workers, and stays once. Ids that are
  // unique by their making never meet; should two do so all the same, the first row stays and the import goes on. It costs
  // nothing: SQLite looks for the key in any case.
  void prepare_inserts() {
    for (const Table& table : tables()) {
      Insert& insert = inserts_.emplace_back(table);
      if (insert.source.attach(database_.get()) != SQLITE_OK) fail(error_message(database_.get()));
      std::string names;
      for (const TableColumn& column : table.columns) names.append(names.empty() ? "" : ", ").append(column.name);
      insert.statement = checked(prepare(
          database_.get(), fmt::format("INSERT OR IGNORE INTO main.{0} ({1}) SELECT {1} FROM temp.batch_{0}", table.info.name, names)));
    }
  }

  std::string target_;
  TemporaryFile file_;
  bool has_views_ = false;
  std::deque<Insert> inserts_;  // sources must stay where they are, and outlive database_
  Handle database_;
};

Store::Store(const std::string& target, StoreOptions options) {
  check_target(target, options);
  state_ = std::make_unique<State>(target, options);
}

Store::~Store() = default;

std::uint64_t Store::first_number() const {
  return static_cast<std::uint64_t>(
      state_->number("SELECT coalesce(max(first_packet + packets + coalesce(filtered, 0)), 1) FROM captures"));
}

std::int64_t Store::first_capture_id() const {
  return state_->number("SELECT coalesce(max(id), 0) + 1 FROM captures");
}

void Store::write(const RowBatch& batch) {
  state_->write(batch);
}

void Store::finish() {
  state_->finish();
}

}  // namespace longwire
