// Connections that something has happened to since they were last reported: see ConnectionTable::report(). Taking one out, also
// from the middle, costs the same however many there are.
#pragma once

#include <cstdint>
#include <vector>

namespace longwire {

// Kept in each connection.
struct ReportMark {
  std::uint32_t place = 0;  // in the list, from 1; 0 = not there
};

// `Followed` has a member `mark`.
template <class Followed>
class ReportMarks {
 public:
  void add(Followed& connection) {
    if (connection.mark.place != 0) return;
    marked_.push_back(&connection);
    connection.mark.place = static_cast<std::uint32_t>(marked_.size());
  }
  // It goes.
  void forget(Followed& connection) {
    if (connection.mark.place != 0) marked_[connection.mark.place - 1] = nullptr;
    connection.mark.place = 0;
  }
  // Takes one out; null = there is none.
  Followed* take() {
    while (!marked_.empty()) {
      Followed* connection = marked_.back();
      marked_.pop_back();
      if (connection == nullptr) continue;
      connection->mark.place = 0;
      return connection;
    }
    return nullptr;
  }

 private:
  std::vector<Followed*> marked_;  // null = it is gone
};

}  // namespace longwire
