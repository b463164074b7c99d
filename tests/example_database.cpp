#include "tests/example_database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>

namespace longwire {

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "longwire-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryDirectory::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

CaptureRow capture_row(std::int64_t id, std::int64_t first_packet) {
  CaptureRow row;
  row.id = id;
  row.path = "example.pcap";
  row.format = "pcap";
  row.started_ns = 0;
  row.ended_ns = 1000 * ms;
  row.packets = 10;
  row.bytes = 1000;
  row.filtered = 0;
  row.first_packet = first_packet;
  return row;
}

ConnectionRow connection_row(std::int64_t id, std::int64_t start_ms) {
  ConnectionRow row;
  row.id = id;
  row.capture_id = 1;
  row.client_ip = "10.0.0.1";
  row.client_port = 40000 + id;
  row.server_ip = "192.0.2.1";
  row.server_port = 80;
  row.start_ns = start_ms * ms;
  row.established_ns = (start_ms + 20) * ms;
  row.end_ns = (start_ms + 100) * ms;
  row.handshake_rtt_ns = 20 * ms;
  row.client_bytes = 100;
  row.server_bytes = 1000;
  row.client_missing_bytes = row.server_missing_bytes = 0;
  row.close_kind = "fin";
  row.closed_first = "server";
  row.layers = "http1";
  row.exchanges = 1;
  row.midstream = row.one_way = row.cut = row.limited = 0;
  return row;
}

HttpExchangeRow exchange_row(std::int64_t id, std::int64_t connection_id, std::int64_t ordinal, std::int64_t start_ms) {
  HttpExchangeRow row;
  row.id = id;
  row.connection_id = connection_id;
  row.ordinal = ordinal;
  row.version = "1.1";
  row.method = "GET";
  row.scheme = "http";
  row.authority = "example.com";
  row.path = "/";
  row.request_headers = R"([["Host","example.com"]])";
  row.response_headers = R"([["Content-Length","2"]])";
  row.response_body_bytes = 2;
  row.status = 200;
  row.reason = "OK";
  row.request_start_ns = row.request_end_ns = start_ms * ms;
  row.response_start_ns = (start_ms + 5) * ms;
  row.response_end_ns = (start_ms + 6) * ms;
  row.persistent = row.complete = 1;
  row.midstream = row.limited = 0;
  return row;
}

void write_database(const std::string& path, const RowBatch& batch, StoreOptions options) {
  Store store(path, options);
  store.write(batch);
  store.finish();
}

Answer ExampleDatabase::answer(const std::string& sql) {
  if (path_.empty()) {
    path_ = directory_.file("example.db");
    write_database(path_, rows);
  }
  return ask(path_, sql);
}

Answer ask(const std::string& path, const std::string& sql) {
  Answer answer;
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  int result = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
  if (result == SQLITE_OK) result = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
  if (result == SQLITE_OK) {
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
      auto& row = answer.emplace_back();
      for (int n = 0; n < sqlite3_column_count(statement); ++n) {
        const void* text = sqlite3_column_text(statement, n);
        row.emplace_back(text == nullptr ? "NULL" : std::string(static_cast<const char*>(text)));
      }
    }
  }
  EXPECT_EQ(result, SQLITE_DONE) << sqlite3_errmsg(database) << " in: " << sql;
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return answer;
}

}  // namespace longwire
