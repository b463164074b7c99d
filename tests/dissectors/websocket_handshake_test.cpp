#include "dissectors/websocket_handshake.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace longwire {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
using Framing = WebSocketHandshake::Framing;

const Fields request{{"Upgrade", "websocket"}, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}, {"Sec-WebSocket-Version", "13"}};
const Fields response{{"Upgrade", "websocket"}, {"sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}};

WebSocketHandshake handshake(const Fields& of_request, const Fields& of_response) {
  WebSocketHandshake made;
  for (const auto& [name, value] : of_request) made.add_request_field(name, value);
  for (const auto& [name, value] : of_response) made.add_response_field(name, value);
  return made;
}

Fields with(Fields fields, std::string_view name, std::string_view value) {
  for (auto& [own_name, own_value] : fields) {
    if (own_name != name) continue;
    own_value = value;
    return fields;
  }
  fields.emplace_back(name, value);
  return fields;
}

// "code(detail) ...", of what is wrong.
std::string wrong(const WebSocketHandshake& made, bool keyed = true) {
  std::string all;
  made.check(keyed, [&](std::string_view code, std::string_view detail) {
    all.append(all.empty() ? "" : " ").append(code).append("(").append(detail).append(")");
  });
  return all;
}

// RFC 6455 section 1.3.
TEST(WebSocketHandshake, TheExampleOfTheStandard) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const WebSocketHandshake made =
      handshake(with(request, "Sec-WebSocket-Protocol", "chat, superchat"), with(response, "Sec-WebSocket-Protocol", "chat"));
  EXPECT_EQ(wrong(made), "");
  EXPECT_EQ(made.accept_valid().value, 1);
  EXPECT_EQ(made.version(), "13");
  EXPECT_EQ(made.offered_subprotocols(), "chat, superchat");
  EXPECT_EQ(made.subprotocol(), "chat");
  EXPECT_EQ(made.extensions().data(), nullptr);
  EXPECT_EQ(made.origin().data(), nullptr);
  EXPECT_FALSE(made.cookie());
}

TEST(WebSocketHandshake, KeyAndAcceptAreVerified) {
  EXPECT_EQ(wrong(handshake(request, with(response, "sec-websocket-accept", "wrong"))), "websocket.handshake.accept(wrong)");
  EXPECT_EQ(handshake(request, with(response, "sec-websocket-accept", "wrong")).accept_valid().value, 0);
  EXPECT_EQ(wrong(handshake(request, {})), "websocket.handshake.accept()");
  EXPECT_EQ(wrong(handshake(with(request, "Sec-WebSocket-Key", "c2hvcnQ="),
                            with(response, "sec-websocket-accept", websocket_accept("c2hvcnQ=")))),
            "websocket.handshake.key(c2hvcnQ=)");
  EXPECT_EQ(wrong(handshake({{"Sec-WebSocket-Version", "13"}}, response)), "websocket.handshake.key()");
}

TEST(WebSocketHandshake, OverHttp2ThereIsNoKey) {
  const WebSocketHandshake made =
      handshake({{"sec-websocket-version", "13"}, {"origin", "https://a.example"}, {"cookie", "a=b"}}, {{"server", "x"}});
  EXPECT_EQ(wrong(made, false), "");
  EXPECT_TRUE(made.accept_valid().is_null());
  EXPECT_EQ(made.origin(), "https://a.example");
  EXPECT_TRUE(made.cookie());
}

TEST(WebSocketHandshake, WithoutItsRequestLittleCanBeWrong) {
  const WebSocketHandshake made =
      handshake({}, with(with(response, "Sec-WebSocket-Protocol", "chat"), "Sec-WebSocket-Extensions", "permessage-deflate"));
  EXPECT_EQ(wrong(made), "");
  EXPECT_TRUE(made.accept_valid().is_null());
  EXPECT_FALSE(made.request_seen());
  EXPECT_TRUE(made.deflate());
}

TEST(WebSocketHandshake, WhatIsChosenMustHaveBeenOffered) {
  EXPECT_EQ(wrong(handshake(request, with(response, "Sec-WebSocket-Protocol", "chat"))), "websocket.handshake.subprotocol(chat)");
  const Fields offering = with(request, "Sec-WebSocket-Protocol", "a, b");
  EXPECT_EQ(wrong(handshake(offering, with(response, "Sec-WebSocket-Protocol", "B"))), "websocket.handshake.subprotocol(B)");
  EXPECT_EQ(wrong(handshake(offering, with(response, "Sec-WebSocket-Protocol", "a, b"))), "websocket.handshake.subprotocol(a, b)");
  EXPECT_EQ(wrong(handshake(offering, response)), "") << "none is chosen";
  EXPECT_EQ(wrong(handshake(request, with(response, "Sec-WebSocket-Extensions", "permessage-deflate"))),
            "websocket.handshake.extension(permessage-deflate)");
}

TEST(WebSocketHandshake, LinesOfOneNameAreOneList) {
  Fields offering = request;
  offering.emplace_back("Sec-WebSocket-Protocol", "a");
  offering.emplace_back("Sec-WebSocket-Protocol", "b");
  offering.emplace_back("Sec-WebSocket-Extensions", "x-other");
  offering.emplace_back("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
  const WebSocketHandshake made =
      handshake(offering, with(with(response, "Sec-WebSocket-Protocol", "b"), "Sec-WebSocket-Extensions", "Permessage-Deflate"));
  EXPECT_EQ(wrong(made), "");
  EXPECT_EQ(made.offered_subprotocols(), "a, b");
  EXPECT_TRUE(made.deflate());
}

// RFC 7692 section 7.1.
TEST(WebSocketHandshake, ParametersOfPermessageDeflate) {
  const Fields offering = with(request, "Sec-WebSocket-Extensions", "permessage-deflate");
  const auto answered = [&](std::string_view extensions) {
    return handshake(offering, with(response, "Sec-WebSocket-Extensions", extensions));
  };
  const auto plain = answered("permessage-deflate; server_max_window_bits=10; client_max_window_bits=\"15\"").deflate();
  EXPECT_TRUE(plain && plain->client_takeover && plain->server_takeover);
  const auto client = answered("permessage-deflate; client_no_context_takeover").deflate();
  EXPECT_TRUE(client && !client->client_takeover && client->server_takeover);
  const auto server = answered("permessage-deflate;server_no_context_takeover").deflate();
  EXPECT_TRUE(server && server->client_takeover && !server->server_takeover);
  EXPECT_EQ(wrong(answered("permessage-deflate; server_max_window_bits=10")), "");
  for (const char* odd : {"permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=7",
                          "permessage-deflate; client_max_window_bits=16", "permessage-deflate; client_max_window_bits=010",
                          "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; unknown",
                          "permessage-deflate; client_no_context_takeover; client_no_context_takeover"}) {
    EXPECT_EQ(wrong(answered(odd)), "websocket.handshake.extension(" + std::string(odd) + ")");
    EXPECT_TRUE(answered(odd).deflate()) << odd;
  }
}

// RFC 7692 sections 7.1.1 and 7.1.2: the answer accepts one of the offers as it is, or asks less of the server's peer.
TEST(WebSocketHandshake, AnAnswerOfPermessageDeflateFitsAnOffer) {
  const auto told = [](std::string_view offers, std::string_view answer) {
    return wrong(handshake(with(request, "Sec-WebSocket-Extensions", offers), with(response, "Sec-WebSocket-Extensions", answer)));
  };
  for (const auto& [offers, answer] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"permessage-deflate", "permessage-deflate; server_max_window_bits=9; server_no_context_takeover; client_no_context_takeover"},
           {"permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=15"},
           {"permessage-deflate; client_max_window_bits=12", "permessage-deflate; client_max_window_bits=12"},
           {"permessage-deflate; server_max_window_bits=12", "permessage-deflate; server_max_window_bits=11"},
           {"permessage-deflate; server_no_context_takeover, permessage-deflate", "permessage-deflate"},
       })
    EXPECT_EQ(told(offers, answer), "") << offers;
  for (const auto& [offers, answer] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"permessage-deflate", "permessage-deflate; client_max_window_bits=10"},
           {"permessage-deflate; client_max_window_bits=9", "permessage-deflate; client_max_window_bits=10"},
           {"permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=12"},
           {"permessage-deflate; server_max_window_bits=10", "permessage-deflate"},
           {"permessage-deflate; server_no_context_takeover", "permessage-deflate"},
           {"permessage-deflate; unknown", "permessage-deflate"},
       })
    EXPECT_EQ(told(offers, answer), "websocket.handshake.extension(" + std::string(answer) + ")") << offers;
  EXPECT_EQ(told("permessage-deflate", "permessage-deflate, permessage-deflate"), "websocket.handshake.extension(permessage-deflate)");
}

