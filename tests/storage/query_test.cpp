// Questions are answered, and nothing else is done: whatever the SQL or the file says.
#include "storage/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <class Error>
std::string failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "not thrown";
}

class Question : public ::testing::Test {
 protected:
  void SetUp() override {
    RowBatch batch;
    for (std::int64_t id = 1; id <= 3; ++id) batch.add(connection_row(id));
    write_database(path_, batch);
  }

  // The answer's rows, as many as `most`.
  std::vector<std::vector<Value>> rows(std::string_view sql, std::size_t most = 1000) const {
    std::vector<std::vector<Value>> found;
    Database(path_).query(
        sql, [](const auto&) {},
        [&](const std::vector<Value>& row) {
          found.push_back(row);
          return found.size() < most;
        });
    return found;
  }
  // The same where answers are shared, as the commands ask.
  std::vector<std::vector<Value>> shared_rows(const std::string& sql) const {
    std::vector<std::vector<Value>> found;
    Database database(path_);
    database.share_answers({sql});
    database.query(
        sql, [](const auto&) {},
        [&](const std::vector<Value>& row) {
          found.push_back(row);
          return true;
        });
    return found;
  }
  std::string refusal(std::string_view sql) const {
    return failure<UsageError>([&] { rows(sql); });
  }
  void change(const char* sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("example.db");
};

TEST_F(Question, GivesEveryKindOfValueAsItIs) {
  const auto answer = rows("SELECT NULL, -5, 2.5, 'a' || char(0) || 'b', '', x'00ff', zeroblob(0)");
  ASSERT_EQ(answer.size(), 1u);
  const auto& row = answer[0];
  EXPECT_TRUE(std::holds_alternative<std::nullptr_t>(row[0]));
  EXPECT_EQ(std::get<std::int64_t>(row[1]), -5);
  EXPECT_EQ(std::get<double>(row[2]), 2.5);
  EXPECT_EQ(std::get<std::string>(row[3]), std::string("a\0b", 3));
  EXPECT_EQ(std::get<std::string>(row[4]), "");
  EXPECT_EQ(std::get<BlobValue>(row[5]).bytes, std::string("\0\xff", 2));
  EXPECT_EQ(std::get<BlobValue>(row[6]).bytes, "");
}

TEST_F(Question, NamesTheColumnsAlsoWithoutRows) {
  std::vector<std::string> names;
  Database(path_).query(
      "SELECT id, client_ip AS who FROM connections WHERE 0", [&](const auto& columns) { names = columns; },
      [](const auto&) { return true; });
  EXPECT_THAT(names, ElementsAre("id", "who"));
}

TEST_F(Question, StopsWhenItsReaderHasEnough) {
  EXPECT_EQ(rows("SELECT id FROM connections", 2).size(), 2u);
}

TEST_F(Question, MayEndWithASemicolonAndAComment) {
  EXPECT_EQ(rows("SELECT 1; -- done\n ").size(), 1u);
}

TEST_F(Question, IsOneStatement) {
  EXPECT_EQ(refusal("SELECT 1; SELECT 2"), "more than one statement; ask one at a time");
  EXPECT_EQ(refusal("SELECT 1; nonsense"), "more than one statement; ask one at a time");
  EXPECT_EQ(refusal(""), "no statement: the SQL is empty");
  EXPECT_EQ(refusal("-- nothing"), "no statement: the SQL is empty");
}

TEST_F(Question, ThatIsWrongGetsSqlitesMessage) {
  EXPECT_EQ(refusal("SELECT x FROM nowhere"), "SQL: no such table: nowhere");
  EXPECT_THAT(refusal("SELEC 1"), HasSubstr("syntax error"));
  EXPECT_THAT(refusal("SELECT abs(-9223372036854775808)"), HasSubstr("integer overflow")) << "found while it runs";
}

TEST_F(Question, NeverWrites) {
  std::ifstream file(path_);
  const std::string before(std::istreambuf_iterator<char>(file), {});
  const std::string elsewhere = directory_.file("elsewhere.db");
  for (const std::string& sql :
       {std::string("DELETE FROM connections"), std::string("INSERT INTO captures (id) VALUES (1)"),
        std::string("UPDATE connections SET id = 9"), std::string("DROP TABLE connections"), std::string("CREATE TABLE t (x)"),
        std::string("CREATE TEMP TABLE t (x)"), std::string("VACUUM"), "VACUUM INTO '" + elsewhere + "'",
        "ATTACH '" + elsewhere + "' AS other", std::string("PRAGMA query_only = OFF"), std::string("PRAGMA user_version = 7"),
        std::string("PRAGMA journal_mode = WAL"), std::string("PRAGMA writable_schema = ON"), std::string("BEGIN"),
        std::string("SAVEPOINT s"), std::string("REINDEX"), std::string("ANALYZE"),
        std::string("WITH gone AS (SELECT 1) DELETE FROM connections"), std::string("SELECT load_extension('x')")}) {
    EXPECT_THAT(refusal(sql), ::testing::AnyOf(HasSubstr("only statements that read are run"), HasSubstr("not authorized"))) << sql;
  }
  std::ifstream again(path_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(again), {}), before);
  EXPECT_THAT(directory_.names(), ElementsAre("example.db"));
}

