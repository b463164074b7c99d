#include "storage/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "storage/schema.h"
#include "storage/shared_answers.h"
#include "storage/sql_files.h"
#include "storage/sqlite.h"

namespace longwire {
namespace {

// Milliseconds to wait where the file is locked, as for a moment when a live capture begins or ends.
constexpr int reader_patience_ms = 2000;
constexpr std::int64_t mapped_bytes = 0x7fff0000;  // the most that SQLite maps unless built otherwise; looking up wide rows costs half
constexpr int reader_cache_kib = 64 << 10;         // KiB of pages, and of rows being sorted before they go to a temporary file

constexpr std::string_view only_reads = "only statements that read are run";

// What a reader may do: SELECT, functions, and PRAGMAs that tell and change nothing.
int authorize(void* /*client*/, int action, const char* first, const char* second, const char* /*database*/, const char* /*trigger*/) {
  static constexpr std::array<std::string_view, 9> telling{"table_info",  "table_xinfo",      "table_list",      "index_list", "index_info",
                                                           "index_xinfo", "foreign_key_list", "integrity_check", "quick_check"};
  switch (action) {
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return SQLITE_DENY;
    case SQLITE_PRAGMA:
      return second == nullptr || std::ranges::find(telling, std::string_view(first)) != telling.end() ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
    default:
      return SQLITE_OK;
  }
}

Value value_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return nullptr;
    default:
      break;
  }
  const bool blob = sqlite3_column_type(statement, column) == SQLITE_BLOB;
  const void* bytes = sqlite3_column_blob(statement, column);  // a text's too: no conversion, NULs and all
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  std::string copy = bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
  if (blob) return BlobValue{std::move(copy)};
  return copy;
}

// The first line of the file, its comment dashes taken off.
std::string question_of(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  return std::string(line.substr(std::min(line.size(), line.find_first_not_of("- "))));
}

}  // namespace

const std::vector<NamedQuestion>& named_questions() {
  static const std::vector<NamedQuestion> questions = [] {
    std::vector<NamedQuestion> made;
    for (const SqlFile& file : views_files()) made.push_back({std::string(file.name), question_of(file.text), std::string(file.text)});
    return made;
  }();
  return questions;
}

class Database::State {
 public:
  explicit State(const std::string& path) : path_(path) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) throw InputError(fmt::format("{} is a directory, not a Longwire database", path));
    if (!fs::exists(status)) throw InputError(fmt::format("cannot open {}: {}", path, error.message()));
    std::string why;
    database_ = open_database(path, SQLITE_OPEN_READONLY, why);
    if (database_ == nullptr) throw InputError(fmt::format("cannot open {}: {}", path, why));
    sqlite3_busy_timeout(database_.get(), reader_patience_ms);
    check_marks();
    // The file may come from anywhere: what its schema says must not do more than a question may.
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    const std::string settings =
        fmt::format("PRAGMA query_only=ON; PRAGMA cache_size=-{}; PRAGMA mmap_size={}", reader_cache_kib, mapped_bytes);
    set(settings);
  }

  void share_answers(const std::vector<std::string>& questions) { shared_.emplace(database_.get(), questions); }

  Statement prepare_question(std::string_view sql) {
    if (shared_) {
      set("PRAGMA query_only=OFF");
      shared_->prepare_for(sql);
      set("PRAGMA query_only=ON");
    }
    std::string_view rest;
    Statement statement = prepare(database_.get(), sql, &rest);
    if (statement == nullptr) fail(sqlite3_errcode(database_.get()));
    if (sqlite3_stmt_readonly(statement.get()) == 0) throw UsageError(fmt::format("this statement would write; {}", only_reads));
    if (prepare(database_.get(), rest) != nullptr || sqlite3_errcode(database_.get()) != SQLITE_OK)
      throw UsageError("more than one statement; ask one at a time");
    return statement;
  }

  [[noreturn]] void fail(int code) {
    switch (code & 0xff) {  // the primary code
      case SQLITE_OK:
        throw UsageError("no statement: the SQL is empty");
      case SQLITE_AUTH:
        throw UsageError(fmt::format("not allowed: {}", only_reads));
      case SQLITE_CORRUPT:
      case SQLITE_NOTADB:
      case SQLITE_IOERR:
      case SQLITE_BUSY:
        throw InputError(fmt::format("cannot read {}: {}", path_, error_message(database_.get())));
      default:
        fail_as_sql(sqlite3_errmsg(database_.get()));
    }
  }

 private:
  // What only this program may, a setting: a question, and a view, may do no more than authorize() says.
  void set(const std::string& pragmas) {
    sqlite3_set_authorizer(database_.get(), nullptr, nullptr);
    sqlite3_exec(database_.get(), pragmas.c_str(), nullptr, nullptr, nullptr);
    sqlite3_set_authorizer(database_.get(), authorize, nullptr);
  }

  // What this program would have put into the file, an older one may not have.
  [[noreturn]] void fail_as_sql(std::string_view message) {
    constexpr std::string_view missing = "no such table: ";
    const std::string_view name = message.starts_with(missing) ? message.substr(missing.size()) : std::string_view();
    const auto& questions = named_questions();
    if (std::any_of(questions.begin(), questions.end(), [&](const NamedQuestion& question) { return question.name == name; }))
      throw InputError(fmt::format("{} has no {}: an older longwire made it; analyze the capture again", path_, name));
    throw UsageError(fmt::format("SQL: {}", message));
  }

  void check_marks() {
    const Marks marks = read_marks(database_.get());
    const int code = sqlite3_errcode(database_.get()) & 0xff;
    if (code == SQLITE_BUSY || code == SQLITE_IOERR || code == SQLITE_CANTOPEN)
      throw InputError(fmt::format("cannot read {}: {}", path_, error_message(database_.get())));
    if (marks.origin != Origin::longwire && is_longwire_database(path_))
      throw InputError(fmt::format("{} is a Longwire database, but damaged: {}", path_, error_message(database_.get())));
    if (marks.origin != Origin::longwire) throw InputError(fmt::format("{} is not a Longwire database", path_));
    if (marks.version > schema_version)
      throw InputError(
          fmt::format("{} has schema version {}, this program knows {}; use a newer longwire", path_, marks.version, schema_version));
  }

  std::string path_;
  Handle database_;
  std::optional<SharedAnswers> shared_;
};

Database::Database(const std::string& path) : state_(std::make_unique<State>(path)) {}

Database::~Database() = default;

void Database::share_answers(const std::vector<std::string>& questions) {
  state_->share_answers(questions);
}

void Database::query(std::string_view sql, const std::function<void(const std::vector<std::string>&)>& columns,
                     const std::function<bool(const std::vector<Value>&)>& row) const {
  const Statement statement = state_->prepare_question(sql);
  const int count = sqlite3_column_count(statement.get());
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(count));
  for (int n = 0; n < count; ++n) names.emplace_back(sqlite3_column_name(statement.get(), n));
  int result = sqlite3_step(statement.get());  // what is wrong before the first row leaves no half answer
  if (result == SQLITE_ROW || result == SQLITE_DONE) columns(names);
  std::vector<Value> values(static_cast<std::size_t>(count));
  for (; result == SQLITE_ROW; result = sqlite3_step(statement.get())) {
    for (int n = 0; n < count; ++n) values[static_cast<std::size_t>(n)] = value_of(statement.get(), n);
    if (!row(values)) return;
  }
  if (result != SQLITE_DONE) state_->fail(result);
}

}  // namespace longwire
