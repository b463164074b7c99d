#include "storage/table.h"

#include <sqlite3.h>

#include <array>
#include <iterator>
#include <tuple>
#include <utility>

namespace longwire {
namespace {

void give(sqlite3_context* result, Integer field) {
  if (field.is_null()) return sqlite3_result_null(result);
  sqlite3_result_int64(result, field.value);
}
void give(sqlite3_context* result, Text field) {
  sqlite3_result_text64(result, field.data(), field.size(), SQLITE_STATIC, SQLITE_UTF8);  // a null pointer gives NULL
}
void give(sqlite3_context* result, Blob field) {
  sqlite3_result_blob64(result, field.bytes.data(), field.bytes.size(), SQLITE_STATIC);  // likewise
}

template <class Row>
constexpr ColumnType type_of(const Column<Row>& column) {
  if (column.integer != nullptr) return ColumnType::integer;
  return column.text != nullptr ? ColumnType::text : ColumnType::blob;
}

template <class Row, std::size_t n>
void read_column(const void* row, sqlite3_context* result) {
  constexpr Column<Row> column = Row::columns[n];
  const Row& of = *static_cast<const Row*>(row);
  if constexpr (column.integer != nullptr) give(result, of.*column.integer);
  if constexpr (column.text != nullptr) give(result, of.*column.text);
  if constexpr (column.blob != nullptr) give(result, of.*column.blob);
}

template <class Row, std::size_t... n>
constexpr auto make_columns(std::index_sequence<n...> /*unused*/) {
  return std::array{TableColumn{Row::columns[n].name, type_of(Row::columns[n]), Row::columns[n].meaning, Row::columns[n].constraint,
                                &read_column<Row, n>}...};
}
template <class Row>
constexpr auto columns_of = make_columns<Row>(std::make_index_sequence<std::size(Row::columns)>{});

template <class Row>
RowSpan rows_of(const RowBatch& batch) {
  const std::span<const Row> rows = batch.rows<Row>();
  return {std::as_bytes(rows).data(), rows.size(), sizeof(Row)};
}

template <class>
struct TablesOf;
template <class... Rows>
struct TablesOf<std::tuple<Rows...>> {
  static constexpr std::array<Table, sizeof...(Rows)> value{Table{Rows::table, columns_of<Rows>, &rows_of<Rows>}...};
};

}  // namespace

std::span<const Table> tables() {
  return TablesOf<AllRows>::value;
}

}  // namespace longwire
