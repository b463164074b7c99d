// HTTP/1.x beyond its limits: what was kept says so, and what follows is right or stands alone.
#include <gtest/gtest.h>

#include "capture/limits.h"
#include "tests/conversation.h"

namespace longwire::test {
namespace {

std::string request(int n) {
  return "GET /" + std::to_string(n) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string requests(int from, int to) {
  std::string all;
  for (int n = from; n <= to; ++n) all += request(n);
  return all;
}
// Responses that name their request in the reason phrase.
std::string responses(int from, int to) {
  std::string all;
  for (int n = from; n <= to; ++n) all += "HTTP/1.1 200 to-" + std::to_string(n) + "\r\nContent-Length: 0\r\n\r\n";
  return all;
}
std::string row(const std::string& path, const std::string& reason, bool limited) {
  return "http_exchanges path=" + path + " reason=" + reason + " limited=" + (limited ? "1" : "0") + "\n";
}
std::string pairs(int from, int to) {
  std::string all;
  for (int n = from; n <= to; ++n) all += row("/" + std::to_string(n), "to-" + std::to_string(n), false);
  return all;
}

// Read whole, and cut at a few hundred places: these conversations are too long for every cut.
std::string rows_at_some_cuts(const Conversation& talk, const std::vector<std::string>& chosen) {
  RowBatch whole;
  read(talk, {}, whole);
  std::size_t size = 0;
  for (const Entry& entry : talk.entries()) size += entry.bytes.size();
  constexpr std::size_t readings = 5, cuts_each = 100;
  for (std::size_t reading = 1; reading <= readings; ++reading) {
    Cuts cuts;
    for (std::size_t i = 1; i < cuts_each; ++i) cuts.push_back(i * size / cuts_each + reading);
    RowBatch rows;
    read(talk, cuts, rows);
    EXPECT_EQ(rows_as_text(rows), rows_as_text(whole)) << "reading " << reading;
  }
  return rows_as_text(whole, chosen);
}

const std::vector<std::string> pairing{"http_exchanges path reason limited", "anomalies frame side code detail"};
constexpr int pipeline = limits::http1_pipeline;

TEST(Http1Limits, AsManyUnansweredRequestsAsTheLimitArePaired) {
  Conversation talk;
  talk.client(requests(1, pipeline)).server(responses(1, pipeline)).close();
  EXPECT_EQ(rows_at_some_cuts(talk, pairing), pairs(1, pipeline));
}

TEST(Http1Limits, MoreRequestsWaitForAServerThatHasSpoken) {
  Conversation talk;
  talk.client(request(1)).server(responses(1, 1)).client(requests(2, pipeline + 5)).server(responses(2, pipeline + 5)).close();
  EXPECT_EQ(rows_at_some_cuts(talk, pairing), pairs(1, pipeline + 5));
}

TEST(Http1Limits, ResponsesOfRequestsGivenUpStandAloneAndTheOthersAreStillPaired) {
  Conversation talk;
  talk.client(requests(1, pipeline)).client(requests(pipeline + 1, pipeline + 3)).server(responses(1, pipeline + 3));
  talk.client(request(2000)).server(responses(2000, 2000)).close();
  EXPECT_EQ(rows_at_some_cuts(talk, pairing), row("/1", "NULL", true) + row("/2", "NULL", true) + row("/3", "NULL", true) +  //
                                                  row("NULL", "to-1", true) + row("NULL", "to-2", true) + row("NULL", "to-3", true) +
                                                  pairs(4, pipeline + 3) + pairs(2000, 2000) +
                                                  "anomalies frame=2 side=client code=http1.limit detail=requests without a response\n");
}

TEST(Http1Limits, InterimResponsesOfARequestGivenUpStandWithItsFinalOne) {
  Conversation talk;
  talk.client(requests(1, pipeline + 1)).server("HTTP/1.1 103 Early Hints\r\n\r\n" + responses(1, pipeline + 1)).close();
  EXPECT_EQ(rows_at_some_cuts(talk, {"http_exchanges path reason limited"}),
            row("/1", "NULL", true) + row("NULL", "to-1", true) + pairs(2, pipeline + 1));
}

TEST(Http1Limits, RequestsThatWaitTooLongForASilentServerAreGivenUp) {
  const std::string big = "GET /big HTTP/1.1\r\nHost: a\r\nCookie: " + std::string(10'000, 'c') + "\r\n\r\n";
  const int several = static_cast<int>(limits::hold_bytes / big.size()) + 2;  // more than is held
  Conversation talk;
  talk.client(request(1)).server(responses(1, 1)).client(requests(2, pipeline + 1));
  for (int i = 0; i < several; ++i) talk.client(big);
  talk.server(responses(2, 3)).close();
  RowBatch batch;  // read in whole packets alone: how much is held at once depends on the cuts
  read(talk, {}, batch);
  const std::string rows = rows_as_text(batch, pairing);
  EXPECT_EQ(rows.substr(0, rows.find("reason=NULL")), row("/1", "to-1", false) + "http_exchanges path=/2 ");
  EXPECT_NE(rows.find(row("NULL", "to-2", true) + row("NULL", "to-3", true)), std::string::npos);
  EXPECT_NE(rows.find(" side=client code=http1.limit "), std::string::npos);
}

TEST(Http1Limits, NoResponseIsGivenToARequestWhereAHoleHidesWhoseItIs) {
  Conversation talk;
  talk.client(requests(1, pipeline + 2)).gap(Side::server, 100).server(responses(9, 9));
  talk.client(request(2000)).server(responses(2000, 2000)).close();
  std::string expected;
  for (int n = 1; n <= pipeline + 2; ++n) expected += row("/" + std::to_string(n), "NULL", n <= 2);
  // The client was not seen to pipeline, so its last request before the response is the one that is answered.
  expected = expected.substr(0, expected.rfind("http_exchanges")) + row("/" + std::to_string(pipeline + 2), "to-9", false);
  EXPECT_EQ(rows_at_some_cuts(talk, {"http_exchanges path reason limited"}), expected + pairs(2000, 2000));
}

// ---- heads ----

constexpr std::size_t head = limits::http1_header_bytes;

// A head of `size` bytes, filled up by one field more.
std::string head_of(std::size_t size, const std::string& front) {
  const std::string name = "Filler: ", end = "\r\n\r\n";
  return front + name + std::string(size - front.size() - name.size() - end.size(), 'f') + end;
}

const std::string get_big = "GET /big HTTP/1.1\r\nHost: a\r\n", ok_big = "HTTP/1.1 200 to-big\r\nContent-Length: 0\r\n";
const std::vector<std::string> heads{"http_exchanges path reason complete limited", "anomalies frame side offset code"};

TEST(Http1Limits, HeadsAsLongAsTheLimitAreRead) {
  Conversation talk;
  talk.client(head_of(head, get_big)).server(head_of(head, ok_big)).client(request(2)).server(responses(2, 2)).close();
  EXPECT_EQ(rows_at_some_cuts(talk, heads),
            "http_exchanges path=/big reason=to-big complete=1 limited=0\n"
            "http_exchanges path=/2 reason=to-2 complete=1 limited=0\n");
}

TEST(Http1Limits, ARequestHeadBeyondTheLimitKeepsItsWholeLines) {
  for (const std::size_t size : {head + 1, 2 * head}) {
    Conversation talk;
    talk.client(head_of(size, get_big)).server(responses(1, 1)).client(request(2)).server(responses(2, 2)).close();
    EXPECT_EQ(rows_at_some_cuts(talk, heads),
              "http_exchanges path=/big reason=to-1 complete=0 limited=1\n"
              "http_exchanges path=/2 reason=to-2 complete=1 limited=0\n"
              "anomalies frame=1 side=client offset=0 code=http1.limit\n"
              "anomalies frame=3 side=client offset=" +
                  std::to_string(size) + " code=channel.passed_over\n")
        << size;
  }
}

TEST(Http1Limits, AResponseHeadBeyondTheLimitKeepsItsWholeLines) {
  for (const std::size_t size : {head + 1, 2 * head}) {
    Conversation talk;
    talk.client(request(1)).server(head_of(size, ok_big)).client(request(2)).server(responses(2, 2)).close();
    EXPECT_EQ(rows_at_some_cuts(talk, heads),
              "http_exchanges path=/1 reason=to-big complete=0 limited=1\n"
              "http_exchanges path=/2 reason=to-2 complete=1 limited=0\n"
              "anomalies frame=2 side=server offset=0 code=http1.limit\n"
              "anomalies frame=4 side=server offset=" +
                  std::to_string(size) + " code=channel.passed_over\n")
        << size;
  }
}

TEST(Http1Limits, ALineWithoutEndIsNoMessage) {
  Conversation talk;
  talk.client(request(1)).server(responses(1, 1)).client("GET /" + std::string(2 * head, 'x'));
  talk.client(request(2)).server(responses(2, 2)).close();
  EXPECT_EQ(rows_at_some_cuts(talk, heads),
            "http_exchanges path=/1 reason=to-1 complete=1 limited=0\n"
            "http_exchanges path=/2 reason=to-2 complete=1 limited=0\n"
            "anomalies frame=3 side=client offset=" +
                std::to_string(request(1).size()) +
                " code=http1.limit\n"
                "anomalies frame=4 side=client offset=" +
                std::to_string(request(1).size() + 5 + 2 * head) + " code=channel.passed_over\n");
}

}  // namespace
}  // namespace longwire::test
