// The handshake with a SOCKS proxy before what is spoken through it.
#include "dissectors/socks.h"

#include <gtest/gtest.h>

#include "tests/conversation.h"
#include "tests/tls_bytes.h"

namespace longwire::test {
namespace {

using namespace std::string_literals;

const std::string request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", response = "HTTP/1.1 204 No Content\r\n\r\n";
const std::string inside = "http_exchanges method=GET path=/a status=204\n";

std::string rows(const Conversation& talk) {
  return rows_at_every_cut(talk, {"http_exchanges method path status", "socks_requests version command host port authentication reply",
                                  "anomalies side offset code"});
}
std::string layers(const Conversation& talk) {
  rows_at_every_cut(talk);
  RowBatch batch;
  return read(talk, {}, batch);
}

const std::string granted4 = "\0\x5a"s + u16(80) + "\xc0\0\2\1"s, granted5 = "\5\0\0\1"s + "\xc0\0\2\1"s + u16(1080);

TEST(Socks, OfVersion4) {
  Conversation talk;
  talk.client("\4\1"s + u16(80) + "\xc6\x33\x64\2user\0"s).server(granted4).client(request).server(response).close();
  EXPECT_EQ(rows(talk), inside + "socks_requests version=4 command=connect host=198.51.100.2 port=80 authentication=NULL reply=granted\n");
  EXPECT_EQ(layers(talk), "socks/http1");
}

TEST(Socks, OfVersion4ANamesTheHost) {
  Conversation talk;
  talk.client("\4\1"s + u16(443) + "\0\0\0\1\0www.example.com\0"s).server(granted4).client(request).server(response).close();
  EXPECT_EQ(rows(talk),
            inside + "socks_requests version=4a command=connect host=www.example.com port=443 authentication=NULL reply=granted\n");
}

TEST(Socks, OfVersion5) {
  const std::string addresses[] = {"\1\xc6\x33\x64\2"s, "\3"s + vec8("www.example.com"),
                                   "\4\x20\1\x0d\xb8"s + std::string(11, '\0') + "\1"s};
  const std::string hosts[] = {"198.51.100.2", "www.example.com", "2001:db8::1"};
  for (std::size_t i = 0; i < 3; ++i) {
    Conversation talk;
    talk.client("\5\2\0\2"s)
        .server("\5\0"s)
        .client("\5\1\0"s + addresses[i] + u16(80))
        .server("\5\0\0"s + addresses[i] + u16(1))
        .client(request);
    talk.server(response).close();
    EXPECT_EQ(rows(talk),
              inside + "socks_requests version=5 command=connect host=" + hosts[i] + " port=80 authentication=none reply=granted\n");
    EXPECT_EQ(layers(talk), "socks/http1");
  }
}

// RFC 1929. The password is in no row.
TEST(Socks, WithAPassword) {
  Conversation talk;
  talk.client("\5\2\0\2"s).server("\5\2"s).client("\1"s + vec8("user") + vec8("secret")).server("\1\0"s);
  talk.client("\5\1\0\3"s + vec8("a") + u16(80)).server(granted5).client(request).server(response).close();
  EXPECT_EQ(rows(talk), inside + "socks_requests version=5 command=connect host=a port=80 authentication=password reply=granted\n");
  EXPECT_EQ(rows_at_every_cut(talk).find("secret"), std::string::npos);
}

// Clients that are in a hurry send all they have at once.
TEST(Socks, WhatComesAheadOfTheReplyWaits) {
  Conversation talk;
  talk.client("\5\1\0"s + "\5\1\0\3"s + vec8("a") + u16(80) + request).server("\5\0"s + granted5).server(response).close();
  EXPECT_EQ(rows(talk), inside + "socks_requests version=5 command=connect host=a port=80 authentication=none reply=granted\n");
}

// The second reply says that somebody has come.
TEST(Socks, BindIsAnsweredTwice) {
  Conversation talk;
  talk.client("\5\1\0"s)
      .server("\5\0"s)
      .client("\5\2\0\1\xc6\x33\x64\2"s + u16(80))
      .server(granted5)
      .server(granted5 + response)
      .client(request)
      .close();
  EXPECT_EQ(layers(talk), "socks/http1");
}

TEST(Socks, WhatIsRefused) {
  Conversation talk;
  talk.client("\5\1\0"s).server("\5\0"s).client("\5\1\0\3"s + vec8("a") + u16(80)).server("\5\5\0\1\0\0\0\0\0\0"s).close();
  EXPECT_EQ(rows(talk), "socks_requests version=5 command=connect host=a port=80 authentication=none reply=connection_refused\n");
  Conversation old;
  old.client("\4\1"s + u16(80) + "\xc6\x33\x64\2\0"s).server("\0\x5b"s + std::string(6, '\0')).close();
  EXPECT_EQ(rows(old), "socks_requests version=4 command=connect host=198.51.100.2 port=80 authentication=NULL reply=rejected\n");
  EXPECT_EQ(layers(old), "socks");
  Conversation stranger;
  stranger.client("\5\1\2"s).server("\5\2"s).client("\1"s + vec8("user") + vec8("wrong")).server("\1\1"s).close();
  EXPECT_EQ(rows(stranger), "");
  EXPECT_EQ(layers(stranger), "socks");
  EXPECT_EQ(layers(Conversation().client("\5\1\0"s).server("\5\xff"s).close()), "socks");
}

TEST(Socks, WithoutAReply) {
  Conversation talk;
  talk.client("\5\1\0"s).server("\5\0"s).client("\5\1\0\3"s + vec8("a") + u16(80)).close();
  EXPECT_EQ(rows(talk), "socks_requests version=5 command=connect host=a port=80 authentication=none reply=NULL\n");
}

TEST(Socks, WhatDoesNotFitIsTold) {
  Conversation request_fits_not;
  request_fits_not.client("\5\1\0"s).server("\5\0"s).client("\5\7\0\1"s).server("?").close();
  EXPECT_EQ(rows(request_fits_not), "anomalies side=client offset=3 code=socks.malformed\n");
  EXPECT_EQ(layers(request_fits_not), "socks/unknown");
  Conversation reply_fits_not;
  reply_fits_not.client("\5\1\0"s).server("\5\0"s).client("\5\1\0\3"s + vec8("a") + u16(80)).server("HTTP/1.1 400 Bad Request\r\n").close();
  EXPECT_EQ(rows(reply_fits_not),
            "socks_requests version=5 command=connect host=a port=80 authentication=none reply=NULL\n"
            "anomalies side=server offset=2 code=socks.malformed\n");
}

// Both sides must say so: what merely begins like one of them is as unknown as ever, and what the other side says counts.
TEST(Socks, TwoBytesAreNotEnough) {
  for (const std::string& start :
       {"\4\1"s, "\4\1\0\x50\xc6\x33\x64\2\0"s, "\5\1\0"s, "\5\0\x0b\3"s, "\5\5\5\5\5\5\5\5"s, "\4\4\4\4\4\4\4\4\4"s}) {
    EXPECT_EQ(layers(Conversation().client(start).server("\x7f\1 something else").client("more of it").close()), "unknown") << start;
    EXPECT_EQ(layers(Conversation().client(start).close()), "unknown") << start;
    EXPECT_EQ(layers(Conversation().client(start).server(response).close()), "http1") << start;
    EXPECT_EQ(rows(Conversation().client(start).server("\x7f\1 something else").close()), "") << start;
  }
  EXPECT_EQ(layers(Conversation().client(request).server("\5\0"s).close()), "http1");
  EXPECT_EQ(layers(Conversation().client("\4\1\0\x50\xc6\x33\x64\2\0"s).server("\5\0"s).close()), "unknown") << "versions that differ";
  EXPECT_EQ(layers(Conversation().server("\5\1\0"s).client("\5\0"s).close()), "unknown") << "the client begins";
}

TEST(Socks, OnlyTheBeginningOfAConnectionIsOne) {
  EXPECT_EQ(layers(Conversation().midstream().client("\5\1\0"s).server("\5\0"s).client(request).server(response)), "http1");
  EXPECT_EQ(layers(Conversation().gap(Side::client, 10).client("\5\1\0"s).server("\5\0"s).client(request).server(response)), "http1");
}

}  // namespace
}  // namespace longwire::test
