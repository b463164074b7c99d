// One command's command line: its options by Boost.Program_options, its help, and its errors, alike for all commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

namespace longwire {

struct CommandHelp {
  std::string usage;     // "longwire query DB [SQL | NAME] [options]"
  std::string about;     // what the command does, one paragraph
  std::string examples;  // lines, each indented by two spaces
};

// Parses `arguments` (without program and command). `options` are those of the help; `positional` names the option that
// takes what stands without a dash, all of it. --help is added; where it was given, the help is printed to standard
// output and nothing is returned. Throws UsageError, one line that ends with how to get help.
std::optional<boost::program_options::variables_map> parse_command_line(const std::vector<std::string>& arguments,
                                                                        const boost::program_options::options_description& options,
                                                                        const std::string& positional, const CommandHelp& help);

// "4096", "64K", "800M", "4G", "1T" (also "800MiB", "800m"): bytes, in powers of 1024. Nothing where it is no size, or
// more than fits.
std::optional<std::uint64_t> parse_size(const std::string& text);

// "90", "90s", "5m", "2h", "7d": seconds. Nothing where it is no span of time, or none at all.
std::optional<std::uint64_t> parse_span(const std::string& text);

// "2026-11-28", "2026-11-28T12:30:00Z" (also with a space, and without the Z): UTC; "1795869000": seconds since the Unix epoch.
// Nanoseconds since that. Nothing where it is neither.
std::optional<std::int64_t> parse_time(const std::string& text);

}  // namespace longwire
