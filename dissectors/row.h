// The vocabulary of rows: a row type is a plain struct that describes its own table. Storage makes CREATE TABLE and
// INSERT from the description at compile time and knows no protocol.
//
//   struct PingRow {
//     Integer connection_id;
//     Text kind;
//     static constexpr TableInfo table{"pings", "one ping and its answer"};
//     static constexpr Column<PingRow> columns[] = {
//         column("connection_id", &PingRow::connection_id, "the connection", references("connections")),
//         column("kind", &PingRow::kind, "`ping` or `pong`")};
//   };
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

namespace longwire {

// An INTEGER column; NULL until something is assigned. Booleans are 0 and 1.
struct Integer {
  static constexpr std::int64_t null = std::numeric_limits<std::int64_t>::min();
  std::int64_t value = null;

  constexpr Integer() = default;
  template <class T>
  requires std::is_integral_v<T>
  constexpr Integer(T v) : value(static_cast<std::int64_t>(v)) {}
  constexpr bool is_null() const { return value == null; }
};

// A TEXT column: UTF-8 that lives in the batch's Arena, or a literal. NULL where data() is null; "" is not NULL.
using Text = std::string_view;

// A BLOB column; NULL where data() is null.
struct Blob {
  std::string_view bytes;
};

struct TableInfo {
  std::string_view name;
  std::string_view meaning;  // one line: what one row is
};

enum class Key : std::uint8_t { none, primary, foreign };
struct Constraint {
  Key key = Key::none;
  std::string_view table;  // Key::foreign: the table whose id it is
  bool index = false;      // an index on this column is made at the end of an import
};
// Of rows with equal ids the first one stays: what is derived from the thing itself may be told more than once.
constexpr Constraint primary_key{Key::primary, {}, false};
constexpr Constraint indexed{Key::none, {}, true};
constexpr Constraint references(std::string_view table) {
  return {Key::foreign, table, false};
}
constexpr Constraint indexed_reference(std::string_view table) {
  return {Key::foreign, table, true};
}

// Of the three fields one is set. All columns of a row are of one type, and cost the compiler next to nothing: as a tuple of
// what each one is they were most of the time that a source file took.
template <class Row>
struct Column {
  std::string_view name;
  Integer Row::*integer = nullptr;
  Text Row::*text = nullptr;
  Blob Row::*blob = nullptr;
  std::string_view meaning;  // unit, meaning, source; becomes a comment in CREATE TABLE
  Constraint constraint;
};
template <class Row>
constexpr Column<Row> column(std::string_view name, Integer Row::*field, std::string_view meaning, Constraint constraint = {}) {
  return {.name = name, .integer = field, .meaning = meaning, .constraint = constraint};
}
template <class Row>
constexpr Column<Row> column(std::string_view name, Text Row::*field, std::string_view meaning, Constraint constraint = {}) {
  return {.name = name, .text = field, .meaning = meaning, .constraint = constraint};
}
template <class Row>
constexpr Column<Row> column(std::string_view name, Blob Row::*field, std::string_view meaning, Constraint constraint = {}) {
  return {.name = name, .blob = field, .meaning = meaning, .constraint = constraint};
}

}  // namespace longwire
