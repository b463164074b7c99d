#include "storage/live_store.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "storage/target.h"
#include "storage/temporary_file.h"
#include "storage/writable_database.h"

namespace longwire {
namespace {

namespace fs = std::filesystem;

// KiB of pages in memory: the edges of all b-trees, indexes included, which are not made at the end here.
constexpr int cache_kib = 16 << 10;
// Milliseconds to wait for another program that writes; beyond it storing pauses.
constexpr int patience_ms = 2000;
// Bytes that the log keeps once it was copied into the file; it is longer only while a reader needs it.
constexpr int log_bytes = 64 << 20;
// Commits (one a second) until the statistics that SQLite plans questions with are taken; then twice as many each time, up to
// an hour.
constexpr std::uint64_t first_analysis = 10, longest_analysis = 3600;

// Rows without an id that are told again: what makes them the same.
constexpr const char* keys[] = {
    "CREATE UNIQUE INDEX IF NOT EXISTS capture_interfaces_key ON capture_interfaces (capture_id, number)",
    "CREATE UNIQUE INDEX IF NOT EXISTS packet_kinds_key ON packet_kinds (capture_id, kind)",
    "CREATE UNIQUE INDEX IF NOT EXISTS capture_statistics_key ON capture_statistics (capture_id, interface_number, time_ns)"};

bool may_pass(int result) {
  const int primary = result & 0xff;
  return primary == SQLITE_FULL || primary == SQLITE_IOERR || primary == SQLITE_BUSY;
}

}  // namespace

class LiveStore::State {
 public:
  State(const std::string& target, StoreOptions options) : target_(target), database_(prepared(target, options), target) {
    refuse_to_append(database_.handle(), target);
    database_.run(fmt::format("PRAGMA busy_timeout={}", patience_ms));
    database_.run(
        fmt::format("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-{}; PRAGMA journal_size_limit={}; PRAGMA "
                    "analysis_limit={};",
                    cache_kib, log_bytes, WritableDatabase::analysis_rows));
    if (options.append) make_up_to_date(database_);
    database_.prepare_inserts(WritableDatabase::Conflict::last_stays);
  }

  std::int64_t number(std::string_view sql) { return database_.number(sql); }

  void write(const RowBatch& batch) {
    if (!pause_.empty()) {
      lost_ += batch.size();
      return;
    }
    if (!begun_ && !attempt(database_.try_to_run("BEGIN IMMEDIATE"), SQLITE_OK)) {
      lost_ += batch.size();
      return;
    }
    begun_ = true;
    uncommitted_ += batch.size();
    if (!attempt(database_.write(batch), SQLITE_DONE)) roll_back();
  }

  void commit() {
    // What the log holds goes into the file as far as there is room, so that the log begins anew and needs none itself.
    if (!pause_.empty() && !begun_) static_cast<void>(database_.try_to_run("PRAGMA wal_checkpoint(PASSIVE)"));
    pause_.clear();  // the next rows show whether there is room again
    if (!begun_) return;
    if (!attempt(database_.try_to_run("COMMIT"), SQLITE_OK)) return roll_back();
    begun_ = false;
    uncommitted_ = 0;
    if (++commits_ < next_analysis_) return;
    next_analysis_ += std::min(next_analysis_, longest_analysis);
    static_cast<void>(attempt(database_.try_to_run("ANALYZE"), SQLITE_OK));
  }

  void pass_on() {
    commit();
    static_cast<void>(
        attempt(database_.try_to_run(
                    "UPDATE connections SET continued = iif(continued IN ('from', 'both'), 'both', 'into') WHERE close_kind = 'open'"),
                SQLITE_OK));
  }

  void finish() {
    commit();
    // What fails here fails for want of room, or because somebody reads: then the log stays beside the file, and is part of it.
    for (const char* last : {"ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE"})
      if (!attempt(database_.try_to_run(last), SQLITE_OK)) break;
    database_.close();
  }

  const std::string& pause() const { return pause_; }
  std::uint64_t lost_rows() const { return lost_; }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const char* part : {"", "-wal"}) {
      std::error_code error;
      const auto size = fs::file_size(target_ + part, error);
      if (!error) sum += size;
    }
    return sum;
  }

 private:
  // `target`, where a Longwire database is now. A new one appears under its name only when all its tables are there.
  static const std::string& prepared(const std::string& target, StoreOptions options) {
    check_target(target, options);
    std::error_code none;
    if (options.append && fs::exists(target, none)) return target;
    TemporaryFile file(target);
    WritableDatabase database(file.path(), target);
    database.mark();
    database.run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
    make_up_to_date(database);
    database.run("PRAGMA journal_mode=WAL");  // now: the switch takes a lock that would turn a reader away
    database.close();
    file.publish();
    return target;
  }

  static void make_up_to_date(WritableDatabase& database) {
    database.run("BEGIN IMMEDIATE");
    database.complete_tables();
    database.create_views();
    database.create_indexes();
    for (const char* key : keys) database.run(key);
    database.run("COMMIT");
  }

  // False where storing has to pause. Throws where waiting cannot help.
  bool attempt(int result, int good) {
    if (result == good) return true;
    if (!may_pass(result)) database_.fail();
    pause_ = error_message(database_.handle());
    return false;
  }

  void roll_back() {
    static_cast<void>(database_.try_to_run("ROLLBACK"));  // fails where SQLite has done it already
    lost_ += std::exchange(uncommitted_, 0);
    begun_ = false;
  }

  std::string target_;
  WritableDatabase database_;
  bool begun_ = false;  // a transaction
  std::string pause_;
  std::uint64_t uncommitted_ = 0, lost_ = 0;  // rows
  std::uint64_t commits_ = 0, next_analysis_ = first_analysis;
};

LiveStore::LiveStore(const std::string& target, StoreOptions options) : state_(std::make_unique<State>(target, options)) {}
LiveStore::~LiveStore() = default;

std::uint64_t LiveStore::first_number() const {
  return static_cast<std::uint64_t>(
      state_->number("SELECT coalesce(max(first_packet + packets + coalesce(filtered, 0)), 1) FROM captures"));
}

std::int64_t LiveStore::first_capture_id() const {
  return state_->number("SELECT coalesce(max(id), 0) + 1 FROM captures");
}

void LiveStore::write(const RowBatch& batch) {
  state_->write(batch);
}
void LiveStore::commit() {
  state_->commit();
}
void LiveStore::pass_on() {
  state_->pass_on();
}
void LiveStore::finish() {
  state_->finish();
}
const std::string& LiveStore::pause() const {
  return state_->pause();
}
std::uint64_t LiveStore::lost_rows() const {
  return state_->lost_rows();
}
std::uint64_t LiveStore::bytes() const {
  return state_->bytes();
}

}  // namespace longwire
