#include "storage/store.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "storage/sqlite.h"
#include "storage/target.h"
#include "storage/temporary_file.h"
#include "storage/writable_database.h"

namespace longwire {
namespace {

namespace fs = std::filesystem;

// KiB of pages in memory: the b-trees' edges stay there, and in the processor's cache. Measured: 48 MiB take a fifth more
// processor time, for the page faults of memory that is used once.
constexpr int cache_kib = 4 << 10;

// Nothing of an import is of use before its end, so nothing of it is protected: a failure removes the file.
std::string import_settings() {
  return fmt::format(
      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-{}; PRAGMA "
      "analysis_limit={};",
      cache_kib, WritableDatabase::analysis_rows);
}

}  // namespace

class Store::State {
 public:
  State(const std::string& target, StoreOptions options) : target_(target), file_(target), database_(file_.path(), target) {
    std::error_code none;
    if (options.append && fs::exists(target, none)) {
      copy_target();
    } else {
      database_.mark();
      database_.run(import_settings());
      database_.create_tables();
    }
    // What has its id from itself (certificates) may be told by several workers, and stays once. Ids that are unique by their
    // making never meet; should two do so all the same, the first row stays and the import goes on. It costs nothing: SQLite
    // looks for the key in any case.
    database_.prepare_inserts(WritableDatabase::Conflict::first_stays);
    database_.run("BEGIN");
  }

  std::int64_t number(std::string_view sql) { return database_.number(sql); }

  void write(const RowBatch& batch) {
    create_views();
    if (database_.write(batch) != SQLITE_DONE) database_.fail();
  }

  void complete() {
    create_views();
    database_.create_indexes();
    database_.run("COMMIT");
    database_.run("ANALYZE");
    database_.close();
  }
  void settle() noexcept { file_.settle(); }
  void publish() { file_.publish(); }

 private:
  // With the first rows, not before: a thread of its own, where there is one, then does it while the capture is read.
  void create_views() {
    if (has_views_) return;
    has_views_ = true;
    database_.create_views();
  }

  void copy_target() {
    std::string why;
    const Handle old = open_database(target_, SQLITE_OPEN_READONLY, why);
    if (old == nullptr) throw OutputError(fmt::format("cannot append to {}: {}", target_, why));
    refuse_to_append(old.get(), target_);
    database_.run("PRAGMA journal_mode=OFF");  // no second file beside the temporary one
    // Takes a reader's lock and what is still in the old file's log with it.
    sqlite3_backup* copy = sqlite3_backup_init(database_.handle(), "main", old.get(), "main");
    if (copy == nullptr) database_.fail();
    sqlite3_backup_step(copy, -1);
    if (sqlite3_backup_finish(copy) != SQLITE_OK) database_.fail();
    database_.run("PRAGMA journal_mode=DELETE");  // where the old file was in WAL mode
    database_.run(import_settings());
    database_.complete_tables();
  }

  std::string target_;
  TemporaryFile file_;
  WritableDatabase database_;
  bool has_views_ = false;
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

void Store::write(const RowBatch& batch, const TargetDatabase&) {
  state_->write(batch);
}

void Store::complete() {
  state_->complete();
}

void Store::settle() noexcept {
  state_->settle();
}

void Store::publish() {
  state_->publish();
}

}  // namespace longwire
