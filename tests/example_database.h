// Databases made by hand for tests: rows with the fields that matter, a folder of their own, and answers as text, read by
// SQLite itself and not by the program.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/row_batch.h"
#include "storage/store.h"

namespace longwire {

// Removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string file(std::string_view name) const { return (path_ / name).string(); }
  // Names of the files in it, in order.
  std::vector<std::string> names() const;

 private:
  std::filesystem::path path_;
};

inline constexpr std::int64_t ms = 1'000'000;  // nanoseconds

// A capture file of ten packets, of which the first is number `first_packet` of the set.
CaptureRow capture_row(std::int64_t id, std::int64_t first_packet = 1);
// A connection from 10.0.0.1 to 192.0.2.1:80, handshake 20 ms, closed with FIN by the server 100 ms after `start_ms`.
ConnectionRow connection_row(std::int64_t id, std::int64_t start_ms = 0);
// A whole exchange: GET http://example.com/, answered 200 OK, that leaves the connection persistent. It begins at
// `start_ms`, the response comes 5 ms later and takes 1 ms.
HttpExchangeRow exchange_row(std::int64_t id, std::int64_t connection_id, std::int64_t ordinal = 1, std::int64_t start_ms = 30);

// A new database with these rows.
void write_database(const std::string& path, const RowBatch& batch, StoreOptions options = {});

using Answer = std::vector<std::vector<std::string>>;
// NULL is "NULL", reals as SQLite writes them. Fails the test where the SQL fails.
Answer ask(const std::string& path, const std::string& sql);

// Rows, and what the views answer over them. The first question writes the rows: none can be added after it.
class ExampleDatabase {
 public:
  RowBatch rows;
  Answer answer(const std::string& sql);

 private:
  TemporaryDirectory directory_;
  std::string path_;  // empty = not written yet
};

}  // namespace longwire
