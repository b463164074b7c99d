#include "cli/report_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <span>

#include "cli/command_line.h"
#include "cli/confinement.h"
#include "cli/output_format.h"
#include "cli/report_sections.h"
#include "cli/text_table.h"
#include "storage/query.h"

namespace longwire {
namespace {

namespace po = boost::program_options;

const CommandHelp report_help{
    "longwire report DB [options]",
    "Tells what is in a database: what was captured, connections short and long and why, reuse, closes that cost\n"
    "something, TCP keepalive, idle timeouts, HTTP/2, TLS, statuses, the slowest exchanges, push techniques, WebSockets, anomalies,\n"
    "and findings: what a person should look at. What has no data is left out. On a terminal it is as wide as that, in\n"
    "colours unless NO_COLOR is set; elsewhere it is plain text.",
    "  longwire report monday.db\n"
    "  longwire report monday.db --format json | jq .reuse\n"};

po::options_description report_options() {
  po::options_description options;
  auto add = options.add_options();
  add("format", po::value<std::string>()->value_name("FORMAT")->default_value("text"), "text or json");
  add("no-sandbox", po::bool_switch(), "do not confine the program to the files and system calls that it needs");
  return options;
}

struct SectionRows {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
  bool more = false;  // than the section shows
};

SectionRows ask(const Database& database, const ReportSection& section) {
  SectionRows answer;
  database.query(
      section.sql, [&](const std::vector<std::string>& names) { answer.columns = names; },
      [&](const std::vector<Value>& values) {
        answer.more = answer.rows.size() == section.rows;
        if (!answer.more) answer.rows.push_back(values);
        return !answer.more;
      });
  return answer;
}

// A column without a value tells a person nothing.
SectionRows without_empty_columns(const SectionRows& all) {
  SectionRows kept{{}, std::vector<std::vector<Value>>(all.rows.size()), all.more};
  for (std::size_t n = 0; n < all.columns.size(); ++n) {
    const auto known = [n](const std::vector<Value>& row) { return !std::holds_alternative<std::nullptr_t>(row[n]); };
    if (std::ranges::none_of(all.rows, known)) continue;
    kept.columns.push_back(all.columns[n]);
    for (std::size_t row = 0; row < all.rows.size(); ++row) kept.rows[row].push_back(all.rows[row][n]);
  }
  return kept;
}

// The title; on a terminal with a line from there to its edge.
std::string heading(std::string_view title, const Terminal& terminal) {
  std::string text = terminal.interactive ? cut_to(title, terminal.width) : std::string(title);
  const std::size_t begun = character_count(title) + 1;
  if (terminal.interactive && begun < terminal.width) text += ' ';
  for (std::size_t n = begun; terminal.interactive && n < terminal.width; ++n) text += "─";
  return terminal.colours ? fmt::format("\x1b[1;36m{}\x1b[0m", text) : text;
}

// Long sentences go on in the next line. Widths are characters.
void write_sentences(const SectionRows& answer, const Terminal& terminal) {
  constexpr std::size_t further = 6;  // that the next lines are indented
  const auto text = [&](const std::vector<Value>& row, std::string_view column) {
    const auto place = static_cast<std::size_t>(std::ranges::find(answer.columns, column) - answer.columns.begin());
    return place < row.size() ? display_text(row[place]) : std::string();
  };
  std::size_t longest = 0;
  for (const auto& row : answer.rows) longest = std::max(longest, text(row, "kind").size());
  for (const auto& row : answer.rows) {
    const std::string severity = text(row, "severity"), frame = text(row, "frame");
    const std::string named = fmt::format("{:<7}  {:<{}}  ", severity, text(row, "kind"), longest);
    const std::string summary = text(row, "summary") + (frame.empty() ? "" : fmt::format(" (frame {})", frame));
    const std::size_t width = terminal.width > 2 * further ? terminal.width - further : terminal.width;
    const auto lines = wrapped(summary, width, std::min(width, named.size()));
    const std::string_view colour = terminal.colours ? colour_of("severity", severity) : std::string_view{};
    std::cout << fmt::format("  {}{}{}{}\n", colour, named.substr(0, severity.size()), colour.empty() ? "" : "\x1b[0m",
                             named.substr(severity.size()) + lines[0]);
    for (const std::string& line : std::span(lines).subspan(1)) std::cout << std::string(further, ' ') << line << '\n';
  }
}

void write_text(const ReportSection& section, const SectionRows& answer, const std::string& path, const Terminal& terminal) {
  std::cout << heading(section.title, terminal) << '\n';
  if (section.sentences) {
    write_sentences(answer, terminal);
  } else {
    TextTable table(std::cout, terminal, TextTable::Style::compact);
    table.columns(answer.columns);
    for (const auto& row : answer.rows) table.row(row);
    table.finish();
  }
  if (section.sentences || answer.more) std::cout << fmt::format("  more: longwire query {} {}\n", printable(path), section.question);
}

void report_text(const Database& database, const std::string& path) {
  const Terminal terminal = terminal_of_standard_output();
  bool first = true;
  for (const ReportSection& section : report_sections()) {
    const SectionRows answer = without_empty_columns(ask(database, section));
    if (answer.rows.empty()) continue;
    if (!first) std::cout << '\n';
    first = false;
    write_text(section, answer, path, terminal);
    std::cout.flush();  // what is known already, while the next question takes its time
  }
  if (first) std::cout << "No packets.\n";
}

// One object; its sections are arrays of objects, the shown rows only.
void report_json(const Database& database) {
  const char* separator = "{\n";
  for (const ReportSection& section : report_sections()) {
    const SectionRows answer = ask(database, section);
    if (answer.rows.empty()) continue;
    std::cout << separator << '"' << section.key << "\": ";
    const auto writer = make_row_writer(OutputFormat::json, std::cout, terminal_of_standard_output());
    writer->columns(answer.columns);
    for (const auto& row : answer.rows) writer->row(row);
    writer->finish();
    separator = ",\n";
  }
  std::cout << (*separator == '{' ? "{}\n" : "}\n");
}

}  // namespace

int run_report(const std::vector<std::string>& arguments) {
  const auto values = parse_command_line(arguments, report_options(), "database", report_help);
  if (!values) return 0;
  const auto places = values->count("database") != 0 ? (*values)["database"].as<std::vector<std::string>>() : std::vector<std::string>{};
  if (places.size() != 1) throw UsageError("name one database; see 'longwire report --help'");
  const std::string& format = (*values)["format"].as<std::string>();
  if (format != "text" && format != "json") throw UsageError(fmt::format("no format '{}': text or json", format));
  Database database(places[0]);
  if (!(*values)["no-sandbox"].as<bool>()) confine(for_reading(places[0]));
  std::vector<std::string> questions;
  for (const ReportSection& section : report_sections()) questions.emplace_back(section.sql);
  database.share_answers(questions);
  if (format == "json") {
    report_json(database);
  } else {
    report_text(database, places[0]);
  }
  if (!std::cout.flush()) throw OutputError("cannot write standard output");
  return 0;
}

}  // namespace longwire
