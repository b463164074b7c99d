#include "cli/text_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output_format.h"

namespace longwire {
namespace {

constexpr std::size_t rows_measured = 1000;  // arbitrary, but more than a person looks at
constexpr std::size_t between = 2;           // spaces

constexpr std::size_t indentation(TextTable::Style style) {
  return style == TextTable::Style::compact ? 2 : 0;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::size_t length = character_count(text);
  const std::string space(width > length ? width - length : 0, ' ');
  return right ? space + text : text + space;
}

}  // namespace

// The escape sequence for a value that says how bad something is, by its colour; empty = as any other.
std::string_view colour_of(std::string_view column, std::string_view text) {
  if (column != "severity") return {};
  if (text.starts_with("error")) return "\x1b[1;31m";
  return text.starts_with("warning") ? "\x1b[33m" : std::string_view{};
}

// A number is never cut: its first digits would be another number.
std::size_t TextTable::Column::least() const {
  return std::max<std::size_t>(1, number ? longest : std::min(longest, narrowest));
}

void TextTable::columns(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::string shown = printable(name);
    columns_.push_back({shown, character_count(shown)});
  }
}

void TextTable::row(const std::vector<Value>& values) {
  std::vector<std::string> cells;
  for (std::size_t n = 0; n < values.size(); ++n) {
    cells.push_back(display_text(values[n]));
    if (begun_) continue;
    const std::size_t length = character_count(cells.back());
    columns_[n].width = std::max(columns_[n].width, length);
    columns_[n].longest = std::max(columns_[n].longest, length);
    columns_[n].number &= is_number(values[n]) || std::holds_alternative<std::nullptr_t>(values[n]);
  }
  if (begun_) return write_line(cells, false);
  waiting_.push_back(std::move(cells));
  if (waiting_.size() == rows_measured) begin();
}

void TextTable::finish() {
  if (!begun_) begin();
}

void TextTable::begin() {
  begun_ = true;
  fit();
  std::vector<std::string> names, rules;
  for (const Column& column : columns_) {
    names.push_back(column.name);
    std::string rule;
    for (std::size_t n = 0; n < column.width; ++n) rule += terminal_.interactive ? "─" : "-";
    rules.push_back(rule);
  }
  write_line(names, true);
  if (style_ == Style::ruled) write_line(rules, false);
  for (const auto& cells : waiting_) write_line(cells, false);
  waiting_.clear();
}

// Takes from the widest columns first, until the line fits or nothing can be taken any more.
void TextTable::fit() {
  if (terminal_.width == 0 || columns_.empty()) return;
  std::size_t total = indentation(style_) + between * (columns_.size() - 1);
  for (const Column& column : columns_) total += column.width;
  const auto spare = [](const Column& column) { return column.width > column.least() ? column.width : 0; };
  while (total > terminal_.width) {
    Column& widest = *std::ranges::max_element(columns_, {}, spare);
    if (spare(widest) == 0) return;
    --widest.width;
    --total;
  }
}

void TextTable::write_line(const std::vector<std::string>& cells, bool heading) {
  std::string line(indentation(style_), ' ');
  for (std::size_t n = 0; n < cells.size(); ++n) {
    const Column& column = columns_[n];
    const std::string text = terminal_.width == 0 ? cells[n] : cut_to(cells[n], column.width);
    const std::string_view colour = heading || !terminal_.colours ? std::string_view{} : colour_of(column.name, text);
    line +=
        colour.empty() ? padded(text, column.width, column.number) : fmt::format("{}{}\x1b[0m", colour, padded(text, column.width, false));
    if (n + 1 < cells.size()) line += std::string(between, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out_ << (heading && terminal_.colours ? fmt::format("\x1b[1m{}\x1b[0m", line) : line) << '\n';
}

}  // namespace longwire
