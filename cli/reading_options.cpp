#include "cli/reading_options.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "capture/error.h"
#include "capture/limits.h"
#include "cli/command_line.h"

namespace longwire {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t least_memory = 1 << 20;  // bytes; arbitrary, a few thousand connections
constexpr unsigned most_threads = 256;           // arbitrary, but more than any machine has use for

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

}  // namespace

void add_reading_options(po::options_description& options) {
  auto add = options.add_options();
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
}

ReadingOptions::ReadingOptions(const po::variables_map& values)
    : keys_(read_keys(values)), secrets_(secrets(values)), trust_(trust_options(values)) {
  pipeline_.threads = thread_count(values);
  pipeline_.decode.verify_checksums = values["verify-checksums"].as<bool>();
  pipeline_.reassembly.overlap = overlap(values);
  pipeline_.reassembly.memory = memory_limit(values);
  pipeline_.options_text = options_text(values);
  pipeline_.dissect.websocket_payload = websocket_payload(values);
  if (values.count("bodies") == 0) return;
  bodies_folder_ = values["bodies"].as<std::string>();
  bodies_.emplace(bodies_folder_);
}

PipelineOptions ReadingOptions::pipeline() const {
  PipelineOptions options = pipeline_;
  options.dissect.secrets = &secrets_;
  options.dissect.trust = &trust_;
  if (bodies_) options.dissect.bodies = &*bodies_;
  return options;
}

void ReadingOptions::tell_what_failed() const {
  tell_broken_keys(keys_);
  if (bodies_ && bodies_->failed() > 0)
    fmt::print(stderr, "longwire: {} bodies could not be written to {}\n", bodies_->failed(), bodies_folder_);
}

}  // namespace longwire
