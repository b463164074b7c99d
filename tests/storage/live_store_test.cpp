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
  TemporaryDirectory directory_;
  const std::string first_ = directory_.file("now-1.db");
  const TargetDatabase second_{1, directory_.file("now-2.db")};
  LiveTarget target_{LiveTargetOptions{first_, {}, {}, {}}};
};

TEST_F(LiveTargetTest, SaysOfAConnectionThatGoesOnInWhichDatabaseItIs) {
  target_.write(connection(1, "open"));
  target_.write(connection(2, "fin"));
  RowBatch goes_on;
  ConnectionRow row = connection_row(1);
  row.close_kind = "open";
  row.continued = "from";
  goes_on.add(row);
  target_.write(goes_on, second_);  // before the first one is ended, by another worker
  target_.end({});
  target_.end(second_);
  EXPECT_EQ(ask(first_, "SELECT id, continued FROM connections ORDER BY id"), (Answer{{"1", "into"}, {"2", "NULL"}}));
  EXPECT_EQ(ask(second_.path, "SELECT id, continued FROM connections"), (Answer{{"1", "both"}}));
}

TEST(LiveTarget, KeepsNoMoreThanItIsToldWheneverTheNewestBegan) {
  TemporaryDirectory directory;
  const std::string oldest = directory.file("now-20261128T120000Z.db"), newest = directory.file("now-20261128T130000Z.db");
  LiveTarget target({oldest, {}, {.count = 1}, {RotatedFiles(directory.file("now.db"))}});
  target.write(connection(1, "fin"));
  target.end({});  // the next one has no rows yet, and no file
  target.write(connection(2, "fin"), {1, newest});
  EXPECT_EQ(target.finish(), "");
  EXPECT_THAT(directory.names(), ElementsAre("now-20261128T130000Z.db"));
}

TEST_F(LiveTargetTest, ADatabaseThatCannotBeMadeIsTriedAgain) {
  std::filesystem::create_directory(second_.path);  // stands in its way
  target_.write(connection(1, "open"), second_);
  target_.write(connection(2, "open"), second_);
  EXPECT_THAT(target_.take_state().remarks, ElementsAre(HasSubstr("is a directory")));
  std::filesystem::remove(second_.path);
  target_.end({});
  target_.commit();
  target_.write(connection(3, "open"), second_);
  target_.commit();
  EXPECT_EQ(ask(second_.path, "SELECT id FROM connections"), Answer{{"3"}});
  EXPECT_THAT(target_.take_state().remarks, ElementsAre()) << "it may be for a moment only";
  for (int second = 0; second < 2; ++second) target_.commit();
  const TargetState state = target_.take_state();
  EXPECT_EQ(state.lost_rows, 2u);
  EXPECT_THAT(state.remarks, ElementsAre(HasSubstr("rows are stored again; 2 were lost")));
  EXPECT_EQ(target_.finish(), "");
}

}  // namespace
}  // namespace longwire
