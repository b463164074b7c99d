// A scene for tests of findings: rows of which all is well until a test changes them, and what is found there.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/example_database.h"

namespace longwire {

// A database of its own; everything in it is well until it is changed.
class Scene {
 public:
  // A connection that lasts from `start_ms` for 100 ms; its ids are given out from 1.
  template <class Change>
  std::int64_t connection(Change change, std::int64_t start_ms = 0) {
    ConnectionRow row = connection_row(++connections_, start_ms);
    row.first_frame = row.last_frame = connections_;
    row.server_packets = row.client_packets = 5;
    row.client_retransmitted_bytes = row.server_retransmitted_bytes = 0;
    row.client_unacknowledged_bytes = row.server_unacknowledged_bytes = row.conflicting_overlap_bytes = 0;
    row.server_missing_bytes = missing_bytes_;
    change(row);
    rows().add(row);
    return connections_;
  }
  std::int64_t connection(std::int64_t start_ms = 0) {
    return connection([](auto&) {}, start_ms);
  }
  // An exchange of the newest connection.
  template <class Change>
  std::int64_t exchange(Change change, std::int64_t start_ms = 30) {
    HttpExchangeRow row = exchange_row(1000 + ++exchanges_, connections_, 1, start_ms);
    row.request_body_bytes = 0;
    row.request_first_frame = row.id.value - 1000;
    change(row);
    rows().add(row);
    return row.id.value;
  }
  std::int64_t exchange() {
    return exchange([](auto&) {});
  }
  void event(Text kind, Text side, std::int64_t at_ms, Integer bytes = {}) {
    TcpEventRow row;
    row.connection_id = connections_;
    row.kind = kind;
    row.side = side;
    row.time_ns = at_ms * ms;
    row.frame = at_ms;
    row.bytes = bytes;
    rows().add(row);
  }
  void anomaly(Text code, std::int64_t at_ms = 30, Text side = "client") {
    AnomalyRow row;
    row.id = ++anomalies_;
    row.connection_id = connections_;
    row.code = code;
    row.side = side;
    row.layers = "http1";
    row.time_ns = at_ms * ms;
    row.frame = at_ms;
    rows().add(row);
  }
  // From now on every connection lacks bytes of its server.
  void miss_bytes() { missing_bytes_ = 100; }
  RowBatch& rows() { return database_.rows; }

  // The sentence of the finding of this kind; "none", or how many where there are several.
  std::string told(const std::string& kind) {
    const Answer found = database_.answer("SELECT summary FROM finding_" + kind);
    if (found.size() == 1) return found[0][0];
    return found.empty() ? "none" : std::to_string(found.size());
  }
  Answer all() { return database_.answer("SELECT kind, summary FROM findings"); }
  Answer places(const std::string& kind) {
    return database_.answer("SELECT severity, connection_id, exchange_id, frame FROM finding_" + kind);
  }

 private:
  ExampleDatabase database_;
  std::int64_t connections_ = 0, exchanges_ = 0, anomalies_ = 0, missing_bytes_ = 0;
};

// Each tells where to look: only of a capture that lacks packets nobody knows where.
inline void expect_told(const std::string& kind, const std::function<void(Scene&)>& rows, const std::string& summary) {
  Scene scene;
  rows(scene);
  EXPECT_EQ(scene.told(kind), summary) << kind;
  if (kind == "capture_incomplete") return;
  for (const auto& place : scene.places(kind)) {
    EXPECT_NE(place[1], "NULL") << "connection of " << kind;
    EXPECT_NE(place[3], "NULL") << "frame of " << kind;
  }
}
// severity, connection, exchange, frame
inline void expect_place(const std::string& kind, const std::function<void(Scene&)>& rows, const std::vector<std::string>& place) {
  Scene scene;
  rows(scene);
  EXPECT_EQ(scene.places(kind), Answer{place}) << kind;
}
inline void expect_untold(const std::string& kind, const std::function<void(Scene&)>& rows) {
  Scene scene;
  rows(scene);
  EXPECT_EQ(scene.told(kind), "none") << kind;
}
// What may be so only for what was not captured is not told.
inline void expect_untold_behind_holes(const std::string& kind, const std::function<void(Scene&)>& rows) {
  Scene scene;
  scene.miss_bytes();
  rows(scene);
  EXPECT_EQ(scene.told(kind), "none") << kind;
}

// An exchange of which no answer was seen.
inline void leave_unanswered(HttpExchangeRow& row) {
  row.status = row.response_start_ns = row.response_end_ns = Integer{};
  row.response_headers = Text{};
  row.complete = 0;
}

}  // namespace longwire
