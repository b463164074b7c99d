#include "cli/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

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
std::size_t TextTable::Column::least(Style style) const {
  const bool compact = style == Style::compact;
  const std::size_t cells = number ? longest : std::min(longest, compact ? narrowest_compact : narrowest);
  return std::max(cells, compact ? std::min(character_count(name), narrowest) : 1);
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

// Leaves columns out as long as the others do not fit at their least; then takes from the widest first, until the line fits or
// nothing can be taken any more.
void TextTable::fit() {
  if (terminal_.width == 0 || columns_.empty()) return;
  const auto shown = [&] { return std::span(columns_).first(columns_.size() - left_out_); };
  const auto total = [&](auto width_of) {
    std::size_t sum = indentation(style_) + between * (shown().size() - 1);
    if (left_out_ > 0) sum += between + 1;  // the ellipsis in their place
    for (const Column& column : shown()) sum += width_of(column);
    return sum;
  };
  const auto least = [&](const Column& column) { return std::min(column.width, column.least(style_)); };
  if (style_ == Style::compact)
    while (shown().size() > 1 && total(least) > terminal_.width) ++left_out_;
  std::size_t width = total([](const Column& column) { return column.width; });
  const auto narrow = [&](auto least_of) {
    const auto spare = [&](const Column& column) { return column.width > least_of(column) ? column.width : 0; };
    for (; width > terminal_.width; --width) {
      Column& widest = *std::ranges::max_element(shown(), {}, spare);
      if (spare(widest) == 0) return;
      --widest.width;
    }
  };
  if (style_ == Style::compact)  // a name may be guessed
    narrow([&](const Column& column) { return std::max(least(column), std::min(column.width, column.longest)); });
  narrow(least);
}

void TextTable::write_line(const std::vector<std::string>& cells, bool heading) {
  std::string line(indentation(style_), ' ');
  const std::size_t shown = cells.size() - left_out_;
  for (std::size_t n = 0; n < shown; ++n) {
    const Column& column = columns_[n];
    const std::string text = terminal_.width == 0 ? cells[n] : cut_to(cells[n], column.width);
    const std::string_view colour = heading || !terminal_.colours ? std::string_view{} : colour_of(column.name, text);
    line +=
        colour.empty() ? padded(text, column.width, column.number) : fmt::format("{}{}\x1b[0m", colour, padded(text, column.width, false));
    if (n + 1 < shown) line += std::string(between, ' ');
  }
  if (heading && left_out_ > 0) line += "  …";
  line.erase(line.find_last_not_of(' ') + 1);
  out_ << (heading && terminal_.colours ? fmt::format("\x1b[1m{}\x1b[0m", line) : line) << '\n';
}

}  // namespace longwire
