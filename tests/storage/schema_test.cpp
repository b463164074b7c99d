// The tables of a fresh database are those that users were promised, and describe themselves.
#include "storage/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

class Schema : public ::testing::Test {
 protected:
  void SetUp() override { write_database(path_, {}); }

  std::vector<std::string> columns(const std::string& table) const {
    std::vector<std::string> names;
    for (const auto& row : ask(path_, "SELECT name FROM pragma_table_info('" + table + "')")) names.push_back(row[0]);
    return names;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("empty.db");
};

// SCHEMA.md's lists, word for word.
TEST_F(Schema, HasTheTablesAndColumnsThatWerePromised) {
  const std::map<std::string, std::string> promised{
      {"captures", "id path format link_types started_ns ended_ns packets bytes dropped damaged_at tool_version options"},
      {"connections",
       "id capture_id client_ip client_port server_ip server_port vlan community_id start_ns established_ns end_ns first_frame last_frame "
       "client_packets server_packets client_bytes server_bytes client_retransmitted_bytes server_retransmitted_bytes "
       "client_out_of_order_packets server_out_of_order_packets client_missing_bytes server_missing_bytes conflicting_overlap_bytes "
       "handshake_rtt_ns client_mss server_mss client_zero_windows server_zero_windows window_probes close_kind closed_first layers "
       "exchanges midstream one_way cut limited"},
      {"tcp_events", "connection_id time_ns frame side kind bytes"},
      {"http_exchanges",
       "id connection_id stream_id ordinal version idle_before_ns method scheme authority path request_headers response_headers "
       "request_trailers response_trailers request_body_bytes response_body_bytes response_decoded_bytes status reason interim_statuses "
       "request_start_ns request_end_ns response_start_ns response_end_ns request_first_frame request_last_frame response_first_frame "
       "response_last_frame persistent keep_alive_timeout_s keep_alive_max upgraded_to pushed complete midstream limited"},
      {"anomalies", "id connection_id time_ns frame side layers offset code detail"},
      {"header_fields", "name class"},
      {"status_codes", "status class reason meaning source"},
      {"http_headers", "exchange_id side position name value class"},
      {"status_summary", "server_ip server_port authority status reason exchanges"},
      {"connection_kinds", "connection_id kind why"},
      {"connection_reuse",
       "client_ip server_ip server_port authority connections exchanges exchanges_min exchanges_median exchanges_p95 exchanges_max "
       "one_exchange_share handshake_ms_paid handshake_ms_avoidable"}};
  for (const auto& [table, names] : promised) EXPECT_THAT(columns(table), IsSupersetOf(words(names))) << table;
}

TEST_F(Schema, EveryTableIsStrictAndEveryColumnSaysWhatItMeans) {
  for (const auto& table :
       ask(path_, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'")) {
    EXPECT_EQ(table[1], "1") << table[0];
    const std::string sql = ask(path_, "SELECT sql FROM sqlite_schema WHERE name = '" + table[0] + "'")[0][0];
    for (const std::string& column : columns(table[0])) EXPECT_THAT(sql, ::testing::ContainsRegex("\n  " + column + " [A-Z][^\n]* -- ."));
  }
}

TEST_F(Schema, NamesForeignKeysAfterTheTableTheyPointAt) {
  const Answer keys =
      ask(path_, R"(SELECT t.name, k."from", k."table", k."to" FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS k)");
  EXPECT_GT(keys.size(), 3u);
  for (const auto& key : keys) {
    const std::string singular = key[2].substr(0, key[2].size() - 1);   // tls_handshakes -> tls_handshake
    const std::string noun = singular.substr(singular.rfind('_') + 1);  // -> handshake
    EXPECT_THAT(key[1], ::testing::EndsWith(noun + "_id")) << key[0];
    EXPECT_EQ(key[3], "id");
  }
}

TEST_F(Schema, IsMarkedAsLongwiresWithItsVersion) {
  EXPECT_EQ(ask(path_, "PRAGMA application_id"), Answer{{std::to_string(0x4c574952)}});  // "LWIR"
  EXPECT_EQ(ask(path_, "PRAGMA user_version"), Answer{{"1"}});
}

// A table written out by hand, and what is expected for it.
TEST(CreateTable, WritesKeysTypesAndMeanings) {
  static constexpr TableColumn columns[]{
      {"id", ColumnType::integer, "which one", primary_key, nullptr},
      {"connection_id", ColumnType::integer, "the connection", indexed_reference("connections"), nullptr},
      {"kind", ColumnType::text, "`ping` or `pong`", {}, nullptr},
      {"echo", ColumnType::blob, "its bytes", {}, nullptr}};
  const Table table{{"pings", "one ping and its answer"}, columns, nullptr};
  EXPECT_EQ(create_table(table),
            "CREATE TABLE pings ( -- one ping and its answer\n"
            "  id INTEGER PRIMARY KEY, -- which one\n"
            "  connection_id INTEGER REFERENCES connections (id), -- the connection\n"
            "  kind TEXT, -- `ping` or `pong`\n"
            "  echo BLOB -- its bytes\n"
            ") STRICT");
  EXPECT_EQ(create_indexes(table), std::vector<std::string>{"CREATE INDEX IF NOT EXISTS pings_connection_id ON pings (connection_id)"});
}

// RFC 2616 sections 4.5, 5.3, 6.2 and 7.1 name 9, 19, 9 and 10 fields.
TEST_F(Schema, ClassifiesHeaderFieldsAsRfc2616Does) {
  const auto count = [this](const std::string& section) {
    return ask(path_, "SELECT count(*), group_concat(DISTINCT class) FROM header_fields WHERE source = 'RFC 2616 section " + section + "'");
  };
  EXPECT_EQ(count("4.5"), (Answer{{"9", "general"}}));
  EXPECT_EQ(count("5.3"), (Answer{{"19", "request"}}));
  EXPECT_EQ(count("6.2"), (Answer{{"9", "response"}}));
  EXPECT_EQ(count("7.1"), (Answer{{"10", "entity"}}));
  EXPECT_EQ(
      ask(path_, "SELECT name FROM header_fields WHERE name <> lower(name) OR class NOT IN ('general', 'request', 'response', 'entity')"),
      Answer{});
}

TEST_F(Schema, ExplainsEveryRegisteredStatusCode) {
  EXPECT_EQ(ask(path_, "SELECT class, count(*) FROM status_codes GROUP BY class ORDER BY min(status)"),
            (Answer{{"informational", "5"}, {"successful", "10"}, {"redirection", "9"}, {"client error", "29"}, {"server error", "11"}}));
  EXPECT_EQ(ask(path_, "SELECT reason FROM status_codes WHERE status IN (304, 421, 511) ORDER BY status"),
            (Answer{{"Not Modified"}, {"Misdirected Request"}, {"Network Authentication Required"}}));
}

}  // namespace
}  // namespace longwire
