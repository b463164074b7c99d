// What the store leaves behind: the whole database under its name, or nothing.
#include "storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const OutputError& error) {
    return error.what();
  }
  return "no OutputError";
}

void write_text(const std::string& path, std::string_view text) {
  std::ofstream(path) << text;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class StoreTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string target_ = directory_.file("out.db");
};

RowBatch one_capture(std::int64_t id, std::int64_t first_packet) {
  RowBatch batch;
  batch.add(capture_row(id, first_packet));
  return batch;
}

TEST_F(StoreTest, KeepsEveryKindOfValue) {
  RowBatch batch;
  AnomalyRow full;
  full.id = 7001;
  full.connection_id = -1;  // a negative number is a number
  full.time_ns = std::numeric_limits<std::int64_t>::max();
  full.code = "http1.example";
  full.detail = "";  // empty, but known
  AnomalyRow empty;
  empty.id = 7002;
  batch.add(full);
  batch.add(empty);
  write_database(target_, batch);
  EXPECT_EQ(ask(target_, "SELECT id, connection_id, time_ns, code, detail FROM anomalies ORDER BY id"),
            (Answer{{"7001", "-1", "9223372036854775807", "http1.example", ""}, {"7002", "NULL", "NULL", "NULL", "NULL"}}));
}

TEST_F(StoreTest, KeepsAllRowsOfManyBatches) {
  Store store(target_, {});
  RowBatch batch;
  for (std::int64_t id = 1; id <= 20000; ++id) {
    ConnectionRow row = connection_row(id);
    row.client_ip = batch.arena.copy("10.0.0." + std::to_string(id % 250));
    batch.add(row);
    if (id % 999 == 0) {
      store.write(batch);
      batch.clear();
    }
  }
  store.write(batch);
  store.finish();
  EXPECT_EQ(ask(target_, "SELECT count(*), sum(id), count(DISTINCT client_ip) FROM connections"), (Answer{{"20000", "200010000", "250"}}));
  EXPECT_EQ(ask(target_, "PRAGMA integrity_check"), Answer{{"ok"}});
}

// Ids are unique by their making; hostile input must not end an import even so.
TEST_F(StoreTest, KeepsTheFirstOfTwoRowsWithOneId) {
  RowBatch batch;
  ConnectionRow row = connection_row(5);
  batch.add(row);
  row.client_ip = "203.0.113.9";
  batch.add(row);
  batch.add(connection_row(6));
  write_database(target_, batch);
  EXPECT_EQ(ask(target_, "SELECT id, client_ip FROM connections ORDER BY id"), (Answer{{"5", "10.0.0.1"}, {"6", "10.0.0.1"}}));
}

TEST_F(StoreTest, HasNothingUnderItsNameBeforeTheEnd) {
  {
    Store store(target_, {});
    store.write(one_capture(1, 1));
    EXPECT_FALSE(std::filesystem::exists(target_));
    EXPECT_EQ(directory_.names().size(), 1u);
    store.finish();
    EXPECT_THAT(directory_.names(), ElementsAre("out.db"));
  }
  EXPECT_THAT(directory_.names(), ElementsAre("out.db"));
}

TEST_F(StoreTest, RemovesTheTemporaryFileWhereItIsNotFinished) {
  {
    Store store(target_, {});
    store.write(one_capture(1, 1));
  }
  EXPECT_THAT(directory_.names(), ElementsAre());
}

