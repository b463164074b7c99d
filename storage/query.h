// Questions to a database: SQL or a named question in, rows out. Read-only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "capture/error.h"

namespace longwire {

struct BlobValue {
  std::string bytes;
};
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, BlobValue>;

struct NamedQuestion {
  std::string name;      // the view's name
  std::string question;  // the first comment line of its file
  std::string sql;       // the file
};
// Every file of storage/views/ and storage/findings/, in the order of their names.
const std::vector<NamedQuestion>& named_questions();

class Database {
 public:
  // Opens read-only. Throws InputError with one line where the file is missing, or is no Longwire database, or is of a
  // newer schema than this program knows.
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // What several of these questions, given as SQL, build on is from now on worked out once (see SharedAnswers). Worth it for
  // many questions, or for one that asks others; not while another query() runs.
  void share_answers(const std::vector<std::string>& questions);

  // Runs one statement and calls `columns` once with the names, then `row` for each row until it returns false. Throws
  // UsageError with SQLite's message where the statement is wrong, or would write, or is more than one.
  void query(std::string_view sql, const std::function<void(const std::vector<std::string>&)>& columns,
             const std::function<bool(const std::vector<Value>&)>& row) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace longwire
