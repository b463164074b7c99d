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

// The widths come from the first rows; what follows is written at once, so that a long answer needs little memory.
class TextTable {
 public:
  enum class Style : std::uint8_t {
    ruled,    // a line below the columns' names
    compact,  // none, and all of it indented, as a part of something
  };
  TextTable(std::ostream& out, const Terminal& terminal, Style style) : out_(out), terminal_(terminal), style_(style) {}

  void columns(const std::vector<std::string>& names);
  void row(const std::vector<Value>& values);
  // Writes what still waits. Without a row: the columns' names alone.
  void finish();

 private:
  static constexpr std::size_t narrowest = 8;  // characters: a text column is not cut below it for another one's sake
  struct Column {
    std::string name;
    std::size_t width = 0;    // characters
    std::size_t longest = 0;  // of its cells
    bool number = true;       // only numbers and NULLs so far
    std::size_t least() const;
  };
  void begin();
  void fit();
  void write_line(const std::vector<std::string>& cells, bool heading);

  std::ostream& out_;
  const Terminal terminal_;
  const Style style_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> waiting_;
  bool begun_ = false;
};

}  // namespace longwire
