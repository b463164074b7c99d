// What is concluded of HTTP/2: how much at once, what pushes were worth, who asks by PING, what looks like an attack, and how
// gRPC calls ended.
#include <gtest/gtest.h>

#include "tests/example_database.h"

namespace longwire {
namespace {

class Http2Views : public ::testing::Test {
 protected:
  Http2ConnectionRow connection(std::int64_t id) {
    batch_.add(connection_row(id));
    Http2ConnectionRow row;
    row.connection_id = id;
    row.protocol = "2";
    row.how = "prior-knowledge";
    row.server_settings = R"({"MAX_CONCURRENT_STREAMS":2})";
    row.frames = R"({"client":{"HEADERS":3},"server":{"HEADERS":3,"DATA":10}})";
    row.streams = 3;
    row.max_concurrent_streams_seen = 2;
    row.server_data_interleaved = 4;
    row.client_header_wire_bytes = 100;
    row.client_header_plain_bytes = 1000;
    row.client_stalls = row.server_stalls = row.client_stalled_ns = row.server_stalled_ns = 0;
    row.client_resets = row.server_resets = row.resets_before_response = row.resets_per_second_max = 0;
    row.pings = row.pings_per_second_max = row.settings_per_second_max = row.continuations_in_a_row_max = row.empty_frames = 0;
    return row;
  }
  Http2StreamRow stream(std::int64_t connection_id, std::int64_t id, std::int64_t opened_ms, std::int64_t closed_ms) {
    Http2StreamRow row;
    row.connection_id = connection_id;
    row.stream_id = id;
    row.opened_ns = opened_ms * ms;
    row.closed_ns = closed_ms * ms;
    row.data_bytes_server = 500;
    return row;
  }
  // Of a stream, with the row in http2_streams that belongs to it.
  HttpExchangeRow exchange(const Http2StreamRow& on) {
    HttpExchangeRow row = exchange_row(on.connection_id.value * 1000 + on.stream_id.value, on.connection_id.value);
    row.stream_id = on.stream_id;
    row.version = "2";
    row.pushed = !on.promised_by.is_null();
    Http2StreamRow own = on;
    own.exchange_id = row.id;
    batch_.add(own);
    return row;
  }
  void add_ping(std::int64_t at_ms, std::int64_t answered_ms, std::int64_t idle_ms) {
    Http2PingRow row;
    row.connection_id = 1;
    row.from_client = 1;
    row.time_ns = at_ms * ms;
    row.frame = at_ms;
    row.idle_before_ns = idle_ms * ms;
    if (answered_ms > 0) row.answer_ns = answered_ms * ms;
    batch_.add(row);
  }
  Answer answer(const std::string& sql) { return database_.answer(sql); }

 private:
  ExampleDatabase database_;

