#include "storage/row_table.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <new>
#include <string>

namespace longwire {
namespace {

// SQLite's interface is C: what it is given back, it gets as a pointer to the first, base, part.
struct OpenTable : sqlite3_vtab {
  const RowTable* rows;
};
struct OpenCursor : sqlite3_vtab_cursor {
  const std::byte* row;
  const std::byte* end;
  std::size_t stride;
  const TableColumn* columns;
};

int connect(sqlite3* database, void* client, int /*argc*/, const char* const* /*argv*/, sqlite3_vtab** made, char** /*error*/) {
  const RowTable* rows = static_cast<const RowTable*>(client);
  std::string names;
  for (const TableColumn& column : rows->table().columns) names += fmt::format("{}{}", names.empty() ? "" : ", ", column.name);
  const int result = sqlite3_declare_vtab(database, fmt::format("CREATE TABLE batch ({})", names).c_str());
  if (result != SQLITE_OK) return result;
  *made = new (std::nothrow) OpenTable{{}, rows};
  return *made == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete static_cast<OpenTable*>(table);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab* /*table*/, sqlite3_index_info* /*info*/) {
  return SQLITE_OK;
}  // there is one way: all rows

int open(sqlite3_vtab* /*table*/, sqlite3_vtab_cursor** made) {
  *made = new (std::nothrow) OpenCursor{};
  return *made == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<OpenCursor*>(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int /*number*/, const char* /*name*/, int /*argc*/, sqlite3_value** /*argv*/) {
  auto* cursor = static_cast<OpenCursor*>(base);
  const RowTable& rows = *static_cast<OpenTable*>(base->pVtab)->rows;
  cursor->row = rows.shown().first;
  cursor->stride = rows.shown().stride;
  cursor->end = cursor->row + rows.shown().count * cursor->stride;
  cursor->columns = rows.table().columns.data();
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* base) {
  auto* cursor = static_cast<OpenCursor*>(base);
  cursor->row += cursor->stride;
  return SQLITE_OK;
}

int eof(sqlite3_vtab_cursor* base) {
  const auto* cursor = static_cast<OpenCursor*>(base);
  return cursor->row == cursor->end ? 1 : 0;
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* result, int n) {
  const auto* cursor = static_cast<OpenCursor*>(base);
  cursor->columns[n].read(cursor->row, result);
  return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor* base, sqlite3_int64* id) {
  const auto* cursor = static_cast<OpenCursor*>(base);
  *id = cursor->end - cursor->row;
  return SQLITE_OK;
}

// Without xCreate the table is there by its module's name alone.
const sqlite3_module module = [] {
  sqlite3_module m{};
  m.xConnect = connect;
  m.xBestIndex = best_index;
  m.xDisconnect = disconnect;
  m.xOpen = open;
  m.xClose = close;
  m.xFilter = filter;
  m.xNext = next;
  m.xEof = eof;
  m.xColumn = column;
  m.xRowid = rowid;
  return m;
}();

}  // namespace

int RowTable::attach(sqlite3* database) {
  return sqlite3_create_module_v2(database, fmt::format("batch_{}", table_->info.name).c_str(), &module, this, nullptr);
}

}  // namespace longwire
