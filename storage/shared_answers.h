// Answers that several questions build on are worked out once, and kept in temporary tables as long as the connection
// lives: `findings` asks some views five times, and a report asks most of them once more.
//
//   SharedAnswers shared(database, questions);
//   shared.prepare_for(question);  // before each is run, on the same connection
//
// A view that is shared becomes a temporary table of its name, and what builds on it a temporary view of its own text:
// SQLite looks for a name among the temporary ones first. The text is the database's own, so that a view that a user has
// changed counts as it is.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace longwire {

class SharedAnswers {
 public:
  // `questions` are all that will be asked, as SQL. `database` outlives this.
  SharedAnswers(sqlite3* database, const std::vector<std::string>& questions);

  // Makes what `question`, one of them, builds on; the connection may write temporary tables meanwhile. What cannot be made, because there
  // is no room for it or a view is broken, is left as it is: the question then costs what it costs, or says itself what is wrong.
  void prepare_for(std::string_view question);

 private:
  struct View {
    std::string select;                  // what stands behind CREATE VIEW name AS
    std::vector<std::string_view> uses;  // views, by the names they have in views_
    std::size_t users = 0;               // of the questions, and of the views below them
    bool reached = false, made = false;
  };

  void read_views();
  std::vector<std::string_view> views_in(std::string_view sql) const;
  void count(const std::vector<std::string_view>& uses);
  void make(std::string_view name);
  bool run(const std::string& sql);

  sqlite3* database_;
  std::map<std::string, View, std::less<>> views_;
};

}  // namespace longwire
