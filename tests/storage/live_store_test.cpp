// A database that is read while it is written.
#include "storage/live_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "storage/live_target.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::time_t noon = 1'795'867'200;  // 2026-11-28T12:00:00Z

RowBatch connection(std::int64_t id, std::string_view close_kind) {
  RowBatch batch;
  ConnectionRow row = connection_row(id);
  row.close_kind = close_kind;
  batch.add(row);
  return batch;
}

class LiveStoreTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string target_ = directory_.file("now.db");
};

TEST_F(LiveStoreTest, ShowsWhatWasCommitted) {
  LiveStore store(target_, {});
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM connections"), Answer{{"0"}}) << "it can be asked from the beginning";
  store.write(connection(1, "open"));
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM connections"), Answer{{"0"}});
  store.commit();
  EXPECT_EQ(ask(target_, "SELECT id, close_kind FROM connections"), (Answer{{"1", "open"}}));
}

TEST_F(LiveStoreTest, ARowWithTheSameIdTakesTheOthersPlace) {
  LiveStore store(target_, {});
  store.write(connection(1, "open"));
  store.commit();
  store.write(connection(1, "fin"));
  store.commit();
  EXPECT_EQ(ask(target_, "SELECT id, close_kind FROM connections"), (Answer{{"1", "fin"}}));
}

TEST_F(LiveStoreTest, WhatIsToldAgainOfACaptureIsOneRow) {
  LiveStore store(target_, {});
  for (std::int64_t packets : {10, 20}) {
    RowBatch batch;
    CaptureInterfaceRow interface;
    interface.capture_id = 1;
    interface.number = 0;
    interface.packets = packets;
    batch.add(interface);
    batch.add(PacketKindRow{1, "tcp", packets, 100});
    store.write(batch);
    store.commit();
  }
  EXPECT_EQ(ask(target_, "SELECT packets FROM capture_interfaces UNION ALL SELECT packets FROM packet_kinds"), (Answer{{"20"}, {"20"}}));
}

TEST_F(LiveStoreTest, AReaderNeverWaitsNorKeepsAnyoneWaiting) {
  LiveStore store(target_, {});
  store.write(connection(1, "open"));
  store.commit();
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open_v2(target_.c_str(), &reader, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  sqlite3_stmt* question = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(reader, "SELECT id FROM connections", -1, &question, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(question), SQLITE_ROW) << "and it stays in the middle of its answer";
  store.write(connection(2, "open"));
  store.commit();
  EXPECT_EQ(store.pause(), "");
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM connections"), Answer{{"2"}});
  sqlite3_finalize(question);
  sqlite3_close(reader);
}

TEST_F(LiveStoreTest, AnotherWriterMakesItPauseAndNothingElse) {
  LiveStore store(target_, {});
  store.write(connection(1, "open"));
  store.commit();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(target_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  store.write(connection(2, "open"));
  EXPECT_THAT(store.pause(), HasSubstr("locked"));
  store.write(connection(3, "open"));
  EXPECT_EQ(store.lost_rows(), 2u);
  sqlite3_close(other);
  store.commit();
  store.write(connection(4, "open"));
  store.commit();
  EXPECT_EQ(store.pause(), "");
  EXPECT_EQ(ask(target_, "SELECT id FROM connections ORDER BY id"), (Answer{{"1"}, {"4"}}));
}

TEST_F(LiveStoreTest, LeavesOneFile) {
  LiveStore store(target_, {});
  store.write(connection(1, "fin"));
  store.finish();
  EXPECT_THAT(directory_.names(), ElementsAre("now.db"));
  EXPECT_EQ(ask(target_, "PRAGMA journal_mode"), Answer{{"delete"}});
  EXPECT_EQ(ask(target_, "SELECT count(*) > 0 FROM sqlite_stat1"), Answer{{"1"}}) << "questions are planned well";
}

TEST_F(LiveStoreTest, GoesOnInAnExistingDatabase) {
  RowBatch before;
  before.add(capture_row(3, 21));
  write_database(target_, before);
  LiveStore store(target_, {.append = true});
  EXPECT_EQ(store.first_number(), 31u);
  EXPECT_EQ(store.first_capture_id(), 4);
  store.write(connection(31, "open"));
  store.finish();
  EXPECT_EQ(ask(target_, "SELECT (SELECT count(*) FROM captures), (SELECT count(*) FROM connections)"), (Answer{{"1", "1"}}));
}

TEST_F(LiveStoreTest, ReplacesADatabaseWithItsLogWhereAsked) {
  { LiveStore(target_, {}).write(connection(1, "open")); }
  LiveStore store(target_, {.force = true});
  EXPECT_EQ(ask(target_, "SELECT count(*) FROM connections"), Answer{{"0"}});
}

class LiveTargetTest : public ::testing::Test {
 protected:
  LiveTargetOptions options() {
    LiveTargetOptions options;
    options.path = directory_.file("now.db");
    options.rotates = true;
    options.tell = [this](const std::string& line) { told_.push_back(line); };
    return options;
  }
  TemporaryDirectory directory_;
  std::vector<std::string> told_;
};

TEST_F(LiveTargetTest, SaysOfAConnectionThatGoesOnInWhichDatabaseItIs) {
  LiveTarget target(options(), noon);
  const std::string first = target.path();
  target.write(connection(1, "open"), 0);
  target.write(connection(2, "fin"), 0);
  const std::string second = target.begin_next(noon + 60);
  RowBatch goes_on;
  ConnectionRow row = connection_row(1);
  row.close_kind = "open";
  row.continued = "from";
  goes_on.add(row);
  target.write(goes_on, 1);  // before the first one is ended, by another worker
  target.end(0);
  target.begin_next(noon + 120);
  target.end(1);
  target.finish();
  EXPECT_EQ(ask(first, "SELECT id, continued FROM connections ORDER BY id"), (Answer{{"1", "into"}, {"2", "NULL"}}));
  EXPECT_EQ(ask(second, "SELECT id, continued FROM connections"), (Answer{{"1", "both"}}));
}

TEST_F(LiveTargetTest, NamesNeverMeet) {
  LiveTarget target(options(), noon);
  const std::string first = target.path();
  const std::string second = target.begin_next(noon), third = target.begin_next(noon);
  EXPECT_NE(first, second);
  EXPECT_NE(second, third);
}

TEST_F(LiveTargetTest, ADatabaseThatCannotBeMadeIsTriedAgain) {
  LiveTarget target(options(), noon);
  const std::string second = target.begin_next(noon + 60);
  std::filesystem::create_directory(second);  // stands in its way
  target.write(connection(1, "open"), 1);
  target.write(connection(2, "open"), 1);
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_THAT(told_[0], HasSubstr("is a directory"));
  std::filesystem::remove(second);
  target.end(0);
  target.commit();
  target.write(connection(3, "open"), 1);
  target.commit();
  EXPECT_EQ(ask(second, "SELECT id FROM connections"), Answer{{"3"}});
  EXPECT_EQ(target.lost_rows(), 2u);
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_THAT(told_[1], HasSubstr("rows are stored again; 2 were lost"));
}

}  // namespace
}  // namespace longwire
