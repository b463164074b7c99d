#include "storage/writable_database.h"

#include <fmt/format.h>

#include "storage/schema.h"
#include "storage/sql_files.h"
#include "storage/table.h"

namespace longwire {

WritableDatabase::WritableDatabase(const std::string& path, std::string name) : name_(std::move(name)) {
  std::string why;
  handle_ = open_database(path, SQLITE_OPEN_READWRITE, why);
  if (handle_ == nullptr) fail(why);
}

void WritableDatabase::run(const std::string& sql) {
  if (try_to_run(sql) != SQLITE_OK) fail();
}

Statement WritableDatabase::checked(Statement statement) const {
  if (statement == nullptr) fail();
  return statement;
}

std::int64_t WritableDatabase::number(std::string_view sql) {
  const Statement statement = checked(prepare(handle_.get(), sql));
  if (sqlite3_step(statement.get()) != SQLITE_ROW) fail();
  return sqlite3_column_int64(statement.get(), 0);
}

void WritableDatabase::mark() {
  run(fmt::format("PRAGMA page_size={}; PRAGMA application_id={}; PRAGMA user_version={};", page_bytes, application_id, schema_version));
}

void WritableDatabase::create_tables() {
  for (const Table& table : tables()) run(create_table(table));
}

void WritableDatabase::create_views() {
  for (const SqlFile& file : reference_files()) run(std::string(file.text));
  for (const SqlFile& file : views_files()) run(fmt::format("DROP VIEW IF EXISTS {}; {}", file.name, file.text));
}

void WritableDatabase::create_indexes() {
  for (const Table& table : tables())
    for (const std::string& sql : longwire::create_indexes(table)) run(sql);
  for (const SqlFile& file : indexes_files()) run(std::string(file.text));
}

void WritableDatabase::complete_tables() {
  for (const Table& table : tables()) complete(table);
}

// In rows that are there, new columns are unknown.
void WritableDatabase::complete(const Table& table) {
  const Statement known = checked(prepare(handle_.get(), "SELECT 1 FROM pragma_table_info(?1) WHERE ?2 IS NULL OR name = ?2"));
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
      throw OutputError(fmt::format("cannot append to {}: an older longwire made it, whose {} had no {}; name a new file", name_,
                                    table.info.name, column.name));
    run(add_column(table, column));
  }
}

void WritableDatabase::prepare_inserts(Conflict conflict) {
  const std::string_view otherwise = conflict == Conflict::first_stays ? "IGNORE" : "REPLACE";
  for (const Table& table : tables()) {
    Insert& insert = inserts_.emplace_back(table);
    if (insert.source.attach(handle_.get()) != SQLITE_OK) fail();
    std::string names;
    for (const TableColumn& column : table.columns) names.append(names.empty() ? "" : ", ").append(column.name);
    insert.statement = checked(prepare(
        handle_.get(), fmt::format("INSERT OR {0} INTO main.{1} ({2}) SELECT {2} FROM temp.batch_{1}", otherwise, table.info.name, names)));
  }
}

int WritableDatabase::write(const RowBatch& batch) {
  for (Insert& insert : inserts_) {
    const RowSpan rows = insert.source.table().rows(batch);
    if (rows.count == 0) continue;
    insert.source.show(rows);
    const int result = sqlite3_step(insert.statement.get());
    sqlite3_reset(insert.statement.get());
    insert.source.show({});
    if (result != SQLITE_DONE) return result;
  }
  return SQLITE_DONE;
}

void WritableDatabase::close() {
  inserts_.clear();
  if (sqlite3_close(handle_.get()) != SQLITE_OK) fail();
  static_cast<void>(handle_.release());
}

}  // namespace longwire
