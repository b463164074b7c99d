// The closed connections that linger, in the order they closed. Costs nothing for one that is open.
//
// Part of a ConnectionTable, which owns the connections.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

namespace longwire {

template <class Followed>
class LingerQueue {
 public:
  // It has just been closed.
  void add(Followed& connection) { closed_.push_back({connection.closed_number(), &connection}); }

  // Takes out one that has lingered long enough, `number` packets of the whole capture set having been seen; null = none.
  Followed* take(std::uint64_t number) {
    while (!closed_.empty()) {
      Followed* connection = closed_.front().connection;
      if (connection != nullptr && !connection->lingered(number)) return nullptr;
      closed_.pop_front();
      if (connection != nullptr) return connection;
    }
    return nullptr;
  }

  // Likewise, one that packet `number` or an earlier one has closed.
  Followed* take_closed_by(std::uint64_t number) {
    while (!closed_.empty() && (closed_.front().connection == nullptr || closed_.front().number <= number)) {
      Followed* connection = closed_.front().connection;
      closed_.pop_front();
      if (connection != nullptr) return connection;
    }
    return nullptr;
  }

  // This one, which packet `number` closed, goes early, or was not closed after all. It may have never been here.
  void forget(const Followed& connection, std::uint64_t number) {
    const auto before = [](const Closed& closed, std::uint64_t wanted) { return closed.number < wanted; };
    for (auto at = std::lower_bound(closed_.begin(), closed_.end(), number, before); at != closed_.end() && at->number == number; ++at) {
      if (at->connection == &connection) at->connection = nullptr;
    }
  }

  void clear() { closed_.clear(); }

 private:
  struct Closed {
    std::uint64_t number;  // packet that closed it
    Followed* connection;  // null = it is gone
  };
  std::deque<Closed> closed_;
};

}  // namespace longwire