TEST_F(Question, MayLookAtTheSchema) {
  EXPECT_GT(rows("PRAGMA table_info(connections)").size(), 30u);
  EXPECT_EQ(std::get<std::int64_t>(rows("PRAGMA user_version")[0][0]), 1);
  EXPECT_GT(rows("SELECT name FROM sqlite_schema").size(), 10u);
}

// A file from elsewhere must not do more than a question may.
TEST_F(Question, IsSafeFromWhatTheFilesOwnSchemaSays) {
  change("CREATE VIEW trap AS SELECT load_extension('x')");
  EXPECT_NE(refusal("SELECT * FROM trap"), "not thrown");
}

TEST_F(Question, GoesToALongwireDatabaseOnly) {
  const std::string missing = directory_.file("missing.db");
  EXPECT_EQ(failure<InputError>([&] { Database database(missing); }), "cannot open " + missing + ": No such file or directory");
  EXPECT_FALSE(std::filesystem::exists(missing));

  EXPECT_EQ(failure<InputError>([&] { Database database(directory_.file("")); }),
            directory_.file("") + " is a directory, not a Longwire database");

  for (const char* content : {"", "a few words", "SQLite format 3"}) {
    const std::string other = directory_.file("other");
    std::ofstream(other) << content << (*content == 0 ? "" : std::string(2000, '.'));
    EXPECT_EQ(failure<InputError>([&] { Database database(other); }), other + " is not a Longwire database") << content;
  }
  change("PRAGMA application_id = 0");
  EXPECT_EQ(failure<InputError>([&] { Database database(path_); }), path_ + " is not a Longwire database");
}

TEST_F(Question, GoesToASchemaThatThisProgramKnows) {
  change("PRAGMA user_version = 2");
  EXPECT_EQ(failure<InputError>([&] { Database database(path_); }),
            path_ + " has schema version 2, this program knows 1; use a newer longwire");
}

TEST_F(Question, SaysWhichOneAnOlderProgramDidNotKnow) {
  change("DROP VIEW status_summary");
  EXPECT_EQ(failure<InputError>([&] { rows("SELECT * FROM status_summary"); }),
            path_ + " has no status_summary: an older longwire made it; analyze the capture again");
  EXPECT_EQ(refusal("SELECT * FROM status_summaries"), "SQL: no such table: status_summaries");
}

TEST_F(Question, ToADamagedDatabaseEndsWithOneLine) {
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(16384);  // the second page and what follows; the first one has the marks
  file << std::string(200000, '\xaa');
  file.close();
  EXPECT_THAT(failure<InputError>([&] { rows("SELECT * FROM connections"); }), StartsWith("cannot read " + path_ + ": "));
}

TEST(NamedQuestions, AreTheViewsInTheOrderOfTheirNames) {
  std::vector<std::string> names;
  for (const NamedQuestion& question : named_questions()) {
    names.push_back(question.name);
    EXPECT_THAT(question.question, ::testing::EndsWith("?")) << question.name;
    EXPECT_THAT(question.sql, AllOf(StartsWith("-- " + question.question), HasSubstr("CREATE VIEW " + question.name + " AS")))
        << question.name;
  }
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_THAT(names, ::testing::IsSupersetOf({"connection_kinds", "connection_reuse", "http_headers", "status_summary"}));
}

// SQLite itself reads a view's text up to its end, and no further.
TEST_F(Question, AViewWithMoreThanAViewInItsTextDoesNoMoreThanAView) {
  change(
      "CREATE VIEW one AS SELECT path FROM captures; CREATE VIEW twice AS SELECT a.path FROM one AS a; PRAGMA writable_schema=ON;"
      "UPDATE sqlite_schema SET sql = sql || '; CREATE TEMP TABLE left_behind (n)' WHERE name IN ('one', 'twice')");
  const std::string question = "SELECT (SELECT count(*) FROM temp.sqlite_schema WHERE name = 'left_behind'), count(*) FROM twice JOIN one";
  const auto found = shared_rows(question);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(std::get<std::int64_t>(found[0][0]), 0);
}

TEST_F(Question, NothingCanBeWrittenWhereAnswersAreShared) {
  change("CREATE VIEW one AS SELECT path FROM captures; CREATE VIEW twice AS SELECT path FROM one");
  Database database(path_);
  database.share_answers({"SELECT * FROM twice JOIN one"});
  std::int64_t only = 0;
  for (const std::string_view sql : {"SELECT * FROM twice JOIN one", "PRAGMA query_only"}) {
    database.query(
        sql, [](const auto&) {},
        [&](const std::vector<Value>& row) {
          only = std::get<std::int64_t>(row[0]);
          return true;
        });
  }
  EXPECT_EQ(only, 1);
}

// What a question may not do, a view must not do for it while its answer is kept.
TEST_F(Question, AViewThatIsSharedMayDoNoMoreThanAQuestion) {
  change("CREATE VIEW one AS SELECT load_extension('nothing') AS path FROM captures; CREATE VIEW twice AS SELECT path FROM one");
  const std::string question = "SELECT * FROM twice JOIN one";
  EXPECT_THAT(failure<UsageError>([&] { shared_rows(question); }), HasSubstr("load_extension"));
}

}  // namespace
}  // namespace longwire
