#include "cli/query_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "cli/command_line.h"
#include "cli/confinement.h"
#include "cli/output_format.h"
#include "storage/query.h"

namespace longwire {
namespace {

namespace po = boost::program_options;

constexpr std::size_t most_sql_bytes = 1'000'000;  // SQLite's own bound, SQLITE_MAX_SQL_LENGTH

const CommandHelp query_help{
    "longwire query DB [SQL | NAME] [options]",
    "Asks a database: any SQL that reads, or one of the named questions. Without either, the SQL is read from\n"
    "standard input. The answer is a table on a terminal, csv elsewhere. Nothing is ever written to DB.\n"
    "What came from the wire does no harm: in table, csv and markdown what could steer a terminal is escaped, in csv an\n"
    "apostrophe stands before what a spreadsheet would run (=, +, -, @). json and ndjson hold the text itself.",
    "  longwire query --list\n"
    "  longwire query monday.db connection_reuse\n"
    "  longwire query monday.db \"SELECT path, status FROM http_exchanges WHERE status >= 500\"\n"
    "  longwire query monday.db status_summary --format json\n"
    "  longwire query --show connection_kinds\n"};

po::options_description query_options() {
  po::options_description options;
  auto add = options.add_options();
  add("format", po::value<std::string>()->value_name("FORMAT"), "table, csv, json, ndjson or markdown");
  add("list", po::bool_switch(), "name the questions");
  add("show", po::value<std::string>()->value_name("NAME"), "print a question's SQL");
  add("no-sandbox", po::bool_switch(), "do not confine the program to the files and system calls that it needs");
  return options;
}

void require_written(const std::ostream& out) {
  if (!out) throw OutputError("cannot write standard output");
}

void list_questions(RowWriter& writer) {
  writer.columns({"name", "question"});
  for (const NamedQuestion& question : named_questions()) writer.row({question.name, question.question});
  writer.finish();
}

void show_question(const std::string& name) {
  const auto found = std::ranges::find(named_questions(), name, &NamedQuestion::name);
  if (found == named_questions().end()) throw UsageError(fmt::format("no question '{}'; 'longwire query --list' names them", name));
  std::cout << found->sql;
}

std::string read_standard_input() {
  if (isatty(STDIN_FILENO) != 0) throw UsageError("no question: give SQL or a name; 'longwire query --list' names the questions");
  std::string sql(std::istreambuf_iterator<char>(std::cin), {});
  if (sql.size() > most_sql_bytes) throw UsageError(fmt::format("the SQL on standard input is longer than {} bytes", most_sql_bytes));
  return sql;
}

// A single word is the name of a question, that is of a view, or of a table.
std::string sql_of(const std::string& question) {
  const auto part_of_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !question.empty() && std::ranges::all_of(question, part_of_name) ? "SELECT * FROM " + question : question;
}

void answer(const std::string& path, const std::string& sql, bool confined, RowWriter& writer) {
  Database database(path);
  if (confined) confine(for_reading(path));
  database.share_answers({sql});
  database.query(
      sql, [&](const std::vector<std::string>& names) { writer.columns(names); },
      [&](const std::vector<Value>& values) {
        writer.row(values);
        return std::cout.good();
      });
  writer.finish();
}

}  // namespace

int run_query(const std::vector<std::string>& arguments) {
  const auto values = parse_command_line(arguments, query_options(), "question", query_help);
  if (!values) return 0;
  const auto places = values->count("question") != 0 ? (*values)["question"].as<std::vector<std::string>>() : std::vector<std::string>{};
  const Terminal terminal = terminal_of_standard_output();
  const OutputFormat format = values->count("format") != 0 ? output_format((*values)["format"].as<std::string>())
                              : terminal.interactive       ? OutputFormat::table
                                                           : OutputFormat::csv;
  const auto writer = make_row_writer(format, std::cout, terminal);
  if (values->count("show") != 0) {
    show_question((*values)["show"].as<std::string>());
  } else if ((*values)["list"].as<bool>()) {
    list_questions(*writer);
  } else {
    if (places.empty()) throw UsageError("no database named; see 'longwire query --help'");
    if (places.size() > 2) throw UsageError("one question at a time: put the SQL in quotes");
    const std::string sql = places.size() == 2 ? sql_of(places[1]) : read_standard_input();
    answer(places[0], sql, !(*values)["no-sandbox"].as<bool>(), *writer);
  }
  require_written(std::cout.flush());
  return 0;
}

}  // namespace longwire
