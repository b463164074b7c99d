#include "cli/interfaces_command.h"

#include <fmt/format.h>

#include <cstdint>
#include <iostream>

#include "capture/error.h"
#include "capture/interfaces.h"
#include "cli/command_line.h"
#include "cli/output_format.h"

namespace longwire {
namespace {

namespace po = boost::program_options;

const CommandHelp interfaces_help{
    "longwire interfaces [options]",
    "Lists the interfaces of this machine that packets can be captured from: name, addresses, link types (the default first),\n"
    "whether it is up, running (a cable is in) and a loopback, 1 or 0, and what the system says of it. The answer is a table on a\n"
    "terminal, csv elsewhere. Only who may capture is told link types.",
    "  longwire interfaces\n"
    "  longwire interfaces --format json | jq -r '.[] | select(.up == 1) | .name'\n"};

po::options_description interfaces_options() {
  po::options_description options;
  options.add_options()("format", po::value<std::string>()->value_name("FORMAT"), "table, csv, json, ndjson or markdown");
  return options;
}

Value flag(bool is_set) {
  return std::int64_t{is_set};
}

Value text(const std::string& text) {
  return text.empty() ? Value(nullptr) : Value(text);
}

}  // namespace

int run_interfaces(const std::vector<std::string>& arguments) {
  const auto values = parse_command_line(arguments, interfaces_options(), "argument", interfaces_help);
  if (!values) return 0;
  if (values->count("argument") != 0) throw UsageError("it takes no arguments; see 'longwire interfaces --help'");
  const Terminal terminal = terminal_of_standard_output();
  const OutputFormat format = values->count("format") != 0 ? output_format((*values)["format"].as<std::string>())
                              : terminal.interactive       ? OutputFormat::table
                                                           : OutputFormat::csv;
  const InterfaceList list = list_interfaces();
  const auto writer = make_row_writer(format, std::cout, terminal);
  writer->columns({"name", "addresses", "link_types", "up", "running", "loopback", "description"});
  for (const NetworkInterface& each : list.interfaces)
    writer->row({each.name, text(fmt::format("{}", fmt::join(each.addresses, " "))),
                 text(fmt::format("{}", fmt::join(each.link_types, " "))), flag(each.up), flag(each.running), flag(each.loopback),
                 text(each.description)});
  writer->finish();
  if (!std::cout.flush()) throw OutputError("cannot write standard output");
  if (list.denied) fmt::print(stderr, "longwire: link types are told only to who may capture: {}\n", how_to_get_permission());
  return 0;
}

}  // namespace longwire
