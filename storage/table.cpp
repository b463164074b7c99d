#include "storage/table.h"

#include <sqlite3.h>

#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

namespace longwire {
namespace {

template <class Field>
constexpr ColumnType type_of() {
  if constexpr (std::is_same_v<Field, Integer>) return ColumnType::integer;
  if constexpr (std::is_same_v<Field, Text>) return ColumnType::text;
  if constexpr (std::is_same_v<Field, Blob>) return ColumnType::blob;
}

template <class Field>
void give(sqlite3_context* result, const Field& field) {
  if constexpr (std::is_same_v<Field, Integer>) {
    if (field.is_null()) return sqlite3_result_null(result);
    sqlite3_result_int64(result, field.value);
  } else if constexpr (std::is_same_v<Field, Text>) {
    sqlite3_result_text64(result, field.data(), field.size(), SQLITE_STATIC, SQLITE_UTF8);  // a null pointer gives NULL
  } else {
    sqlite3_result_blob64(result, field.bytes.data(), field.bytes.size(), SQLITE_STATIC);  // likewise
  }
}

template <class Row, std::size_t n>
void read_column(const void* row, sqlite3_context* result) {
  constexpr auto field = std::get<n>(Row::columns).field;
  give(result, static_cast<const Row*>(row)->*field);
}

template <class Row, std::size_t... n>
constexpr auto make_columns(std::index_sequence<n...> /*unused*/) {
  return std::array{TableColumn{std::get<n>(Row::columns).name,
                                type_of<std::remove_cvref_t<decltype(Row{}.*std::get<n>(Row::columns).field)>>(),
                                std::get<n>(Row::columns).meaning, std::get<n>(Row::columns).constraint, &read_column<Row, n>}...};
}
template <class Row>
constexpr auto columns_of = make_columns<Row>(std::make_index_sequence<std::tuple_size_v<decltype(Row::columns)>>{});

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
