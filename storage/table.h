// The tables of facts as storage sees them: what a row type says of itself, with its C++ type taken off. Made at compile
// time from AllRows; adding a row type there is all it takes to have its table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "dissectors/row_batch.h"

struct sqlite3_context;

namespace longwire {

enum class ColumnType : std::uint8_t { integer, text, blob };

struct TableColumn {
  std::string_view name;
  ColumnType type;
  std::string_view meaning;
  Constraint constraint;
  // Hands this column of `row` to SQLite, without a copy: the batch must stay until the statement is reset.
  void (*read)(const void* row, sqlite3_context* result);
};

// The rows of one type in a batch.
struct RowSpan {
  const std::byte* first = nullptr;
  std::size_t count = 0;
  std::size_t stride = 0;  // bytes from one row to the next
};

struct Table {
  TableInfo info;
  std::span<const TableColumn> columns;
  RowSpan (*rows)(const RowBatch& batch);
};

// One for each type of AllRows, in its order.
std::span<const Table> tables();

}  // namespace longwire
