// A table for people: columns aligned, numbers to the right, as wide as asked at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "storage/query.h"

namespace longwire {

// The escape sequence for a value that says how bad something is, by its colour; empty = as any other.
std::string_view colour_of(std::string_view column, std::string_view text);

// The widths come from the first rows; what follows is written at once, so that a long answer needs little memory.
class TextTable {
 public:
  enum class Style : std::uint8_t {
    ruled,    // a line below the columns' names
    compact,  // none, and all of it indented, as a part of something; columns at the end that do not fit are left out
  };
  TextTable(std::ostream& out, const Terminal& terminal, Style style) : out_(out), terminal_(terminal), style_(style) {}

  void columns(const std::vector<std::string>& names);
  void row(const std::vector<Value>& values);
  // Writes what still waits. Without a row: the columns' names alone.
  void finish();

 private:
  // Characters: a column is not cut below these for another one's sake. An address is as good as none where it is cut, so
  // that columns are left out instead where they may be.
  static constexpr std::size_t narrowest = 8, narrowest_compact = 15;
  struct Column {
    std::string name;
    std::size_t width = 0;    // characters
    std::size_t longest = 0;  // of its cells
    bool number = true;       // only numbers and NULLs so far
    std::size_t least(Style style) const;
  };
  void begin();
  void fit();
  void write_line(const std::vector<std::string>& cells, bool heading);

  std::ostream& out_;
  const Terminal terminal_;
  const Style style_;
  std::vector<Column> columns_;
  std::size_t left_out_ = 0;  // columns, at the end
  std::vector<std::vector<std::string>> waiting_;
  bool begun_ = false;
};

}  // namespace longwire