TEST(WebSocketHandshake, OtherExtensionsAreNamed) {
  const Fields offering = with(request, "Sec-WebSocket-Extensions", "x-webkit-deflate-frame");
  const WebSocketHandshake made = handshake(offering, with(response, "Sec-WebSocket-Extensions", "x-webkit-deflate-frame"));
  EXPECT_EQ(wrong(made), "");
  EXPECT_FALSE(made.deflate());
  EXPECT_TRUE(made.extended_otherwise());
  EXPECT_FALSE(handshake(request, response).extended_otherwise());
}

TEST(WebSocketHandshake, VersionsThatWereNeverGiven) {
  EXPECT_EQ(wrong(handshake(with(request, "Sec-WebSocket-Version", "14"), response)), "websocket.handshake.version(14)");
  EXPECT_EQ(wrong(handshake(with(request, "Sec-WebSocket-Version", "thirteen"), response)), "websocket.handshake.version(thirteen)");
  EXPECT_EQ(wrong(handshake({{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}, response)), "websocket.handshake.version()");
}

// draft-ietf-hybi-thewebsocketprotocol-07 to -17 have the frames of the standard.
TEST(WebSocketHandshake, LateDraftsAreReadLikeTheStandard) {
  for (const char* version : {"7", "8"}) {
    const WebSocketHandshake made =
        handshake(with(with(request, "Sec-WebSocket-Version", version), "Sec-WebSocket-Origin", "http://a"), response);
    EXPECT_EQ(wrong(made), "");
    EXPECT_EQ(made.framing(), Framing::rfc6455);
    EXPECT_EQ(made.version(), version);
    EXPECT_EQ(made.origin(), "http://a");
  }
}

TEST(WebSocketHandshake, EarlyDraftsAreNamed) {
  for (const char* version : {"4", "5", "6"})
    EXPECT_EQ(handshake(with(request, "Sec-WebSocket-Version", version), response).framing(), Framing::unknown);
  // draft-hixie-thewebsocketprotocol-76, the same as draft-ietf-hybi-thewebsocketprotocol-00
  const WebSocketHandshake later = handshake({{"Sec-WebSocket-Key1", "4 @1  46546xW%0l 1 5"},
                                              {"Sec-WebSocket-Key2", "12998 5 Y3 1  .P00"},
                                              {"Sec-WebSocket-Protocol", "sample"},
                                              {"Origin", "http://example.com"}},
                                             {{"Sec-WebSocket-Origin", "http://example.com"},
                                              {"Sec-WebSocket-Location", "ws://example.com/demo"},
                                              {"Sec-WebSocket-Protocol", "sample"}});
  EXPECT_EQ(wrong(later), "");
  EXPECT_EQ(later.version(), "hixie-76");
  EXPECT_EQ(later.framing(), Framing::hixie);
  EXPECT_EQ(later.origin(), "http://example.com");
  // draft-hixie-thewebsocketprotocol-75
  const WebSocketHandshake earlier = handshake(
      {{"Upgrade", "WebSocket"}, {"Origin", "http://example.com"}, {"WebSocket-Protocol", "sample"}},
      {{"WebSocket-Origin", "http://example.com"}, {"WebSocket-Location", "ws://example.com/demo"}, {"WebSocket-Protocol", "sample"}});
  EXPECT_EQ(wrong(earlier), "");
  EXPECT_EQ(earlier.version(), "hixie-75");
  EXPECT_EQ(earlier.framing(), Framing::hixie);
  EXPECT_EQ(handshake(request, with(response, "Sec-WebSocket-Location", "ws://a/")).framing(), Framing::rfc6455)
      << "left over in some servers";
}

}  // namespace
}  // namespace longwire
