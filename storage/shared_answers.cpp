#include "storage/shared_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "storage/sqlite.h"

namespace longwire {
namespace {

bool in_a_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Takes the next word from the front of `sql`, comments passed over; empty = there is none.
std::string_view take_word(std::string_view& sql) {
  while (!sql.empty() && !in_a_word(sql.front())) sql.remove_prefix(sql.starts_with("--") ? std::min(sql.find('\n'), sql.size()) : 1);
  const auto length = static_cast<std::size_t>(std::ranges::find_if_not(sql, in_a_word) - sql.begin());
  const std::string_view word = sql.substr(0, length);
  sql.remove_prefix(length);
  return word;
}

bool is_word(std::string_view word, std::string_view keyword) {
  return std::ranges::equal(word, keyword, {}, [](char c) { return std::toupper(static_cast<unsigned char>(c)); });
}

}  // namespace

SharedAnswers::SharedAnswers(sqlite3* database, const std::vector<std::string>& questions) : database_(database) {
  read_views();
  for (const std::string& question : questions) count(views_in(question));
}

// Those that are written as we write them; one with its columns named, say, stays what it is.
void SharedAnswers::read_views() {
  const Statement views = prepare(database_, "SELECT name, sql FROM main.sqlite_schema WHERE type = 'view'");
  while (views != nullptr && sqlite3_step(views.get()) == SQLITE_ROW) {
    const auto text = [&](int column) {
      const unsigned char* value = sqlite3_column_text(views.get(), column);
      return std::string_view(value == nullptr ? "" : reinterpret_cast<const char*>(value));
    };
    const std::string head = fmt::format("CREATE VIEW {} AS", text(0));
    if (text(1).starts_with(head)) views_[std::string(text(0))].select = text(1).substr(head.size());
  }
}

// Each once: names behind FROM and JOIN. One that is not found is only not shared.
std::vector<std::string_view> SharedAnswers::views_in(std::string_view sql) const {
  std::vector<std::string_view> found;
  for (std::string_view before, word = take_word(sql); !word.empty(); before = word, word = take_word(sql)) {
    if (!is_word(before, "FROM") && !is_word(before, "JOIN")) continue;
    const auto view = views_.find(word);
    if (view != views_.end() && std::ranges::find(found, view->first) == found.end()) found.push_back(view->first);
  }
  return found;
}

void SharedAnswers::count(const std::vector<std::string_view>& uses) {
  for (const std::string_view name : uses) {
    View& view = views_.find(name)->second;
    ++view.users;
    if (view.reached) continue;
    view.reached = true;
    view.uses = views_in(view.select);
    count(view.uses);
  }
}

void SharedAnswers::prepare_for(std::string_view question) {
  for (const std::string_view name : views_in(question)) make(name);
}

// What it builds on first, so that it finds that.
void SharedAnswers::make(std::string_view name) {
  View& view = views_.find(name)->second;
  if (view.made) return;
  view.made = true;
  for (const std::string_view used : view.uses) make(used);
  const std::string as = fmt::format("{} AS{}", name, view.select);
  if (view.users < 2 || !run("CREATE TEMP TABLE " + as)) run("CREATE TEMP VIEW " + as);
}

// One statement, whatever stands behind it in a text that anybody may have written.
bool SharedAnswers::run(const std::string& sql) {
  const Statement statement = prepare(database_, sql);
  return statement != nullptr && sqlite3_step(statement.get()) == SQLITE_DONE;
}

}  // namespace longwire
