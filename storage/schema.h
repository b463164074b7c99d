// The schema in words: CREATE statements made from the tables' descriptions, and the marks by which a file is known as
// a Longwire database.
#pragma once

#include <string>
#include <vector>

#include "storage/table.h"

struct sqlite3;

namespace longwire {

// PRAGMA application_id: "LWIR".
inline constexpr int application_id = 0x4c574952;
// PRAGMA user_version: grows when a table or column that was there is renamed, removed or changes its meaning.
inline constexpr int schema_version = 1;

// CREATE TABLE ... STRICT with the meaning of every column as a comment, so that `.schema` documents itself.
std::string create_table(const Table& table);
// ALTER TABLE for a column that is not there yet, and no primary key.
std::string add_column(const Table& table, const TableColumn& column);
// CREATE INDEX for every column that asks for one. Made at the end of an import: then each is one sort.
std::vector<std::string> create_indexes(const Table& table);

enum class Origin { longwire, foreign };
struct Marks {
  Origin origin = Origin::foreign;
  int version = 0;
};
// What the file behind an open database is. A file that SQLite cannot read is foreign.
Marks read_marks(sqlite3* database);

// Whether the file's first bytes are those of a Longwire database, which may be damaged behind them.
bool is_longwire_database(const std::string& path);

}  // namespace longwire
