#include "cli/analyze_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "capture/limits.h"
#include "cli/command_line.h"
#include "cli/confinement.h"
#include "cli/input_remarks.h"
#include "cli/interruption.h"
#include "cli/pipeline.h"
#include "cli/progress.h"
#include "dissectors/body_files.h"
#include "dissectors/certificate_trust.h"
#include "dissectors/secrets.h"
#include "dissectors/tls_algorithms.h"
#include "storage/query.h"
#include "storage/temporary_file.h"

namespace longwire {
namespace {

namespace po = boost::program_options;

constexpr int exit_damaged = 3;                  // README, Exit codes
constexpr std::uint64_t least_memory = 1 << 20;  // bytes; arbitrary, a few thousand connections
constexpr unsigned most_threads = 256;           // arbitrary, but more than any machine has use for

po::options_description analyze_options() {
  po::options_description options;
  auto add = options.add_options();
  add("output,o", po::value<std::string>()->value_name("DB"), "the database; default: the first file's name with .db, in this folder");
  add("force", po::bool_switch(), "replace an existing database");
  add("append", po::bool_switch(), "add to an existing database");
  add("filter,f", po::value<std::string>()->value_name("BPF")->default_value(""), "only packets that this capture filter lets pass");
  add("threads", po::value<unsigned>()->value_name("N"), "threads to use; default: the machine's cores");
  add("memory-limit", po::value<std::string>()->value_name("SIZE"),
      "memory for connections, as 800M or 4G; default: half of the machine's. Beyond it the longest silent are given up");
  add("bodies", po::value<std::string>()->value_name("DIR"), "write decoded bodies as files into DIR, named by exchange");
  add("websocket-payload", po::value<std::string>()->value_name("N"),
      "keep the first N bytes of each WebSocket message in the database, as 200 or 4K; default: none");
  add("overlap", po::value<std::string>()->value_name("first|last")->default_value("first"),
      "which copy of a byte wins that was sent twice");
  add("verify-checksums", po::bool_switch(), "report wrong IPv4 and TCP checksums (offload makes most captures' wrong)");
  add("keep-secrets", po::bool_switch(), "store credentials and cookies as they are, not as tokens");
  add("token-key", po::value<std::string>()->value_name("HEX"), "key of the tokens, 32 hexadecimal digits; default: random");
  add("keylog", po::value<std::vector<std::string>>()->value_name("FILE"), "decrypt TLS with the secrets of this key log (SSLKEYLOGFILE)");
  add("rsa-key", po::value<std::vector<std::string>>()->value_name("FILE"),
      "decrypt TLS with this private key of a server, where RSA is the key exchange; PEM or DER");
  add("ca-file", po::value<std::vector<std::string>>()->value_name("FILE"),
      "trust the CA certificates in FILE (PEM), not the system's, when chains of TLS servers are verified");
  add("ca-path", po::value<std::vector<std::string>>()->value_name("DIR"), "likewise, those in DIR (as 'openssl rehash' makes it)");
  add("as-of", po::value<std::string>()->value_name("TIME"),
      "verify chains for that time (2026-11-28, 2026-11-28T12:30:00Z), not for the packet's");
  add("no-sandbox", po::bool_switch(), "do not confine the program to the files and system calls that it needs");
  add("quiet", po::bool_switch(), "no progress, no summary");
  return options;
}

const CommandHelp help{"longwire analyze FILE... [-o DB] [options]",
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

TlsKeys read_keys(const po::variables_map& values) {
  TlsKeys keys;
  if (values.count("keylog") != 0) {
    for (const std::string& file : values["keylog"].as<std::vector<std::string>>()) keys.add_key_log(file);
  }
  if (values.count("rsa-key") != 0) {
    for (const std::string& file : values["rsa-key"].as<std::vector<std::string>>()) keys.add_rsa_key(file);
  }
  return keys;
}

// Where there may be keys: the user's, or in the capture.
bool may_decrypt(const TlsKeys& keys, const CaptureSet& input) {
  const auto& captures = input.captures();
  return keys.any() ||
         std::any_of(captures.begin(), captures.end(), [](const CaptureInfo& info) { return info.format.starts_with("pcapng"); });
}

void tell_broken_keys(const TlsKeys& keys) {
  for (const TlsKeyLogFile& file : keys.key_logs()) {
    if (file.broken_lines() > 0)
      fmt::print(stderr, "longwire: {}: {} lines are not of a key log, and were left out\n", file.path(), file.broken_lines());
    if (file.too_long())
      fmt::print(stderr, "longwire: {} is longer than a key log may be: only its first {} bytes were read; give the part that matters\n",
                 file.path(), limits::tls_key_log_bytes.value);
  }
  if (keys.left_out() > 0)
    fmt::print(stderr, "longwire: {} secrets beyond the first {} were left out; give the part of the key logs that matters\n",
               keys.left_out(), limits::tls_secrets.value);
  if (const auto broken = keys.broken_lines_of_blocks(); broken > 0)
    fmt::print(stderr, "longwire: {} lines of decryption secrets in the capture are not of a key log, and were left out\n", broken);
}

unsigned thread_count(const po::variables_map& values) {
  const unsigned n = values.count("threads") != 0 ? values["threads"].as<unsigned>() : std::min(machine_threads(), most_threads);
  if (n == 0 || n > most_threads) throw UsageError(fmt::format("--threads takes 1 to {}", most_threads));
  return n;
}

Overlap overlap(const po::variables_map& values) {
  const std::string& policy = values["overlap"].as<std::string>();
  if (policy == "first") return Overlap::first;
  if (policy == "last") return Overlap::last;
  throw UsageError("--overlap takes 'first' or 'last', not '" + policy + "'");
}

std::uint64_t memory_limit(const po::variables_map& values) {
  if (values.count("memory-limit") == 0) return half_of_memory();
  const std::string& text = values["memory-limit"].as<std::string>();
  const auto bytes = parse_size(text);
  if (!bytes || *bytes < least_memory) throw UsageError("--memory-limit takes a size of at least 1M, as 800M or 4G, not '" + text + "'");
  return *bytes;
}

// What chains of certificates are verified against.
TrustOptions trust_options(const po::variables_map& values) {
  TrustOptions options;
  if (values.count("ca-file") != 0) options.files = values["ca-file"].as<std::vector<std::string>>();
  if (values.count("ca-path") != 0) options.folders = values["ca-path"].as<std::vector<std::string>>();
  for (const std::string& folder : options.folders)
    if (!std::filesystem::is_directory(folder)) throw UsageError("cannot read --ca-path " + folder + ": no folder");
  if (values.count("as-of") == 0) return options;
  const std::string& text = values["as-of"].as<std::string>();
  options.as_of = parse_time(text);
  if (!options.as_of) throw UsageError("--as-of takes a time, as 2026-11-28 or 2026-11-28T12:30:00Z, not '" + text + "'");
  return options;
}

std::size_t websocket_payload(const po::variables_map& values) {
  if (values.count("websocket-payload") == 0) return 0;
  const std::string& text = values["websocket-payload"].as<std::string>();
  const auto bytes = parse_size(text);
  if (!bytes || *bytes > limits::websocket_payload_bytes) {
    throw UsageError(
        fmt::format("--websocket-payload takes 0 to {} bytes, as 200 or 4K, not '{}'", limits::websocket_payload_bytes.value, text));
  }
  return *bytes;
}

// Options that change what is seen, as a user would write them.
std::string options_text(const po::variables_map& values) {
  std::string text;
  if (const std::string& filter = values["filter"].as<std::string>(); !filter.empty()) text += " --filter '" + filter + "'";
  if (overlap(values) == Overlap::last) text += " --overlap last";
  if (values.count("memory-limit") != 0) text += " --memory-limit " + values["memory-limit"].as<std::string>();
  for (const char* option : {"ca-file", "ca-path"})
    if (values.count(option) != 0)
      for (const std::string& place : values[option].as<std::vector<std::string>>()) text += fmt::format(" --{} {}", option, place);
  if (values.count("as-of") != 0) text += " --as-of " + values["as-of"].as<std::string>();
  if (values.count("websocket-payload") != 0) text += " --websocket-payload " + values["websocket-payload"].as<std::string>();
  if (values["verify-checksums"].as<bool>()) text += " --verify-checksums";
  if (values["keep-secrets"].as<bool>()) text += " --keep-secrets";
  for (const char* option : {"keylog", "rsa-key"}) {
    if (values.count(option) == 0) continue;
    for (const std::string& file : values[option].as<std::vector<std::string>>()) text += fmt::format(" --{} {}", option, file);
  }
  return text.empty() ? text : text.substr(1);
}

Secrets secrets(const po::variables_map& values) {
  if (values["keep-secrets"].as<bool>()) return Secrets::kept();
  if (values.count("token-key") != 0) return Secrets::with_key(values["token-key"].as<std::string>());
  return Secrets::random();
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
  const auto parsed = parse_command_line(arguments, analyze_options(), "file", help);
  if (!parsed) return 0;
  const po::variables_map& values = *parsed;
  if (values.count("file") == 0) throw UsageError("no capture file given; see 'longwire analyze --help'");
  const auto& files = values["file"].as<std::vector<std::string>>();
  TlsKeys keys = read_keys(values);
  const bool quiet = values["quiet"].as<bool>();
  const std::string target = values.count("output") != 0 ? values["output"].as<std::string>() : default_target(files[0]);

  PipelineOptions options;
  options.threads = thread_count(values);
  options.decode.verify_checksums = values["verify-checksums"].as<bool>();
  options.reassembly = {overlap(values), memory_limit(values)};
  options.options_text = options_text(values);
  const Secrets tokens = secrets(values);
  options.dissect.secrets = &tokens;
  const CertificateTrust trust(trust_options(values));
  options.dissect.trust = &trust;
  options.dissect.websocket_payload = websocket_payload(values);
  std::optional<BodyFiles> bodies;
  if (values.count("bodies") != 0) options.dissect.bodies = &bodies.emplace(values["bodies"].as<std::string>());

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
  if (may_decrypt(keys, input)) options.keys = &keys;
  if (confined) confine_to(std::move(writable), values, trust, options.keys != nullptr);

  {
    ProgressLine progress(!quiet);
    options.progress = [&](std::uint64_t packets) {
      progress.update(input.bytes_read(), input.bytes_total(), packets);
      return true;
    };
    run_pipeline(input, store, options);
    tell_unfiltered(input);
    store.finish();
  }
  const bool damaged = tell_damage(input);
  if (!quiet) {
    for (const std::string& line : overlaps(input.captures())) fmt::print(stderr, "longwire: {}\n", line);
    if (values["append"].as<bool>() && values.count("token-key") == 0 && !values["keep-secrets"].as<bool>())
      fmt::print(stderr, "longwire: tokens of secrets are not comparable with those already in {}; give --token-key each time\n", target);
  }
  tell_broken_keys(keys);
  if (values.count("rsa-key") != 0) {
    const std::string why = why_no_rsa_key_fits(Database(target), options.dissect.first_capture_id);
    if (!why.empty()) fmt::print(stderr, "longwire: {}\n", why);
  }
  if (bodies && bodies->failed() > 0)
    fmt::print(stderr, "longwire: {} bodies could not be written to {}\n", bodies->failed(), values["bodies"].as<std::string>());
  if (!quiet) print_summary(target, input);
  return damaged ? exit_damaged : 0;
}

}  // namespace longwire
