#include "cli/output_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/text_table.h"

namespace longwire {
namespace {

constexpr std::array<std::pair<std::string_view, OutputFormat>, 5> formats{{{"table", OutputFormat::table},
                                                                            {"csv", OutputFormat::csv},
                                                                            {"json", OutputFormat::json},
                                                                            {"ndjson", OutputFormat::ndjson},
                                                                            {"markdown", OutputFormat::markdown}}};

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // NOLINT(readability-identifier-naming): a guide has its type's name

std::string hexadecimal(const BlobValue& blob) {
  std::string digits;
  for (const char byte : blob.bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

class TableWriter final : public RowWriter {
 public:
  TableWriter(std::ostream& out, const Terminal& terminal) : table_(out, terminal, TextTable::Style::ruled) {}
  void columns(const std::vector<std::string>& names) override { table_.columns(names); }
  void row(const std::vector<Value>& values) override { table_.row(values); }
  void finish() override { table_.finish(); }

 private:
  TextTable table_;
};

class CsvWriter final : public RowWriter {
 public:
  CsvWriter(std::ostream& out, const Terminal& terminal) : out_(out), escaped_(terminal.interactive) {}

  void columns(const std::vector<std::string>& names) override {
    write_line(names, [this](const std::string& name) { return quoted(name); });
  }
  void row(const std::vector<Value>& values) override {
    write_line(values, [this](const Value& value) { return field(value); });
  }
  void finish() override {}

 private:
  std::string field(const Value& value) const {
    return std::visit(
        Overloaded{[](std::nullptr_t) { return std::string(); }, [](std::int64_t number) { return fmt::format("{}", number); },
                   [](double number) { return fmt::format("{}", number); },
                   [this](const std::string& text) { return text.empty() ? "\"\"" : quoted(text); },
                   [](const BlobValue& blob) { return hexadecimal(blob); }},
        value);
  }
  // RFC 4180 section 2: fields with quotes, commas or line breaks stand in quotes, quotes inside are doubled.
  std::string quoted(const std::string& text) const {
    std::string shown = without_formula(escaped_ ? printable(text) : printable_lines(text));
    if (shown.find_first_of("\",\r\n") == std::string::npos) return shown;
    std::string field = "\"";
    for (const char c : shown) field += c == '"' ? std::string("\"\"") : std::string(1, c);
    return field + '"';
  }
  // Spreadsheets run what begins with these, full-width forms too; an apostrophe in front makes it text.
  static std::string without_formula(const std::string& text) {
    for (const std::string_view begin : {"=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"})
      if (text.starts_with(begin)) return "'" + text;
    return text;
  }
  // A field may have several lines, and tabs in them.
  static std::string printable_lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find_first_of("\n\t"), text.size());
      out += printable(text.substr(0, end));
      if (end < text.size()) out += text[end];
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
  }
  template <class Cells, class ToText>
  void write_line(const Cells& cells, ToText to_text) {
    for (std::size_t n = 0; n < cells.size(); ++n) out_ << (n == 0 ? "" : ",") << to_text(cells[n]);
    out_ << '\n';
  }

  std::ostream& out_;
  const bool escaped_;
};

class JsonWriter final : public RowWriter {
 public:
  JsonWriter(std::ostream& out, const Terminal& terminal, bool lines) : out_(out), ascii_(terminal.interactive), lines_(lines) {}

  // A name that comes again gets a number, so that no column is lost.
  void columns(const std::vector<std::string>& names) override {
    for (const std::string& name : names) {
      std::string own = name;
      for (int n = 2; std::ranges::find(names_, own) != names_.end(); ++n) own = fmt::format("{}_{}", name, n);
      names_.push_back(own);
    }
  }
  void row(const std::vector<Value>& values) override {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (std::size_t n = 0; n < values.size(); ++n) object[names_[n]] = json(values[n]);
    out_ << (lines_   ? ""
             : first_ ? "[\n  "
                      : ",\n  ")
         << object.dump(-1, ' ', ascii_, nlohmann::json::error_handler_t::replace) << (lines_ ? "\n" : "");
    first_ = false;
  }
  void finish() override {
    if (!lines_) out_ << (first_ ? "[]\n" : "\n]\n");
  }

 private:
  static nlohmann::ordered_json json(const Value& value) {
    using Json = nlohmann::ordered_json;
    return std::visit(
        Overloaded{[](std::nullptr_t) { return Json(); }, [](std::int64_t number) { return Json(number); },
                   [](double number) { return Json(number); },  // infinite: null
                   [](const std::string& text) { return Json(text); }, [](const BlobValue& blob) { return Json(hexadecimal(blob)); }},
        value);
  }

  std::ostream& out_;
  const bool ascii_, lines_;
  std::vector<std::string> names_;
  bool first_ = true;
};

class MarkdownWriter final : public RowWriter {
 public:
  explicit MarkdownWriter(std::ostream& out) : out_(out) {}

  void columns(const std::vector<std::string>& names) override { names_ = names; }
  void row(const std::vector<Value>& values) override {
    if (!begun_) begin(&values);
    out_ << '|';
    for (const Value& value : values) out_ << ' ' << cell(display_text(value)) << " |";
    out_ << '\n';
  }
  void finish() override {
    if (!begun_) begin(nullptr);
  }

 private:
  // Columns are aligned by what the first row holds.
  void begin(const std::vector<Value>* first) {
    begun_ = true;
    out_ << '|';
    for (const std::string& name : names_) out_ << ' ' << cell(printable(name)) << " |";
    out_ << "\n|";
    for (std::size_t n = 0; n < names_.size(); ++n) out_ << (first != nullptr && is_number((*first)[n]) ? " ---: |" : " --- |");
    out_ << '\n';
  }
  static std::string cell(const std::string& text) {
    std::string safe;
    for (const char c : text) {
      switch (c) {
        case '|':
        case '\\':
        case '[':
        case ']':
        case '`':
        case '*':
          safe += {'\\', c};
          break;
        case '<':
          safe += "&lt;";
          break;
        case '&':
          safe += "&amp;";
          break;
        default:
          safe += c;
      }
    }
    return safe;
  }

  std::ostream& out_;
  std::vector<std::string> names_;
  bool begun_ = false;
};

}  // namespace

OutputFormat output_format(std::string_view name) {
  const auto found = std::ranges::find(formats, name, &std::pair<std::string_view, OutputFormat>::first);
  if (found == formats.end()) throw UsageError(fmt::format("no format '{}': table, csv, json, ndjson or markdown", name));
  return found->second;
}

std::unique_ptr<RowWriter> make_row_writer(OutputFormat format, std::ostream& out, const Terminal& terminal) {
  switch (format) {
    case OutputFormat::csv:
      return std::make_unique<CsvWriter>(out, terminal);
    case OutputFormat::json:
      return std::make_unique<JsonWriter>(out, terminal, false);
    case OutputFormat::ndjson:
      return std::make_unique<JsonWriter>(out, terminal, true);
    case OutputFormat::markdown:
      return std::make_unique<MarkdownWriter>(out);
    case OutputFormat::table:
      break;
  }
  return std::make_unique<TableWriter>(out, terminal);
}

std::string display_text(const Value& value) {
  return std::visit(
      Overloaded{[](std::nullptr_t) { return std::string(); }, [](std::int64_t number) { return fmt::format("{}", number); },
                 [](double number) { return fmt::format("{:.15g}", number); }, [](const std::string& text) { return printable(text); },
                 [](const BlobValue& blob) { return hexadecimal(blob); }},
      value);
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

}  // namespace longwire
