// The whole way from packets to rows on any number of threads: the same rows, a clean stop, and failures told.
#include "cli/pipeline.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <map>

#include "cli/pipeline_queue.h"
#include "dissectors/secrets.h"
#include "storage/query.h"
#include "storage/store.h"
#include "tests/capture_files.h"
#include "tests/http_capture.h"

namespace longwire {
namespace {

constexpr unsigned thread_counts[] = {1, 2, 3, 4, 8};

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() : secrets_(Secrets::with_key("000102030405060708090a0b0c0d0e0f")) { options_.dissect.secrets = &secrets_; }
  ~PipelineTest() override { std::filesystem::remove(target()); }

  std::string target() const { return testing::TempDir() + "pipeline-" + std::to_string(getpid()) + ".db"; }

  // False where it was stopped.
  bool run(const Octets& capture, unsigned threads) { return run(FileInMemory(capture), threads); }
  bool run(const FileInMemory& file, unsigned threads) {
    SourceOptions source;
    source.batch_packets = 64;  // many batches also of a small capture
    CaptureSet input({file.path()}, source);
    Store store(target(), {.force = true});
    options_.threads = threads;
    if (!run_pipeline(input, store, options_)) return false;
    store.finish();
    return true;
  }

  // Every row of every table as text, but for the capture's own path, which is of this run.
  std::vector<std::string> rows() const {
    const Database db(target());
    std::vector<std::string> names;
    db.query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name", [](const auto&) {},
        [&](const std::vector<Value>& row) {
          names.push_back(std::get<std::string>(row[0]));
          return true;
        });
    std::vector<std::string> all;
    for (const std::string& name : names) {
      std::vector<std::string> columns;
      db.query(
          "SELECT * FROM " + name, [&](const std::vector<std::string>& found) { columns = found; },
          [&](const std::vector<Value>& row) {
            std::string text = name;
            for (std::size_t i = 0; i < row.size(); ++i) {
              if (columns[i] == "path" && name == "captures") continue;
              text += '|';
              if (const auto* number = std::get_if<std::int64_t>(&row[i])) text += std::to_string(*number);
              if (const auto* words = std::get_if<std::string>(&row[i])) text += *words;
            }
            all.push_back(text);
            return true;
          });
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  std::int64_t count(const std::string& table) const {
    std::int64_t n = -1;
    Database(target()).query(
        "SELECT count(*) FROM " + table, [](const auto&) {},
        [&](const std::vector<Value>& row) {
          n = std::get<std::int64_t>(row[0]);
          return true;
        });
    return n;
  }

  Secrets secrets_;
  PipelineOptions options_;
};

TEST_F(PipelineTest, EveryConnectionAndExchangeIsARow) {
  ASSERT_TRUE(run(http_capture({.connections = 300, .exchanges_per_connection = 4}), 4));
  EXPECT_EQ(count("connections"), 300);
  EXPECT_EQ(count("http_exchanges WHERE status = 200 AND complete = 1 AND response_body_bytes = 5"), 1200);
  EXPECT_EQ(count("http_exchanges WHERE path = '/' || (SELECT client_port - 20000 FROM connections c WHERE c.id = connection_id) "
                  "|| '/' || (ordinal - 1)"),
            1200);
  EXPECT_EQ(count("anomalies"), 0);
}

TEST_F(PipelineTest, RowsAreTheSameOnAnyNumberOfThreads) {
  for (const bool closed : {true, false}) {
    const Octets capture = http_capture({.connections = 500, .exchanges_per_connection = 3, .closed = closed});
    ASSERT_TRUE(run(capture, 1));
    const std::vector<std::string> expected = rows();
    ASSERT_GT(expected.size(), 2000u);
    for (const unsigned threads : thread_counts) {
      ASSERT_TRUE(run(capture, threads));
      EXPECT_EQ(rows(), expected) << threads << " threads";
    }
  }
}

TEST_F(PipelineTest, AnEmptyCaptureHasOneCaptureRowAndNothingElse) {
  for (const unsigned threads : thread_counts) {
    ASSERT_TRUE(run(pcap_file(ByteOrder::big).octets(), threads));
    EXPECT_EQ(count("captures"), 1);
    EXPECT_EQ(count("connections"), 0);
  }
}

TEST_F(PipelineTest, StopsWhenProgressSaysSo) {
  const Octets capture = http_capture({.connections = 500});
  for (const unsigned threads : thread_counts) {
    options_.progress = [](std::uint64_t packets) { return packets < 1000; };
    EXPECT_FALSE(run(capture, threads)) << threads << " threads";
  }
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST_F(PipelineTest, AFullDiskIsToldAndEndsAllThreads) {
  const FileInMemory capture(http_capture({.connections = 500, .exchanges_per_connection = 40}));
  // A bound on the size of files fails as a full disk does, once the signal is ignored.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit small{1 << 20, old_limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  for (const unsigned threads : thread_counts) EXPECT_THROW(run(capture, threads), OutputError) << threads << " threads";
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST(PipelineQueueTest, GivesInOrderAndEndsWhenClosed) {
  PipelineQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  queue.close();
  EXPECT_FALSE(queue.push(3));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(PipelineQueueTest, DropsWhatIsInsideWhereAsked) {
  PipelineQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1));
  queue.close(true);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

}  // namespace
}  // namespace longwire
