#include "dissectors/http1_exchange.h"

#include <algorithm>

#include "dissectors/header_json.h"

namespace longwire {
namespace {

constexpr std::size_t usual_text = 1500;  // bytes; most exchanges' fields fit without growing

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

Http1Exchange::Piece Http1Exchange::keep(std::string_view bytes) {
  if (text.capacity() < usual_text) text.reserve(usual_text);
  const auto begin = static_cast<std::uint32_t>(text.size());
  append_as_utf8(text, bytes);
  return {begin, static_cast<std::uint32_t>(text.size() - begin)};
}

Http1Exchange::Piece Http1Exchange::keep_as_sent(std::string_view bytes) {
  const auto begin = static_cast<std::uint32_t>(text.size());
  text += bytes;
  return {begin, static_cast<std::uint32_t>(bytes.size())};
}

void Http1Exchange::read_target(std::string_view target, std::string_view host) {
  if (host.data() != nullptr) authority = keep(host);
  if (connect && !target.starts_with('/')) {  // authority-form
    authority = keep(target.substr(0, target.find_first_of(" \t")));
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

Http1Exchange::Piece Http1Exchange::keep_fields(FieldLines& lines, const DissectOptions& options, Http1Fields* fields, Oddities& oddities) {
  const auto begin = static_cast<std::uint32_t>(text.size());
  HeaderJson json(text, options.secrets);
  for (Field field; lines.next(field);) {
    json.add(field.name, field.value);
    if (fields != nullptr) fields->read(field, oddities);
  }
  json.finish();
  return {begin, static_cast<std::uint32_t>(text.size() - begin)};
}

void Http1Exchange::add_interim(std::uint16_t interim_status) {
  interim_statuses += interim_statuses.empty() ? '[' : ',';
  interim_statuses += std::to_string(interim_status);
}

Time Http1Exchange::end_time() const {
  return std::max(request.seen ? request.last.time : 0, response.seen ? response.last.time : 0);
}

Integer Http1Exchange::persistent() const {
  if (simple || until_close || upgraded_to.begin != Piece::null) return 0;
  if ((request.seen && !request.wants_to_last()) || (response.seen && !response.wants_to_last())) return 0;
  return request.seen && response.seen ? Integer(1) : Integer();
}

void Http1Exchange::add_row(Context& context, Integer previous_end) const {
  HttpExchangeRow row;
  const Text all = context.text(text);
  const auto column = [&](Piece piece) { return piece.begin == Piece::null ? Text{} : all.substr(piece.begin, piece.size); };

  row.id = id;
  row.connection_id = context.connection.id;
  row.ordinal = ordinal;
  const bool told = request.seen && request.version != Http1Message::no_version;
  if (told || response.seen) row.version = (told ? request : response).version.text();
  row.scheme = scheme.begin == Piece::null ? Text("http") : column(scheme);
  row.method = column(method);
  row.authority = column(authority);
  row.path = column(path);
  if (request.seen) {
    if (!previous_end.is_null()) row.idle_before_ns = std::max<Time>(0, request.first.time - previous_end.value);
    row.request_headers = column(request.fields);
    row.request_trailers = column(request.trailers);
    row.request_body_bytes = request.body.content_bytes();
    row.request_start_ns = request.first.time;
    row.request_end_ns = request.last.time;
    row.request_first_frame = request.first.frame;
    row.request_last_frame = request.last.frame;
  }
  if (response.seen) {
    if (!simple) {
      row.status = status;
      row.reason = column(reason);
    }
    row.response_headers = column(response.fields);
    row.response_trailers = column(response.trailers);
    row.response_body_bytes = response.body.content_bytes();
    row.response_decoded_bytes = response.body.decoded_bytes();
    row.response_start_ns = response.first.time;
    row.response_end_ns = response.last.time;
    row.response_first_frame = response.first.frame;
    row.response_last_frame = response.last.frame;
    if (keep_alive_timeout_s >= 0) row.keep_alive_timeout_s = keep_alive_timeout_s;
    if (keep_alive_max >= 0) row.keep_alive_max = keep_alive_max;
  }
  if (!interim_statuses.empty()) row.interim_statuses = context.text(interim_statuses + ']');
  row.persistent = persistent();
  row.upgraded_to = column(upgraded_to);
  row.pushed = 0;
  row.complete = request.whole && response.whole;
  row.midstream = midstream;
  row.limited = limited || request.limited || response.limited;
  context.rows().add(row);
}

}  // namespace longwire
