#include "cli/capture_command.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "capture/error.h"
#include "capture/live_source.h"
#include "cli/command_line.h"
#include "cli/confinement.h"
#include "cli/live_status.h"
#include "cli/packet_copy.h"
#include "cli/pipeline_live.h"
#include "cli/privileges.h"
#include "cli/reading_options.h"
#include "cli/stop_request.h"
#include "dissectors/tls_algorithms.h"
#include "storage/live_target.h"
#include "storage/temporary_file.h"

namespace longwire {
namespace {

namespace po = boost::program_options;

constexpr int exit_capture = 5;        // README, Exit codes
constexpr unsigned usual_threads = 4;  // at most, where the user says nothing: the machine has other work to do

po::options_description capture_options() {
  po::options_description options;
  auto add = options.add_options();
  add("interface,i", po::value<std::vector<std::string>>()->value_name("IFACE"),
      "listen on this interface, or on 'any'; more than one may be given");
  add("output,o", po::value<std::string>()->value_name("DB")->default_value("capture.db"), "the database");
  add("force", po::bool_switch(), "replace an existing database");
  add("append", po::bool_switch(), "add to an existing database");
  add("filter,f", po::value<std::string>()->value_name("BPF")->default_value(""), "only packets that this capture filter lets pass");
  add("duration", po::value<std::string>()->value_name("TIME"), "stop after that time, as 90s, 5m, 2h, 7d");
  add("packets", po::value<std::uint64_t>()->value_name("N"), "stop after N packets, or soon after");
  add("rotate", po::value<std::string>()->value_name("SIZE|TIME"),
      "begin a new database when one has that size (500M, 2G) or age (15m, 1h, 1d); the time it begins is put into its name");
  add("keep", po::value<std::string>()->value_name("N|SIZE"),
      "with --rotate: remove the oldest beyond N databases, or beyond that size of all (20G)");
  add("write", po::value<std::string>()->value_name("FILE"), "write the packets, too, as pcapng; with --rotate, a file for each database");
  add("buffer", po::value<std::string>()->value_name("SIZE")->default_value("64M"), "the kernel's buffer of each interface");
  add("snaplen", po::value<std::uint32_t>()->value_name("BYTES")->default_value(LiveOptions{}.snaplen), "bytes to keep of each packet");
  add("promiscuous", po::bool_switch(), "take packets that are for others, too");
  add_reading_options(options);
  add("user", po::value<std::string>()->value_name("USER")->default_value(""),
      "become this user once the interfaces are open; default, for root: who called sudo, else nobody");
  add("no-sandbox", po::bool_switch(), "do not confine the program to the files and system calls that it needs");
  add("quiet", po::bool_switch(), "no status, no summary");
  return options;
}

const CommandHelp capture_help{
    "longwire capture -i IFACE... [-o DB] [options]",
    "Listens on interfaces and keeps a database of what it sees up to date: connections, exchanges and all else are\n"
    "there for any SQLite reader within two seconds. Ctrl-C ends it; a second one at once.",
    "  longwire capture -i eth0 -o now.db\n"
    "  longwire capture -i any -f 'tcp port 80 or tcp port 443' --duration 10m\n"
    "  longwire capture -i eth0 -o /var/lib/longwire/eth0.db --rotate 1h --keep 48 --write /var/lib/longwire/eth0.pcapng\n"
    "  watch longwire report now.db\n"};

// When a database is full, or old enough.
struct Rotation {
  std::uint64_t bytes = 0, seconds = 0;  // 0 = never
  bool wanted() const { return bytes != 0 || seconds != 0; }
  bool due(std::uint64_t size, std::uint64_t age) const { return (bytes != 0 && size >= bytes) || (seconds != 0 && age >= seconds); }
};

Rotation rotation(const po::variables_map& values) {
  if (values.count("rotate") == 0) return {};
  const std::string& text = values["rotate"].as<std::string>();
  // A small letter is a unit of time, a capital one of size: 5m are minutes, 5M are bytes.
  if (const auto seconds = text.ends_with('m') || text.find_first_of("KMGT") == std::string::npos ? parse_span(text) : std::nullopt)
    return {0, *seconds};
  constexpr std::uint64_t least = 1 << 20;  // bytes; an empty database has nearly as many
  const auto bytes = parse_size(text);
  if (!bytes || *bytes < least)
    throw UsageError("--rotate takes a size of at least 1M, as 500M, or a time, as 15m, 1h or 1d, not '" + text + "'");
  return {*bytes, 0};
}

KeepFiles keep(const po::variables_map& values) {
  if (values.count("keep") == 0) return {};
  if (values.count("rotate") == 0) throw UsageError("--keep needs --rotate");
  const std::string& text = values["keep"].as<std::string>();
  const auto number = parse_size(text);
  if (!number || *number == 0) throw UsageError("--keep takes a number of databases, as 48, or a size, as 20G, not '" + text + "'");
  const bool is_count = text.find_first_not_of("0123456789") == std::string::npos;
  return is_count ? KeepFiles{*number, 0} : KeepFiles{0, *number};
}

LiveOptions live_options(const po::variables_map& values) {
  LiveOptions options;
  options.filter = values["filter"].as<std::string>();
  options.snaplen = values["snaplen"].as<std::uint32_t>();
  options.promiscuous = values["promiscuous"].as<bool>();
  const auto buffer = parse_size(values["buffer"].as<std::string>());
  constexpr std::uint64_t least = 1 << 20;  // bytes: some blocks of the kernel's ring
  if (!buffer || *buffer < least) throw UsageError("--buffer takes a size of at least 1M, as 64M");
  options.buffer = *buffer;
  if (options.snaplen == 0 || options.snaplen > LiveOptions{}.snaplen)
    throw UsageError(fmt::format("--snaplen takes 1 to {} bytes", LiveOptions{}.snaplen));
  return options;
}

std::uint64_t duration(const po::variables_map& values) {
  if (values.count("duration") == 0) return 0;
  const std::string& text = values["duration"].as<std::string>();
  const auto seconds = parse_span(text);
  if (!seconds) throw UsageError("--duration takes a time, as 90s, 5m or 2h, not '" + text + "'");
  return *seconds;
}

// Of the database and of --write. SQLite's temporary files, which questions need and a capture does not, go there too.
std::vector<std::string> folders_to_write(const po::variables_map& values) {
  std::vector<std::string> folders{TemporaryFile::folder_for(values["output"].as<std::string>())};
  if (values.count("write") != 0) folders.push_back(TemporaryFile::folder_for(values["write"].as<std::string>()));
  if (values.count("bodies") != 0) folders.push_back(values["bodies"].as<std::string>());
  keep_temporary_files_in(folders[0]);
  return folders;
}

Confined confine_to(const std::vector<std::string>& folders, ReadingOptions& reading) {
  if (reading.keys().any()) load_tls_providers();
  return confine({folders, reading.trust().places()});
}

// The files of the capture: their names, one after the other where it rotates.
class Files {
 public:
  Files(const po::variables_map& values, bool rotates) : rotates_(rotates), paths_{values["output"].as<std::string>()} {
    if (values.count("write") != 0) paths_.push_back(values["write"].as<std::string>());
    for (const std::string& path : paths_) series_.emplace_back(path);
  }

