// How long each named question takes, over rows as a busy hour would leave them.
//
//   views_bench [EXCHANGES]                default 1,000,000, ten a connection, in a database that is gone afterwards
//   views_bench make DATABASE [EXCHANGES]  leaves the database there
//   views_bench ask DATABASE [NAME...]     all questions, or these
//
// Seconds of processor time, so that a busy machine changes little.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "storage/query.h"
#include "tests/bench/synthetic_rows.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void ask_all(const std::string& path, const std::vector<std::string>& names) {
  const Database database(path);
  fmt::print("{:<28} {:>10} {:>8}\n", "question", "rows", "seconds");
  for (const NamedQuestion& question : named_questions()) {
    if (!names.empty() && std::ranges::find(names, question.name) == names.end()) continue;
    std::uint64_t rows = 0;
    const double before = processor_seconds();
    database.query(
        "SELECT * FROM " + question.name, [](const auto&) {},
        [&](const auto&) {
          ++rows;
          return true;
        });
    fmt::print("{:<28} {:>10} {:>8.2f}\n", question.name, rows, processor_seconds() - before);
    std::fflush(stdout);
  }
}

void make(const std::string& path, std::uint64_t exchanges) {
  double before = processor_seconds();
  Store store(path, {});
  RowBatch batch;
  for (bench::SyntheticRows rows(exchanges); rows.next(batch); batch.clear()) store.write(batch);
  fmt::print("stored in {:.2f} s", processor_seconds() - before);
  before = processor_seconds();
  store.finish();
  fmt::print(", finished in {:.2f} s, {} MB\n", processor_seconds() - before, std::filesystem::file_size(path) / 1'000'000);
}

}  // namespace
}  // namespace longwire

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string usual = "1000000";
  const auto word = [&](std::size_t n) { return n < words.size() ? words[n] : usual; };
  if (words.size() > 1 && words[0] == "make") {
    longwire::make(words[1], std::stoull(word(2)));
  } else if (words.size() > 1 && words[0] == "ask") {
    longwire::ask_all(words[1], {words.begin() + 2, words.end()});
  } else {
    const longwire::TemporaryDirectory folder;
    longwire::make(folder.file("synthetic.db"), std::stoull(word(0)));
    longwire::ask_all(folder.file("synthetic.db"), {});
  }
  return 0;
}
