#include "storage/sqlite.h"

#include <filesystem>
#include <system_error>

namespace longwire {

Handle open_database(const std::string& path, int flags, std::string& why) {
  // Nobody asks how much memory SQLite uses; counting it takes a lock with every allocation.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* database = nullptr;
  std::error_code ignored;
  const std::string file = std::filesystem::absolute(path, ignored).string();
  const int result = sqlite3_open_v2(file.c_str(), &database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(database);
  if (result == SQLITE_OK) return handle;
  why = database == nullptr ? sqlite3_errstr(result) : error_message(database);
  return nullptr;
}

Statement prepare(sqlite3* database, std::string_view sql, std::string_view* tail) {
  sqlite3_stmt* statement = nullptr;
  const char* end = nullptr;
  sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), 0, &statement, &end);
  if (tail != nullptr) *tail = end == nullptr ? std::string_view{} : sql.substr(static_cast<std::size_t>(end - sql.data()));
  return Statement(statement);
}

std::string error_message(sqlite3* database) {
  const int code = sqlite3_errcode(database) & 0xff;  // the primary code
  if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN) return sqlite3_errmsg(database);
  int reason = sqlite3_system_errno(database);
  if (reason == 0) sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &reason);
  return reason == 0 ? sqlite3_errmsg(database) : std::generic_category().message(reason);
}

}  // namespace longwire
