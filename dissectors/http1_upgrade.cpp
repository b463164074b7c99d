#include "dissectors/http1_upgrade.h"

#include <algorithm>
#include <string>
#include <utility>

#include "dissectors/detector.h"
#include "dissectors/http1_message.h"
#include "dissectors/http2.h"
#include "dissectors/opaque.h"
#include "dissectors/websocket.h"

namespace longwire {

namespace {

// The client's SETTINGS payload in base64url (RFC 7540 section 3.2.1); what stands before a character that is none counts.
std::string read_http2_settings(std::string_view request_fields) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string payload;
  std::uint32_t bits = 0;
  unsigned count = 0;
  Oddities told_before;
  FieldLines lines(request_fields, told_before);
  Field field;
  while (lines.next(field) && !equal_ignoring_case(field.name, "http2-settings")) field = {};
  for (const char c : field.value) {
    const std::size_t six = alphabet.find(c);
    if (six == std::string_view::npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(six);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    payload += static_cast<char>(bits >> count & 0xff);
  }
  return payload;
}

// The exchange goes on: stream 1 answers it, the 101 was an interim response.
std::unique_ptr<Dissector> go_on_as_http2(const Http1Upgrade& upgrade) {
  Http2Upgrade on;
  on.exchange = upgrade.exchange;
  on.exchange.add_interim(101);
  on.exchange.status = HttpExchange::no_status;
  on.exchange.reason = {};
  on.exchange.upgraded_to = on.exchange.keep(upgrade.protocol);
  on.request = upgrade.exchange.request;
  on.request_body_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, upgrade.exchange.request.body.content_bytes().value));
  on.head = upgrade.exchange.method_seen() == "HEAD";
  if (on.request.seen && !upgrade.previous_end.is_null()) {
    on.idle_before = std::max<Time>(0, on.request.first.time - upgrade.previous_end.value);
  }
  on.settings = read_http2_settings(upgrade.request_fields);
  return make_http2(std::move(on));
}

std::unique_ptr<Dissector> websocket_behind(const Http1Upgrade& upgrade, Context& context) {
  WebSocketOpening opening{upgrade.exchange.id, {}, upgrade.exchange.response.last, {}};
  Oddities told_before;
  Field field;
  for (FieldLines lines(upgrade.request_fields, told_before); lines.next(field);)
    opening.handshake.add_request_field(field.name, field.value);
  for (FieldLines lines(upgrade.response_fields, told_before); lines.next(field);)
    opening.handshake.add_response_field(field.name, field.value);
  return make_websocket(std::move(opening), as_bytes(upgrade.response_fields), context);
}

}  // namespace

Http1Successor reader_behind(const Http1Upgrade& upgrade, Context& context) {
  if (upgrade.tunnel) return {make_detector()};
  if (equal_ignoring_case(upgrade.protocol, "websocket")) return {websocket_behind(upgrade, context)};
  if (equal_ignoring_case(upgrade.protocol, "h2c")) return {go_on_as_http2(upgrade), true};
  return {make_opaque("upgraded")};
}

}  // namespace longwire
