// Rows of an answer as text: an aligned table for people; csv, json, ndjson and markdown for other programs.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.h"
#include "storage/query.h"

namespace longwire {

enum class OutputFormat : std::uint8_t { table, csv, json, ndjson, markdown };

// Throws UsageError where there is no format of that name.
OutputFormat output_format(std::string_view name);

// Writes one answer: columns() once, then row() for each row, then finish().
//
//   table     two spaces between columns, numbers to the right; fitted into the terminal's width
//   csv       RFC 4180 with LF at line ends, as Unix tools expect; NULL is an empty field, an empty text is "". Text that a
//             spreadsheet would run has an apostrophe in front; line breaks and tabs stay, where it is not a terminal
//   json      an array with one object per row; blobs as hexadecimal digits
//   ndjson    the same objects, one per line
//   markdown  a pipe table, without markup
//
// Text that a terminal would act upon is escaped in table, csv and markdown, and in every format where `terminal` is
// interactive; json and ndjson hold what the database does.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void columns(const std::vector<std::string>& names) = 0;
  virtual void row(const std::vector<Value>& values) = 0;
  virtual void finish() = 0;
};
std::unique_ptr<RowWriter> make_row_writer(OutputFormat format, std::ostream& out, const Terminal& terminal);

// A value for people: printable, reals with 15 digits, NULL as nothing.
std::string display_text(const Value& value);
bool is_number(const Value& value);

}  // namespace longwire