// The kernel tells of a write that failed to whom asks first; whoever asks then hears that all is well.
TEST_F(StoreTest, WhatFailsOnTheWayToTheDiskIsToldInTheEnd) {
  Store store(target_, {});
  store.write(one_capture(1, 1));
  const std::string unfinished = directory_.file(directory_.names().at(0)), away = directory_.file("away");
  std::filesystem::rename(unfinished, away);
  store.settle();
  std::filesystem::rename(away, unfinished);
  store.complete();
  EXPECT_EQ(failure([&] { store.publish(); }), "cannot write " + target_ + ": No such file or directory");
  EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(StoreTest, FollowsTheUmask) {
  const mode_t before = umask(027);
  write_database(target_, {});
  umask(before);
  struct stat facts {};
  ASSERT_EQ(stat(target_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0640u);
}

TEST_F(StoreTest, LeavesAnExistingFileAloneUnlessTold) {
  write_text(target_, "precious");
  EXPECT_EQ(failure([&] { Store store(target_, {}); }), target_ + " exists; use --force to replace it or --append to add to it");
  EXPECT_EQ(read_text(target_), "precious");
  EXPECT_THAT(directory_.names(), ElementsAre("out.db"));
}

TEST_F(StoreTest, ReplacesAnExistingDatabaseOnlyAtTheEnd) {
  write_database(target_, {});
  const std::string before = read_text(target_);
  {
    Store store(target_, {.force = true});
    EXPECT_EQ(read_text(target_), before);
  }
  EXPECT_EQ(read_text(target_), before);
  write_database(target_, one_capture(1, 1), {.force = true});
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM captures"), Answer{{"1"}});
}

TEST_F(StoreTest, ReplacesNothingThatIsNotItsOwn) {
  write_text(target_, "precious");
  EXPECT_EQ(failure([&] { Store store(target_, {.force = true}); }),
            target_ + " is not a Longwire database, and --force replaces nothing else; name another file");
  EXPECT_EQ(read_text(target_), "precious");
  write_text(target_, "");
  write_database(target_, one_capture(1, 1), {.force = true});
  std::filesystem::resize_file(target_, 5000);  // damaged, but ours
  write_database(target_, one_capture(1, 1), {.force = true});
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM captures"), Answer{{"1"}});
}

TEST_F(StoreTest, LeavesWhoReadsTheOldFileUndisturbed) {
  write_database(target_, one_capture(1, 1));
  sqlite3* reader = nullptr;
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_open_v2(target_.c_str(), &reader, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_prepare_v2(reader, "SELECT id FROM captures", -1, &statement, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
  write_database(target_, one_capture(9, 1), {.force = true});
  EXPECT_EQ(sqlite3_column_int(statement, 0), 1);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE);
  sqlite3_finalize(statement);
  sqlite3_close(reader);
  EXPECT_EQ(ask(target_, "SELECT id FROM captures"), Answer{{"9"}});
}

// A log that was left beside the old file would be played into the new one by the next reader.
TEST_F(StoreTest, RemovesTheLogsOfTheFileItReplaces) {
  write_database(target_, {});
  write_text(target_ + "-wal", "stale");
  write_text(target_ + "-journal", "stale");
  write_database(target_, {}, {.force = true});
  EXPECT_THAT(directory_.names(), ElementsAre("out.db"));
}

TEST_F(StoreTest, WritesWhereASymbolicLinkPoints) {
  std::filesystem::create_directory(directory_.file("elsewhere"));
  std::filesystem::create_symlink("elsewhere/real.db", target_);
  write_database(target_, {});
  EXPECT_TRUE(std::filesystem::is_symlink(target_));
  EXPECT_TRUE(std::filesystem::is_regular_file(directory_.file("elsewhere/real.db")));
}

TEST_F(StoreTest, AppendsAndGoesOnCounting) {
  RowBatch batch = one_capture(1, 1);
  CaptureRow second = capture_row(2, 11);
  second.filtered = 5;  // 10 packets and 5 that the filter dropped: numbers 11 to 25
  batch.add(second);
  {
    Store store(target_, {});
    EXPECT_EQ(store.first_number(), 1u);
    EXPECT_EQ(store.first_capture_id(), 1);
    store.write(batch);
    store.finish();
  }
  Store store(target_, {.append = true});
  EXPECT_EQ(store.first_number(), 26u);
  EXPECT_EQ(store.first_capture_id(), 3);
  store.write(one_capture(3, 26));
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM captures"), Answer{{"2"}}) << "not before the end";
  store.finish();
  EXPECT_EQ(ask(target_, "SELECT id, first_packet FROM captures"), (Answer{{"1", "1"}, {"2", "11"}, {"3", "26"}}));
  EXPECT_EQ(ask(target_, "PRAGMA integrity_check"), Answer{{"ok"}});
  EXPECT_EQ(ask(target_, "SELECT count(*) > 60 FROM status_codes"), Answer{{"1"}});
}

TEST_F(StoreTest, AppendsWhatIsStillInTheLogOfTheOldFile) {
  write_database(target_, one_capture(1, 1));
  sqlite3* writer = nullptr;
  ASSERT_EQ(sqlite3_open(target_.c_str(), &writer), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(writer, "PRAGMA journal_mode=WAL; INSERT INTO captures (id, first_packet, packets) VALUES (2, 11, 5)", nullptr,
                         nullptr, nullptr),
            SQLITE_OK);
  {
    Store store(target_, {.append = true});
    EXPECT_EQ(store.first_number(), 16u);
    store.finish();
  }
  sqlite3_close(writer);
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM captures"), Answer{{"2"}});
}

TEST_F(StoreTest, AppendsToNothingByMakingIt) {
  write_database(target_, one_capture(1, 1), {.append = true});
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM captures"), Answer{{"1"}});
}

// A program of the same schema version, with a table and columns less, in another order, and one that is gone.
TEST_F(StoreTest, AppendsToWhatAnOlderProgramMade) {
  write_database(target_, one_capture(1, 1));
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(target_.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database,
                         "DROP TABLE socks_requests; DROP TABLE captures; CREATE TABLE captures (packets INTEGER, gone TEXT, first_packet "
                         "INTEGER, id INTEGER PRIMARY KEY, path TEXT) STRICT; INSERT INTO captures VALUES (10, 'x', 1, 1, 'old.pcap')",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  {
    Store store(target_, {.append = true});
    EXPECT_EQ(store.first_number(), 11u);
    store.write(one_capture(2, 11));
    store.finish();
  }
  EXPECT_EQ(ask(target_, "SELECT id, path, first_packet, format, gone FROM captures"),
            (Answer{{"1", "old.pcap", "1", "NULL", "x"}, {"2", "example.pcap", "11", "pcap", "NULL"}}));
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM socks_requests"), Answer{{"0"}});
  EXPECT_EQ(ask(target_, "SELECT sql LIKE '%damage TEXT /*%' FROM sqlite_schema WHERE name = 'captures'"), Answer{{"1"}});
  EXPECT_EQ(ask(target_, "PRAGMA integrity_check"), Answer{{"ok"}});
}

TEST_F(StoreTest, SaysWhereAnOlderProgramKnewTooLittle) {
  write_database(target_, {});
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(target_.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "DROP TABLE captures; CREATE TABLE captures (path TEXT)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  EXPECT_EQ(failure([&] { Store store(target_, {.append = true}); }),
            "cannot append to " + target_ + ": an older longwire made it, whose captures had no id; name a new file");
}

TEST_F(StoreTest, AppendsOnlyToItsOwnKind) {
  write_text(target_, "text that SQLite cannot read, long enough to be looked at as a header of a hundred bytes ................");
  EXPECT_EQ(failure([&] { Store store(target_, {.append = true}); }), "cannot append to " + target_ + ": not a Longwire database");

  const std::string other = directory_.file("other.db");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(other.c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "CREATE TABLE notes (text)", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  EXPECT_EQ(failure([&] { Store store(other, {.append = true}); }), "cannot append to " + other + ": not a Longwire database");

  const std::string newer = directory_.file("newer.db");
  write_database(newer, {});
  ASSERT_EQ(sqlite3_open(newer.c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "PRAGMA user_version=99", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  EXPECT_THAT(failure([&] { Store store(newer, {.append = true}); }), AllOf(HasSubstr("version 99"), HasSubstr("version 1")));
  EXPECT_THAT(directory_.names(), ElementsAre("newer.db", "other.db", "out.db"));
}

TEST_F(StoreTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(failure([&] { Store store(directory_.file(""), {.force = true}); }), directory_.file("") + " is a directory; name a file");
  EXPECT_EQ(failure([&] { Store store("/dev/full", {.force = true}); }), "/dev/full is not a regular file");
  EXPECT_EQ(failure([&] { Store store(directory_.file("no/such/out.db"), {}); }),
            "cannot write " + directory_.file("no/such/out.db") + ": No such file or directory");
}

TEST_F(StoreTest, RefusesAnUnwritableDirectory) {
  if (geteuid() == 0) {  // root may write everywhere but where the kernel has no files to make
    EXPECT_THAT(failure([] { Store store("/proc/out.db", {}); }), HasSubstr("cannot write /proc/out.db: "));
    return;
  }
  std::filesystem::permissions(directory_.file(""), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(failure([&] { Store store(target_, {}); }), "cannot write " + target_ + ": Permission denied");
  std::filesystem::permissions(directory_.file(""), std::filesystem::perms::owner_all);
}

// A full disk, played by the kernel's bound on the size of files.
TEST_F(StoreTest, SaysThatTheDiskIsFullAndLeavesNothing) {
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 1 << 20;
  const std::string message = failure([&] {
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    Store store(target_, {});
    RowBatch batch;
    for (std::int64_t id = 1; id <= 20000; ++id) batch.add(connection_row(id));
    store.write(batch);
    store.finish();
  });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(message, "cannot write " + target_ + ": File too large");
  EXPECT_THAT(directory_.names(), ElementsAre());
}

}  // namespace
}  // namespace longwire
