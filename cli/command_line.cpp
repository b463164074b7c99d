#include "cli/command_line.h"

#include <cctype>
#include <charconv>
#include <ctime>
#include <iostream>
#include <iterator>
#include <limits>
#include <string_view>

#include "capture/error.h"

namespace longwire {

namespace po = boost::program_options;

namespace {

// "longwire query" of "longwire query DB [SQL | NAME]".
std::string command_of(const CommandHelp& help) {
  const std::size_t program_end = help.usage.find(' ');
  return help.usage.substr(0, help.usage.find(' ', program_end + 1));
}

}  // namespace

std::optional<po::variables_map> parse_command_line(const std::vector<std::string>& arguments, const po::options_description& options,
                                                    const std::string& positional, const CommandHelp& help) {
  po::options_description all;
  all.add(options);
  all.add_options()("help,h", "show this help");
  po::options_description with_positional;
  with_positional.add(all);
  with_positional.add_options()(positional.c_str(), po::value<std::vector<std::string>>());
  po::positional_options_description places;
  places.add(positional.c_str(), -1);
  try {
    po::variables_map values;
    using namespace po::command_line_style;
    constexpr int style = unix_style & ~allow_guessing;
    po::store(po::command_line_parser(arguments).options(with_positional).positional(places).style(style).run(), values);
    if (values.count("help") != 0) {
      std::cout << "Usage: " << help.usage << "\n\n" << help.about << "\n\nOptions:\n" << all << "\nExamples:\n" << help.examples;
      return std::nullopt;
    }
    po::notify(values);
    return values;
  } catch (const po::error& error) {
    throw UsageError(std::string(error.what()) + "; see '" + command_of(help) + " --help'");
  }
}

std::optional<std::uint64_t> parse_size(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  constexpr std::string_view units = "KMGT";
  std::string_view suffix(unit, static_cast<std::size_t>(end - unit));
  unsigned shift = 0;
  if (!suffix.empty()) {
    const std::size_t at = units.find(static_cast<char>(std::toupper(static_cast<unsigned char>(suffix.front()))));
    if (at == std::string_view::npos) return std::nullopt;
    shift = 10 * (static_cast<unsigned>(at) + 1);
    suffix.remove_prefix(1);
    if (!suffix.empty() && suffix != "B" && suffix != "iB") return std::nullopt;
  }
  if (number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return number << shift;
}

std::optional<std::uint64_t> parse_span(const std::string& text) {
  constexpr std::uint64_t most = 100 * 365 * 86400ull;  // a century: arbitrary, and nothing overflows
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number == 0 || number > most || end - unit > 1) return std::nullopt;
  const std::size_t at = unit == end ? 0 : std::string_view("smhd").find(*unit);
  constexpr std::uint64_t seconds[] = {1, 60, 3600, 86400};
  if (at >= std::size(seconds) || number > most / seconds[at]) return std::nullopt;
  return number * seconds[at];
}

std::optional<std::int64_t> parse_time(const std::string& text) {
  constexpr std::int64_t second = 1'000'000'000, most = std::numeric_limits<std::int64_t>::max() / second;
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  bool understood = error == std::errc() && rest == end;
  for (const char* format : {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S"}) {
    if (understood) break;
    std::tm parts{};
    const char* const behind = strptime(text.c_str(), format, &parts);
    understood = behind == end;
    seconds = timegm(&parts);
  }
  if (!understood || seconds > most || seconds < -most) return std::nullopt;
  return seconds * second;
}

}  // namespace longwire