  // New names, before the first file and whenever it rotates.
  void begin() {
    if (!rotates_) return;
    stamp_ = next_stamp(series_, stamp_, std::time(nullptr));
    for (std::size_t i = 0; i < paths_.size(); ++i) paths_[i] = series_[i].path(stamp_);
  }
  const std::string& database() const { return paths_[0]; }
  const std::string& packets() const { return paths_[1]; }
  bool has_packets() const { return paths_.size() > 1; }
  const std::vector<RotatedFiles>& series() const { return series_; }

 private:
  bool rotates_;
  std::vector<std::string> paths_;  // of the database, and of --write
  std::vector<RotatedFiles> series_;
  RotationStamp stamp_;  // of the newest
};

void print_summary(const LiveStatus& status, const std::string& database) {
  fmt::print(stderr, "{}: {} packets, {} dropped\nnext: longwire report {}\n", database, status.packets,
             status.dropped_by_kernel + status.dropped_by_interface, database);
}

void check_command(const po::variables_map& values) {
  if (values.count("argument") != 0)
    throw UsageError("'" + values["argument"].as<std::vector<std::string>>()[0] + "' is no option; interfaces are named with -i");
  if (values.count("interface") == 0) throw UsageError("no interface given: name one with -i; 'longwire interfaces' lists them");
  if (values["force"].as<bool>() && values["append"].as<bool>()) throw UsageError("--force and --append exclude each other");
}

}  // namespace

int run_capture(const std::vector<std::string>& arguments) {
  const auto parsed = parse_command_line(arguments, capture_options(), "argument", capture_help);
  if (!parsed) return 0;
  const po::variables_map& values = *parsed;
  check_command(values);
  const auto& interfaces = values["interface"].as<std::vector<std::string>>();
  const std::string names = fmt::format("{}", fmt::join(interfaces, ", "));
  const bool quiet = values["quiet"].as<bool>();
  const Rotation rotates = rotation(values);
  const std::uint64_t most_seconds = duration(values);
  const std::uint64_t most_packets = values.count("packets") != 0 ? values["packets"].as<std::uint64_t>() : 0;
  const auto account = account_to_become(values["user"].as<std::string>());
  ReadingOptions reading(values);
  LiveTargetOptions to{{}, {values["force"].as<bool>(), values["append"].as<bool>()}, keep(values), {}};

  // The interface needs rights that everything behind it must not have.
  LiveSource input(interfaces, live_options(values));
  LiveStatusLine line(names, !quiet);
  give_up_privileges(account);
  const std::vector<std::string> folders = folders_to_write(values);
  for (const std::string& folder : folders) require_writable(folder);
  const std::string confined = values["no-sandbox"].as<bool>() ? "not confined, as asked" : confine_to(folders, reading).line();
  PipelineStop stop;
  const StopRequest on_signal(stop);

  Files files(values, rotates.wanted());
  files.begin();
  to.path = files.database();
  to.series = files.series();
  LiveTarget target(to);
  input.set_first_number(target.first_number());
  std::optional<PacketCopy> copy;
  if (files.has_packets()) copy.emplace(files.packets(), input);

  LivePipelineOptions options;
  options.pipeline = reading.pipeline();
  options.pipeline.reassembly.reports = true;
  options.pipeline.dissect.first_capture_id = target.first_capture_id();
  if (values.count("threads") == 0) options.pipeline.threads = std::min(options.pipeline.threads, usual_threads);
  if (reading.keys().any()) options.pipeline.keys = &reading.keys();
  options.stop = &stop;
  const std::uint64_t behind_last = target.first_number() + most_packets;
  if (copy || most_packets != 0)
    options.copy = [&](const PacketBatch& batch) {
      if (copy) copy->write(batch);
      if (most_packets != 0 && batch.packets.back().at.number + 1 >= behind_last) stop.request();
    };
  LiveStatus last;
  std::uint64_t seconds = 0;
  bool gone = false;
  options.each_second = [&](const LiveStatus& status) {
    last = status;
    for (const std::string& remark : status.remarks) line.say(remark);
    if (copy)
      for (const std::string& remark : copy->each_second()) line.say(remark);
    line.update(status);
    gone = input.all_failed();
    if (gone || (most_seconds != 0 && ++seconds >= most_seconds)) stop.request();
  };
  if (rotates.wanted())
    options.next_database = [&](std::uint64_t bytes, std::uint64_t age) {
      if (!rotates.due(bytes, age)) return std::string();
      files.begin();
      return files.database();
    };
  options.begun = [&] {
    if (copy) copy->begin_next(files.packets());
  };

  if (!quiet) line.say(fmt::format("listening on {}; {}", names, confined));
  run_live_pipeline(input, target, to.path, options);
  const std::string unstored = target.finish();
  if (copy) copy->finish();
  reading.tell_what_failed();
  if (!quiet) print_summary(last, files.database());
  if (!unstored.empty()) throw OutputError(unstored + "; the last rows are missing");
  return gone ? exit_capture : 0;
}

}  // namespace longwire
