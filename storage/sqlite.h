// Ownership of SQLite's handles; for the sources of this room.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

namespace longwire {

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Opens `path`, which is always a file's name, never a URI or `:memory:`. Null on failure, with the reason in `why`.
Handle open_database(const std::string& path, int flags, std::string& why);

// The first statement of `sql`; null where it is wrong (sqlite3_errmsg says why). `tail`, if given, gets what follows it.
Statement prepare(sqlite3* database, std::string_view sql, std::string_view* tail = nullptr);

// SQLite's message about the last failure, with the system's reason where there is one.
std::string error_message(sqlite3* database);

}  // namespace longwire
