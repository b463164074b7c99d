#include "dissectors/http_exchange.h"

#include "dissectors/wire_text.h"

namespace longwire {

HttpExchange::Piece HttpExchange::keep(std::string_view bytes) {
  if (text.capacity() < usual_text) text.reserve(usual_text);
  const auto begin = static_cast<std::uint32_t>(text.size());
  append_as_utf8(text, bytes);
  return {begin, static_cast<std::uint32_t>(text.size() - begin)};
}

HttpExchange::Piece HttpExchange::keep_as_sent(std::string_view bytes) {
  const auto begin = static_cast<std::uint32_t>(text.size());
  text += bytes;
  return {begin, static_cast<std::uint32_t>(bytes.size())};
}

void HttpExchange::add_interim(std::uint16_t interim_status) {
  interim_statuses += interim_statuses.empty() ? '[' : ',';
  interim_statuses += std::to_string(interim_status);
}

HttpExchangeRow HttpExchange::row(const HttpMessage& request, const HttpMessage& response, Context& context) const {
  HttpExchangeRow row;
  const Text all = context.text(text);
  const auto column = [&](Piece piece) { return piece.begin == Piece::null ? Text{} : all.substr(piece.begin, piece.size); };

  row.id = id;
  row.connection_id = context.connection.id;
  row.ordinal = ordinal;
  row.scheme = column(scheme);
  row.method = column(method);
  row.authority = column(authority);
  row.path = column(path);
  if (request.seen) {
    row.request_headers = column(request.fields);
    row.request_trailers = column(request.trailers);
    row.request_start_ns = request.first.time;
    row.request_end_ns = request.last.time;
    row.request_first_frame = request.first.frame;
    row.request_last_frame = request.last.frame;
  }
  if (response.seen) {
    if (status != no_status) row.status = status;
    row.reason = column(reason);
    row.response_headers = column(response.fields);
    row.response_trailers = column(response.trailers);
    row.response_start_ns = response.first.time;
    row.response_end_ns = response.last.time;
    row.response_first_frame = response.first.frame;
    row.response_last_frame = response.last.frame;
  }
  if (!interim_statuses.empty()) row.interim_statuses = context.text(interim_statuses + ']');
  row.upgraded_to = column(upgraded_to);
  row.pushed = 0;
  row.complete = request.whole && response.whole;
  row.midstream = midstream;
  row.limited = limited || request.limited || response.limited;
  if (context.connection.lost_since((request.seen ? request : response).first.number)) row.near_loss = 1;
  return row;
}

}  // namespace longwire
