// The benchmark: what each stage costs a packet, on captures given to it, beside two floors measured in the same run.
//
//   read floor    a bare libpcap loop that touches every byte
//   store floor   inserting the very same rows from memory through the project's own Store
//
// Stages are measured one on top of the other, each in a process of its own; a stage's own cost is the difference to the
// one below it. Machines are shared and noisy, so runs are interleaved and medians told: the ratios are what counts.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/measure.h"
#include "tests/bench/stages.h"

namespace longwire::bench {
namespace {

namespace po = boost::program_options;

struct Stage {
  std::string name;
  std::function<Work()> work;
  bool on_top_of_previous = false;  // its own cost is the difference to the stage before
  std::vector<Measured> runs{};
};

// A folder for databases, gone at the end.
class Scratch {
 public:
  explicit Scratch(const std::string& parent) : path_(parent + "/longwire-bench-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + parent);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string database() const { return path_ + "/rows.db"; }

 private:
  std::string path_;
};

std::vector<Stage> stages(const std::string& capture, const std::string& database, unsigned threads) {
  std::vector<Stage> all{
      {"read floor (libpcap)", [=] { return libpcap_loop(capture); }},
      {"store floor", [=] { return store_rows(capture, database); }},
      {"read", [=] { return read(capture); }, true},
      {"+ decode", [=] { return decode(capture); }, true},
      {"+ reassemble", [=] { return reassemble(capture); }, true},
      {"+ dissect", [=] { return dissect(capture); }, true},
      {"+ store = whole, 1 thread", [=] { return analyze(capture, database, 1); }, true},
  };
  if (threads > 1) all.push_back({fmt::format("whole, {} threads", threads), [=] { return analyze(capture, database, threads); }});
  return all;
}

// So that the first stage does not pay for the disk.
void read_into_page_cache(const std::string& capture) {
  std::ifstream file(capture, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + capture);
  std::vector<char> block(1 << 20);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size()))) {
  }
}

void print_stage(const std::string& name, const Measured& m, double own_seconds, std::uint64_t packets) {
  const auto n = static_cast<double>(packets);
  fmt::print("{:<28} {:>9.3f} {:>10.1f} {:>10.1f} {:>10.3f} {:>9.1f}\n", name, m.work.seconds, m.work.seconds / n * 1e9,
             own_seconds / n * 1e9, n / m.work.seconds / 1e6, m.peak_mb);
}

void bench(const std::string& capture, unsigned runs, unsigned threads, const std::string& folder) {
  const Scratch scratch(folder);
  read_into_page_cache(capture);
  std::vector<Stage> all = stages(capture, scratch.database(), threads);
  for (unsigned run = 0; run < runs; ++run) {
    for (Stage& stage : all) stage.runs.push_back(measure(stage.name, stage.work));
  }

  const std::uint64_t packets = median(all[2].runs).work.packets;
  const Measured store_floor = median(all[1].runs);
  fmt::print("{}: {} bytes, {} packets, {} rows; medians of {} runs\n", capture, std::filesystem::file_size(capture), packets,
             store_floor.work.rows, runs);
  fmt::print("{:<28} {:>9} {:>10} {:>10} {:>10} {:>9}\n", "", "seconds", "ns/packet", "own ns", "Mpacket/s", "peak MB");
  double below = 0;
  for (const Stage& stage : all) {
    const Measured m = median(stage.runs);
    print_stage(stage.name, m, stage.on_top_of_previous ? m.work.seconds - below : m.work.seconds, packets);
    below = stage.on_top_of_previous ? m.work.seconds : 0;
  }
  const double floor = std::max(median(all[0].runs).work.seconds, store_floor.work.seconds);
  fmt::print("whole / larger floor: {:.2f}\n\n", median(all.back().runs).work.seconds / floor);
}

int run(int argc, char** argv) {
  unsigned runs = 0, threads = 0;
  std::string folder;
  std::vector<std::string> captures;
  po::options_description options("Usage: longwire_bench [options] CAPTURE...\n\nOptions");
  options.add_options()("help,h", "show this help")("runs,n", po::value(&runs)->default_value(5), "runs of each stage")(
      "threads,t", po::value(&threads)->default_value(std::max(1u, std::thread::hardware_concurrency())), "threads of the whole")(
      "folder", po::value(&folder)->default_value(std::filesystem::temp_directory_path().string()), "where databases are written");
  po::options_description all;
  all.add(options).add_options()("capture", po::value(&captures));
  po::positional_options_description places;
  places.add("capture", -1);
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(all).positional(places).run(), values);
  po::notify(values);
  if (values.count("help") != 0 || captures.empty() || runs == 0) {
    std::cout << options;
    return values.count("help") != 0 ? 0 : 2;
  }
  for (const std::string& capture : captures) bench(capture, runs, threads, folder);
  return 0;
}

}  // namespace
}  // namespace longwire::bench

int main(int argc, char** argv) {
  try {
    return longwire::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "longwire_bench: %s\n", error.what());
    return 1;
  }
}