 protected:
  RowBatch& batch_ = database_.rows;
};

TEST_F(Http2Views, StreamsOpenMomentByMoment) {
  batch_.add(connection(1));
  batch_.add(stream(1, 1, 0, 30));
  batch_.add(stream(1, 3, 10, 20));
  batch_.add(stream(1, 2, 10, 40));  // pushed
  batch_.add(stream(1, 5, 30, 50));
  EXPECT_EQ(answer("SELECT at_ns / 1000000, open_now, pushed_now, lasted_ms FROM http2_concurrency ORDER BY at_ns"),
            (Answer{{"0", "1", "0", "10.0"},
                    {"10", "2", "1", "10.0"},
                    {"20", "1", "1", "10.0"},
                    {"30", "1", "1", "10.0"},
                    {"40", "1", "0", "10.0"},
                    {"50", "0", "0", "NULL"}}));
  EXPECT_EQ(answer("SELECT streams, open_at_once_max, limit_announced, interleaved_share, open_at_once_mean, at_limit_share FROM "
                   "http2_multiplexing"),
            (Answer{{"3", "2", "2", "0.4", "1.2", "0.2"}}));
}

TEST_F(Http2Views, PushesUsedResetAndAskedForAgain) {
  batch_.add(connection(1));
  for (const std::int64_t id : {2, 4, 6}) {
    Http2StreamRow on = stream(1, id, 0, 10);
    on.promised_by = 1;
    if (id == 4) {
      on.reset_code = 8;
      on.reset_error = "CANCEL";
      on.reset_by = "client";
    }
    HttpExchangeRow pushed = exchange(on);
    pushed.path = id == 2 ? "/a" : id == 4 ? "/b" : "/c";
    pushed.complete = id == 2;
    batch_.add(pushed);
  }
  HttpExchangeRow again = exchange(stream(1, 3, 20, 30));
  again.path = "/b";
  again.request_start_ns = 50 * ms;
  batch_.add(again);
  EXPECT_EQ(answer("SELECT stream_id, promised_by, path, outcome, bytes, wasted_bytes, asked_again FROM server_push ORDER BY stream_id"),
            (Answer{{"2", "1", "/a", "used", "500", "0", "0"},
                    {"4", "1", "/b", "reset", "500", "500", "1"},
                    {"6", "1", "/c", "unknown", "500", "0", "0"}}));
}

TEST_F(Http2Views, WhoAsksByPing) {
  batch_.add(connection(1));
  add_ping(10'000, 10'002, 9'000);
  add_ping(20'000, 20'005, 9'500);
  add_ping(40'000, 0, 19'000);
  EXPECT_EQ(answer("SELECT * FROM http2_keepalive"), (Answer{{"1", "client", "3", "1", "10.0", "9.0", "2.0", "5.0"}}));
}

TEST_F(Http2Views, SignsOfAbuse) {
  Http2ConnectionRow honest = connection(1);
  honest.resets_before_response = 60;  // of very many
  honest.streams = 10'000;
  batch_.add(honest);
  Http2ConnectionRow rapid = connection(2);
  rapid.streams = rapid.resets_before_response = 80;
  batch_.add(rapid);
  Http2ConnectionRow flood = connection(3);
  flood.continuations_in_a_row_max = 1000;
  flood.pings_per_second_max = 5000;
  batch_.add(flood);
  EXPECT_EQ(answer("SELECT connection_id, sign, value FROM http2_abuse ORDER BY connection_id, sign"),
            (Answer{{"2", "rapid_reset", "80"}, {"3", "continuation_flood", "1000"}, {"3", "ping_flood", "5000"}}));
}

TEST_F(Http2Views, GrpcCallsEndInTrailersOrInHeadersAlone) {
  batch_.add(connection(1));
  for (const std::int64_t id : {1, 3, 5, 7}) {
    HttpExchangeRow call = exchange(stream(1, id, 0, 10));
    call.path = "/pkg.Service/Method";
    if (id < 7) call.request_headers = R"([["content-type","application/grpc+proto"],["grpc-timeout","1S"]])";
    if (id == 1) call.response_trailers = R"([["grpc-status","0"]])";
    if (id == 3) call.response_headers = R"([["content-type","application/grpc"],["grpc-status","5"],["grpc-message","no"]])";
    batch_.add(call);
  }
  EXPECT_EQ(answer("SELECT stream_id, method, grpc_status, status_name, grpc_message, grpc_timeout FROM grpc_calls ORDER BY stream_id"),
            (Answer{{"1", "/pkg.Service/Method", "0", "OK", "NULL", "1S"},
                    {"3", "/pkg.Service/Method", "5", "NOT_FOUND", "no", "1S"},
                    {"5", "/pkg.Service/Method", "NULL", "NULL", "NULL", "1S"}}));
}

TEST_F(Http2Views, AStallNamesWhatWasHeldUp) {
  batch_.add(connection(1));
  batch_.add(exchange(stream(1, 1, 0, 10)));
  for (const std::int64_t on : {0, 1}) {
    Http2StallRow stall;
    stall.connection_id = 1;
    stall.stream_id = on;
    stall.side = "server";
    stall.start_ns = 10 * ms;
    stall.end_ns = (20 + on) * ms;
    stall.frame = 5;
    stall.ended_by = "window_update";
    batch_.add(stall);
  }
  EXPECT_EQ(answer("SELECT \"window\", stream_id, waited_ms, path FROM flow_control_stalls"),
            (Answer{{"stream", "1", "11.0", "/"}, {"connection", "NULL", "10.0", "NULL"}}));
}

}  // namespace
}  // namespace longwire
