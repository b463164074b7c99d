#include "cli/analyze_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "cli/command_line.h"
#include "cli/confinement.h"
#include "cli/input_remarks.h"
#include "cli/interruption.h"
#include "cli/pipeline.h"
#include "cli/progress.h"
#include "cli/reading_options.h"
#include "dissectors/certificate_trust.h"
#include "dissectors/tls_algorithms.h"
#include "storage/query.h"
#include "storage/store.h"
#include "storage/temporary_file.h"

namespace longwire {
namespace {

namespace po = boost::program_options;

constexpr int exit_damaged = 3;  // README, Exit codes

po::options_description analyze_options() {
  po::options_description options;
  auto add = options.add_options();
  add("output,o", po::value<std::string>()->value_name("DB"), "the database; default: the first file's name with .db, in this folder");
  add("force", po::bool_switch(), "replace an existing database");
  add("append", po::bool_switch(), "add to an existing database");
  add("filter,f", po::value<std::string>()->value_name("BPF")->default_value(""), "only packets that this capture filter lets pass");
  add_reading_options(options);
  add("no-sandbox", po::bool_switch(), "do not confine the program to the files and system calls that it needs");
  add("quiet", po::bool_switch(), "no progress, no summary");
  return options;
}

const CommandHelp analyze_help{"longwire analyze FILE... [-o DB] [options]",
                               "Reads capture files (pcap, pcapng, snoop; also .gz, .zst, .lz4; '-' is standard input), follows every TCP\n"
                               "connection, dissects HTTP, and leaves one SQLite database. Several files are one capture, in the order of\n"
                               "their first packets.",
                               "  longwire analyze monday.pcapng\n"
                               "  longwire analyze part*.pcap.zst -o week.db --force\n"
                               "  tcpdump -i eth0 -w - tcp port 80 | longwire analyze - -o now.db\n"
                               "  longwire analyze big.pcap -f 'host 192.0.2.7' --bodies bodies/\n"};

std::string default_target(const std::string& first_file) {
  if (first_file == "-") return "capture.db";
  std::filesystem::path name = std::filesystem::path(first_file).filename();
  for (const char* compressed : {".gz", ".zst", ".lz4"}) {
    if (name.extension() == compressed) name = name.stem();
  }
  return name.replace_extension(".db").string();
}

// Where there may be keys: the user's, or in the capture.
bool may_decrypt(const TlsKeys& keys, const CaptureSet& input) {
  const auto& captures = input.captures();
  return keys.any() ||
         std::any_of(captures.begin(), captures.end(), [](const CaptureInfo& info) { return info.format.starts_with("pcapng"); });
}

std::int64_t count(const Database& db, const char* table) {
  std::int64_t n = 0;
  db.query(
      fmt::format("SELECT count(*) FROM {}", table), [](const auto&) {},
      [&](const std::vector<Value>& row) {
        n = std::get<std::int64_t>(row[0]);
        return true;
      });
  return n;
}

void print_summary(const std::string& target, const CaptureSet& input) {
  std::uint64_t packets = 0;
  for (const CaptureInfo& info : input.captures()) packets += info.packets;
  const Database db(target);
  fmt::print(stderr, "{}: {} packets, {} connections, {} HTTP exchanges, {} anomalies\nnext: longwire report {}\n", target, packets,
             count(db, "connections"), count(db, "http_exchanges"), count(db, "anomalies"), target);
}

// The database must not take the place of what it is made from.
void refuse_input_as_target(const po::variables_map& values, const std::string& target) {
  for (const auto& [option, what] :
       {std::pair{"file", "a capture"}, std::pair{"keylog", "a key log"}, std::pair{"rsa-key", "a private key"}}) {
    if (values.count(option) == 0) continue;
    for (const std::string& file : values[option].as<std::vector<std::string>>()) {
      std::error_code none;
      if (std::filesystem::equivalent(file, target, none))
        throw UsageError(fmt::format("{} is {} to read; name another file with -o", target, what));
    }
  }
}

// Everything is open; what follows reads what an attacker may have sent. Folders to write in stay, and what is read later:
// captures whose turn comes, roots of certificates.
void confine_to(std::vector<std::string> writable, const po::variables_map& values, const CertificateTrust& trust, bool decrypts) {
  Confinement allowed{std::move(writable), trust.places()};
  if (values.count("bodies") != 0) allowed.writable.push_back(values["bodies"].as<std::string>());
  for (const std::string& file : values["file"].as<std::vector<std::string>>()) allowed.readable.push_back(file);
  if (decrypts) load_tls_providers();
  confine(allowed);
}

}  // namespace

int run_analyze(const std::vector<std::string>& arguments) {
  const auto parsed = parse_command_line(arguments, analyze_options(), "file", analyze_help);
  if (!parsed) return 0;
  const po::variables_map& values = *parsed;
  if (values.count("file") == 0) throw UsageError("no capture file given; see 'longwire analyze --help'");
  const auto& files = values["file"].as<std::vector<std::string>>();
  const bool quiet = values["quiet"].as<bool>();
  const std::string target = values.count("output") != 0 ? values["output"].as<std::string>() : default_target(files[0]);

  ReadingOptions reading(values);
  PipelineOptions options = reading.pipeline();

  if (values["force"].as<bool>() && values["append"].as<bool>()) throw UsageError("--force and --append exclude each other");
  refuse_input_as_target(values, target);
  const Interruption interruption(target);
  const bool confined = !values["no-sandbox"].as<bool>();
  std::vector<std::string> writable;
  if (confined) writable = {TemporaryFile::folder_for(target), keep_temporary_files_in(TemporaryFile::folder_for(target))};
  Store store(target, {values["force"].as<bool>(), values["append"].as<bool>()});
  options.dissect.first_capture_id = store.first_capture_id();
  SourceOptions source;
  source.filter = values["filter"].as<std::string>();
  source.first_number = store.first_number();
  CaptureSet input(files, source);
  if (may_decrypt(reading.keys(), input)) options.keys = &reading.keys();
  if (confined) confine_to(std::move(writable), values, reading.trust(), options.keys != nullptr);

  {
    ProgressLine progress(!quiet);
    options.progress = [&](std::uint64_t packets) {
      progress.update(input.bytes_read(), input.bytes_total(), packets);
      return true;
    };
    run_pipeline(input, store, options);
    tell_unfiltered(input);
    finish_import(store, options.threads);
  }
  const bool damaged = tell_damage(input);
  if (!quiet) {
    for (const std::string& line : overlaps(input.captures())) fmt::print(stderr, "longwire: {}\n", line);
    if (values["append"].as<bool>() && values.count("token-key") == 0 && !values["keep-secrets"].as<bool>())
      fmt::print(stderr, "longwire: tokens of secrets are not comparable with those already in {}; give --token-key each time\n", target);
  }
  if (values.count("rsa-key") != 0) {
    const std::string why = why_no_rsa_key_fits(Database(target), options.dissect.first_capture_id);
    if (!why.empty()) fmt::print(stderr, "longwire: {}\n", why);
  }
  reading.tell_what_failed();
  if (!quiet) print_summary(target, input);
  return damaged ? exit_damaged : 0;
}

}  // namespace longwire
