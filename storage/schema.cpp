#include "storage/schema.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <fstream>
#include <optional>

#include "storage/sqlite.h"

namespace longwire {
namespace {

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return "INTEGER";
    case ColumnType::text:
      return "TEXT";
    case ColumnType::blob:
      return "BLOB";
  }
  return {};
}

std::string constraint_clause(const Constraint& constraint) {
  switch (constraint.key) {
    case Key::none:
      return {};
    case Key::primary:
      return " PRIMARY KEY";
    case Key::foreign:
      return fmt::format(" REFERENCES {} (id)", constraint.table);
  }
  return {};
}

}  // namespace

std::string create_table(const Table& table) {
  std::string sql = fmt::format("CREATE TABLE {} ( -- {}\n", table.info.name, table.info.meaning);
  for (const TableColumn& column : table.columns) {
    const bool last = &column == &table.columns.back();
    sql += fmt::format("  {} {}{}{} -- {}\n", column.name, type_name(column.type), constraint_clause(column.constraint), last ? "" : ",",
                       column.meaning);
  }
  return sql + ") STRICT";
}

std::string add_column(const Table& table, const TableColumn& column) {
  return fmt::format("ALTER TABLE {} ADD COLUMN {} {}{} /* {} */", table.info.name, column.name, type_name(column.type),
                     constraint_clause(column.constraint), column.meaning);
}

std::vector<std::string> create_indexes(const Table& table) {
  std::vector<std::string> statements;
  for (const TableColumn& column : table.columns)
    if (column.constraint.index)
      statements.push_back(fmt::format("CREATE INDEX IF NOT EXISTS {0}_{1} ON {0} ({1})", table.info.name, column.name));
  return statements;
}

Marks read_marks(sqlite3* database) {
  const auto pragma = [database](const char* sql) -> std::optional<int> {
    const Statement statement = prepare(database, sql);
    if (statement == nullptr || sqlite3_step(statement.get()) != SQLITE_ROW) return std::nullopt;
    return sqlite3_column_int(statement.get(), 0);
  };
  if (pragma("PRAGMA application_id") != application_id) return {};
  return {Origin::longwire, pragma("PRAGMA user_version").value_or(0)};
}

// sqlite.org/fileformat.html section 1.3: "SQLite format 3\0" ... application_id:u32 at byte 68.
bool is_longwire_database(const std::string& path) {
  constexpr std::string_view magic("SQLite format 3\0", 16);
  constexpr std::size_t id_at = 68;
  std::array<char, id_at + 4> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  if (!file || std::string_view(head.data(), magic.size()) != magic) return false;
  std::uint32_t id = 0;
  for (std::size_t n = id_at; n < head.size(); ++n) id = id << 8 | static_cast<std::uint8_t>(head[n]);
  return id == application_id;
}

}  // namespace longwire
