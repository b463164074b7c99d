// The command as a user runs it: arguments in, text out.
#include "cli/query_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "capture/error.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class QueryCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    RowBatch batch;
    batch.add(connection_row(1));
    batch.add(exchange_row(1000, 1));
    write_database(path_, batch);
  }
  // What the command writes; tests' standard output is no terminal to it.
  std::string output(std::vector<std::string> arguments) {
    arguments.emplace_back("--no-sandbox");  // which would confine the other tests, too
    ::testing::internal::CaptureStdout();
    const int code = run_query(arguments);
    std::string text = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(code, 0);
    return text;
  }
  std::string refusal(const std::vector<std::string>& arguments) {
    try {
      output(arguments);
    } catch (const UsageError& error) {
      ::testing::internal::GetCapturedStdout();
      return error.what();
    }
    return "no UsageError";
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("example.db");
};

TEST_F(QueryCommand, AnswersSqlAsCsvWherePiped) {
  EXPECT_EQ(output({path_, "SELECT id, path, status FROM http_exchanges"}), "id,path,status\n1000,/,200\n");
}

TEST_F(QueryCommand, AnswersANamedQuestion) {
  EXPECT_EQ(output({path_, "status_summary"}),
            "server_ip,server_port,authority,status,reason,exchanges,class,meaning\n192.0.2.1,80,example.com,200,OK,1,successful,the "
            "request succeeded\n");
}

TEST_F(QueryCommand, TakesTheFormatAsked) {
  EXPECT_EQ(output({path_, "--format", "ndjson", "SELECT 1 AS one"}), "{\"one\":1}\n");
  EXPECT_EQ(output({path_, "SELECT 1 AS one", "--format=table"}), "one\n---\n  1\n");
  EXPECT_THAT(refusal({path_, "SELECT 1", "--format", "xml"}), HasSubstr("markdown"));
}

TEST_F(QueryCommand, ListsAndShowsTheQuestionsWithoutADatabase) {
  EXPECT_THAT(output({"--list"}), AllOf(StartsWith("name,question\n"),
                                        HasSubstr("\nconnection_kinds,\"Was each connection short, long or idle, and why?\"\n")));
  EXPECT_THAT(output({"--show", "status_summary"}), AllOf(StartsWith("-- Which server"), HasSubstr("CREATE VIEW status_summary AS\nWITH")));
  EXPECT_THAT(refusal({"--show", "nothing"}), HasSubstr("--list"));
}

TEST_F(QueryCommand, HasHelpWithExamples) {
  EXPECT_THAT(output({"--help"}), AllOf(HasSubstr("Usage: longwire query DB"), HasSubstr("--format"), HasSubstr("Examples:")));
}

TEST_F(QueryCommand, RefusesWhatItCannotAnswer) {
  EXPECT_EQ(refusal({}), "no database named; see 'longwire query --help'");
  EXPECT_EQ(refusal({path_, "SELECT", "1"}), "one question at a time: put the SQL in quotes");
  EXPECT_EQ(refusal({path_, "no_such_question"}), "SQL: no such table: no_such_question");
  EXPECT_THAT(refusal({path_, "DELETE FROM connections"}), HasSubstr("would write"));
  EXPECT_THAT(refusal({path_, "--colour"}), HasSubstr("longwire query --help"));
}

}  // namespace
}  // namespace longwire
