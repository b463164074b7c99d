// The header of a load balancer before the first request.
#include "dissectors/proxy_protocol.h"

#include <gtest/gtest.h>

#include "tests/conversation.h"

namespace longwire::test {
namespace {

using namespace std::string_literals;

const std::string request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", response = "HTTP/1.1 204 No Content\r\n\r\n";

std::string rows(const Conversation& talk) {
  return rows_at_every_cut(talk, {"http_exchanges ordinal method path status", "anomalies offset code"});
}
std::string layers(const Conversation& talk) {
  RowBatch batch;
  return read(talk, {}, batch);
}

// The example of the specification's section 2.1.
TEST(ProxyProtocol, ALineStandsBeforeTheFirstRequest) {
  Conversation talk;
  talk.client("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n" + request).server(response).close();
  EXPECT_EQ(rows(talk), "http_exchanges ordinal=1 method=GET path=/a status=204\n");
  EXPECT_EQ(layers(talk), "proxy/http1");
}

TEST(ProxyProtocol, ABinaryHeaderOfAnyLength) {
  for (const std::string& addresses : {""s, std::string(12, '\x01'), std::string(300, '\r')}) {
    const std::string length{static_cast<char>(addresses.size() >> 8), static_cast<char>(addresses.size())};
    Conversation talk;
    talk.client("\r\n\r\n\0\r\nQUIT\n\x21\x11"s + length + addresses + request).server(response).close();
    EXPECT_EQ(rows(talk), "http_exchanges ordinal=1 method=GET path=/a status=204\n");
  }
}

TEST(ProxyProtocol, WithoutAddresses) {
  Conversation talk;
  talk.client("PROXY UNKNOWN\r\n" + request).server(response).close();
  EXPECT_EQ(rows(talk), "http_exchanges ordinal=1 method=GET path=/a status=204\n");
}

TEST(ProxyProtocol, ALineWithoutEndIsNone) {
  Conversation talk;
  talk.client("PROXY TCP4 " + std::string(200, 'x')).server("what?").close();
  EXPECT_EQ(rows(talk), "anomalies offset=0 code=proxy.header.malformed\n");
  EXPECT_EQ(layers(talk), "proxy/unknown");
}

TEST(ProxyProtocol, IsToldFromARequestOfThatMethod) {
  Conversation talk;
  talk.client("PROXY /a HTTP/1.1\r\nHost: a\r\n\r\n").server(response).close();
  EXPECT_EQ(rows(talk), "http_exchanges ordinal=1 method=PROXY path=/a status=204\n");
}

}  // namespace
}  // namespace longwire::test
