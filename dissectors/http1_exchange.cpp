#include "dissectors/http1_exchange.h"

#include <algorithm>

#include "dissectors/header_json.h"

namespace longwire {
namespace {

// scheme "://" authority, by RFC 3986 section 3; the length of the part before the authority, 0 = not absolute-form.
std::size_t before_authority(std::string_view target) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos || colon == 0) return 0;
  const bool scheme = std::all_of(target.begin(), target.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  return scheme ? colon + 3 : 0;
}

}  // namespace

void Http1Exchange::read_target(std::string_view target, std::string_view host) {
  if (host.data() != nullptr) authority = keep(host);
  if (target.data() == nullptr) return;
  if (connect && !target.starts_with('/')) {  // authority-form
    const std::string_view place = target.substr(0, target.find_first_of(" \t"));
    authority = keep(place.substr(place.find_last_of('@') + 1));
    return;
  }
  const std::size_t start = target.starts_with('/') ? 0 : before_authority(target);
  if (start == 0) {  // origin-form, asterisk-form
    path = keep(target);
    return;
  }
  scheme = keep(target.substr(0, start - std::string_view("://").size()));
  const std::size_t end = std::min(target.find_first_of("/?#", start), target.size());
  const std::string_view whole = target.substr(start, end - start);
  authority = keep(whole.substr(whole.find_last_of('@') + 1));  // a name and password before it stay out of the database
  path = keep(target.substr(end));
}

Http1Exchange::Piece Http1Exchange::keep_header(Side side, FieldLines& lines, const DissectOptions& options, Http1Fields& fields,
                                                Oddities& oddities) {
  const auto begin = static_cast<std::uint32_t>(text.size());
  HeaderJson json(text, options.secrets);
  for (Field field; lines.next(field);) {
    json.add(field.name, field.value);
    fields.read(field, oddities);
    semantics.read(side, field.name, field.value);
  }
  json.finish();
  return {begin, static_cast<std::uint32_t>(text.size() - begin)};
}

Http1Exchange::Piece Http1Exchange::keep_trailers(FieldLines& lines, const DissectOptions& options) {
  const auto begin = static_cast<std::uint32_t>(text.size());
  HeaderJson json(text, options.secrets);
  for (Field field; lines.next(field);) json.add(field.name, field.value);
  json.finish();
  return {begin, static_cast<std::uint32_t>(text.size() - begin)};
}

Time Http1Exchange::end_time() const {
  return std::max(request.seen ? request.last.time : 0, response.seen ? response.last.time : 0);
}

Integer Http1Exchange::persistent() const {
  if (simple || until_close || upgraded_to.begin != Piece::null) return 0;
  if ((request.seen && !request.wants_to_last()) || (response.seen && !response.wants_to_last())) return 0;
  return request.seen && response.seen ? Integer(1) : Integer();
}

HttpExchangeRow Http1Exchange::row(Context& context, Integer previous_end) const {
  HttpExchangeRow row = HttpExchange::row(request, response, context);
  const bool told = request.seen && request.version != Http1Message::no_version;
  if (told || response.seen) row.version = (told ? request : response).version.text();
  if (row.scheme.data() == nullptr) row.scheme = context.secure() ? "https" : "http";
  if (request.seen) {
    if (!previous_end.is_null()) row.idle_before_ns = std::max<Time>(0, request.first.time - previous_end.value);
    row.request_body_bytes = request.body.content_bytes();
  }
  if (response.seen) {
    row.response_body_bytes = response.body.content_bytes();
    row.response_decoded_bytes = response.body.decoded_bytes();
    if (keep_alive_timeout_s >= 0) row.keep_alive_timeout_s = keep_alive_timeout_s;
    if (keep_alive_max >= 0) row.keep_alive_max = keep_alive_max;
  }
  row.persistent = persistent();
  return row;
}

void Http1Exchange::add_row(Context& context, Integer previous_end) const {
  HttpExchangeRow exchange = row(context, previous_end);
  semantics.add_rows(exchange, context);
  context.rows().add(exchange);
}

}  // namespace longwire
