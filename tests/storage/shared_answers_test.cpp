// What is worked out once must be what it would have been each time: for every question, beside every other.
#include "storage/shared_answers.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "storage/query.h"
#include "storage/sqlite.h"
#include "tests/bench/synthetic_rows.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string text_of(sqlite3_stmt* statement, int column) {
  const unsigned char* text = sqlite3_column_text(statement, column);
  return text == nullptr ? "NULL" : std::to_string(sqlite3_column_type(statement, column)) + reinterpret_cast<const char*>(text);
}

class SharedAnswersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Store store(path_, {});
    RowBatch batch;
    constexpr std::uint64_t exchanges = 3000;
    for (bench::SyntheticRows rows(exchanges); rows.next(batch); batch.clear()) store.write(batch);
    store.finish();
  }
  Handle open() const {
    std::string why;
    return open_database(path_, SQLITE_OPEN_READONLY, why);
  }
  // In any order: questions say theirs, but not among equals.
  static Rows rows(sqlite3* database, const std::string& sql) {
    Rows all;
    const Statement statement = prepare(database, sql);
    EXPECT_NE(statement, nullptr) << sql << ": " << sqlite3_errmsg(database);
    while (statement != nullptr && sqlite3_step(statement.get()) == SQLITE_ROW) {
      all.emplace_back();
      for (int n = 0; n < sqlite3_column_count(statement.get()); ++n) all.back().push_back(text_of(statement.get(), n));
    }
    std::ranges::sort(all);
    return all;
  }
  static std::vector<std::string> temporary(sqlite3* database, const std::string& type) {
    std::vector<std::string> names;
    for (const auto& row : rows(database, "SELECT name FROM temp.sqlite_schema WHERE type = '" + type + "'"))
      names.push_back(row[0].substr(1));
    return names;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("example.db");
};

TEST_F(SharedAnswersTest, EveryQuestionIsAnsweredAsAlone) {
  std::vector<std::string> questions;
  for (const NamedQuestion& question : named_questions()) questions.push_back("SELECT * FROM " + question.name);
  const Handle alone = open(), together = open();
  SharedAnswers shared(together.get(), questions);
  std::size_t answered = 0;
  for (const std::string& question : questions) {
    shared.prepare_for(question);
    const Rows expected = rows(alone.get(), question);
    EXPECT_EQ(rows(together.get(), question), expected) << question;
    answered += expected.empty() ? 0 : 1;
  }
  EXPECT_GT(answered, questions.size() / 3) << "too few have rows here to show anything";
}

TEST_F(SharedAnswersTest, OnlyWhatSeveralBuildOnIsKept) {
  const Handle database = open();
  const std::string question = "SELECT * FROM finding_redirect_loop UNION ALL SELECT * FROM finding_redirect_downgrade";
  SharedAnswers shared(database.get(), {question});
  EXPECT_TRUE(temporary(database.get(), "table").empty()) << "before anything is asked";
  shared.prepare_for(question);
  EXPECT_EQ(temporary(database.get(), "table"), std::vector<std::string>{"redirect_hops"});
  EXPECT_EQ(temporary(database.get(), "view"), (std::vector<std::string>{"finding_redirect_downgrade", "finding_redirect_loop"}));
}

TEST_F(SharedAnswersTest, AQuestionThatStandsAloneCostsNothing) {
  const Handle database = open();
  SharedAnswers shared(database.get(), {"SELECT * FROM redirect_hops WHERE status = 301"});
  shared.prepare_for("SELECT * FROM redirect_hops WHERE status = 301");
  EXPECT_TRUE(temporary(database.get(), "table").empty());
}

TEST_F(SharedAnswersTest, NamesInTextAndCommentsAreNoQuestions) {
  const Handle database = open();
  const std::string question = "SELECT 'findings' AS findings -- FROM findings\n, path FROM captures";
  SharedAnswers shared(database.get(), {question, question});
  shared.prepare_for(question);
  EXPECT_TRUE(temporary(database.get(), "table").empty());
  EXPECT_TRUE(temporary(database.get(), "view").empty());
}

// A view that a user has changed counts as it is now; one that is broken says so when it is asked.
TEST_F(SharedAnswersTest, TheDatabasesOwnViewsCount) {
  sqlite3* writable = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &writable), SQLITE_OK);
  const char* change =
      "DROP VIEW redirect_hops; CREATE VIEW redirect_hops AS SELECT 7 AS n; "
      "DROP VIEW finding_redirect_loop; CREATE VIEW finding_redirect_loop AS SELECT n FROM redirect_hops; "
      "DROP VIEW finding_redirect_downgrade; CREATE VIEW finding_redirect_downgrade AS SELECT n FROM redirect_hops; "
      "DROP VIEW finding_redirect_violation; CREATE VIEW finding_redirect_violation AS SELECT * FROM nowhere";
  ASSERT_EQ(sqlite3_exec(writable, change, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(writable);
  sqlite3_close(writable);

  const Handle database = open();
  const std::string question = "SELECT * FROM finding_redirect_loop UNION ALL SELECT * FROM finding_redirect_downgrade";
  const std::string broken = "SELECT * FROM finding_redirect_violation";
  SharedAnswers shared(database.get(), {question, broken, broken});
  shared.prepare_for(question);
  EXPECT_EQ(rows(database.get(), question), (Rows{{"17"}, {"17"}}));
  shared.prepare_for(broken);
  EXPECT_EQ(prepare(database.get(), broken), nullptr);
}

}  // namespace
}  // namespace longwire
