// The program: finds the command, and turns what the environment threw into one line and an exit code.
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "capture/error.h"
#include "cli/analyze_command.h"
#include "cli/capture_command.h"
#include "cli/interfaces_command.h"
#include "cli/query_command.h"
#include "cli/report_command.h"

namespace {

// Documented in README, Exit codes.
enum ExitCode { success = 0, our_bug = 1, usage = 2, input = 3, output = 4, capture = 5 };

constexpr const char* help =
    "Usage: longwire COMMAND ...\n"
    "\n"
    "Reads packet captures and answers, in SQL, how HTTP connections were really used.\n"
    "\n"
    "Commands:\n"
    "  analyze FILE... [-o DB]   read capture files into a database ('-' is standard input)\n"
    "  query DB [SQL | NAME]     ask it: read-only SQL, or a named question (--list names them)\n"
    "  report DB                 what a person wants to know first\n"
    "  capture -i IFACE [-o DB]  listen on interfaces and keep a database up to date\n"
    "  interfaces                what packets can be captured from\n"
    "\n"
    "'longwire FILE' alone means 'longwire analyze FILE'. 'longwire COMMAND --help' tells more.\n"
    "\n"
    "Examples:\n"
    "  longwire analyze monday.pcapng -o monday.db\n"
    "  longwire query monday.db connection_reuse\n"
    "  longwire query monday.db \"SELECT path, status FROM http_exchanges WHERE status >= 500\"\n"
    "  longwire report monday.db\n";

int run(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] == "help" || arguments[0] == "--help" || arguments[0] == "-h") {
    std::fputs(help, arguments.empty() ? stderr : stdout);
    return arguments.empty() ? usage : success;
  }
  if (arguments[0] == "--version") {
    std::puts("longwire " LONGWIRE_VERSION);
    return success;
  }
  const std::string command = arguments[0];
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (command == "analyze") return longwire::run_analyze(rest);
  if (command == "query") return longwire::run_query(rest);
  if (command == "report") return longwire::run_report(rest);
  if (command == "capture") return longwire::run_capture(rest);
  if (command == "interfaces") return longwire::run_interfaces(rest);
  if (command == "-" || command[0] == '-' || access(command.c_str(), F_OK) == 0) return longwire::run_analyze(arguments);
  throw longwire::UsageError("no command or file '" + command + "'; 'longwire --help' names the commands");
}

int fail(ExitCode code, const char* line) {
  std::fprintf(stderr, "longwire: %s\n", line);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const longwire::UsageError& error) {
    return fail(usage, error.what());
  } catch (const longwire::InputError& error) {
    return fail(input, error.what());
  } catch (const longwire::OutputError& error) {
    return fail(output, error.what());
  } catch (const longwire::CaptureError& error) {
    return fail(capture, error.what());
  } catch (const std::bad_alloc&) {
    return fail(our_bug, "out of memory");
  } catch (const std::exception& error) {
    return fail(our_bug, error.what());
  }
}
