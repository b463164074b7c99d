// Rows about HTTP, whatever its version.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct HttpExchangeRow {
  Integer id, connection_id, stream_id, ordinal;
  Text version;
  Integer idle_before_ns;
  Text method, scheme, authority, path, request_headers, response_headers, request_trailers, response_trailers;
  Integer request_body_bytes, response_body_bytes, response_decoded_bytes, status;
  Text reason, interim_statuses;
  Integer request_start_ns, request_end_ns, response_start_ns, response_end_ns;
  Integer request_first_frame, request_last_frame, response_first_frame, response_last_frame;
  Integer persistent, keep_alive_timeout_s, keep_alive_max;
  Text upgraded_to;
  Integer pushed, complete, midstream, limited, near_loss;

  static constexpr TableInfo table{"http_exchanges", "one HTTP request and its final response, or what was seen of them"};
  static constexpr Column<HttpExchangeRow> columns[] = {
      column("id", &HttpExchangeRow::id, "set-wide number of the packet it began in times 1000, plus 0, 1 ... within the packet",
             primary_key),
      column("connection_id", &HttpExchangeRow::connection_id, "the connection, index http_exchanges_narrow", references("connections")),
      column("stream_id", &HttpExchangeRow::stream_id, "HTTP/2 or SPDY stream; NULL for HTTP/1"),
      column("ordinal", &HttpExchangeRow::ordinal, "1, 2 ... on its connection: above 1 means the connection was reused"),
      column("version", &HttpExchangeRow::version,
             "0.9, 1.0, 1.1, 2, spdy/3.1: of the request, else of the response; 2 of a request that asked for h2c and got it"),
      column("idle_before_ns", &HttpExchangeRow::idle_before_ns,
             "end of the previous exchange to the first byte of this request; NULL for the first; 0 where pipelined"),
      column("method", &HttpExchangeRow::method, "as sent; NULL = the request was not seen"),
      column("scheme", &HttpExchangeRow::scheme, "of an absolute-form target, or the pseudo-header field, as sent; else http or https"),
      column("authority", &HttpExchangeRow::authority,
             "of an absolute-form or authority-form target, or the pseudo-header field, else the Host field; without a user's name"),
      column("path", &HttpExchangeRow::path, "path and query as sent; `*` for asterisk-form; NULL for authority-form"),
      column(
          "request_headers", &HttpExchangeRow::request_headers,
          "JSON array of [name, value], order, case and repetition as sent; secrets as tokens; null = compressed with what was not seen"),
      column("response_headers", &HttpExchangeRow::response_headers, "likewise, of the final response"),
      column("request_trailers", &HttpExchangeRow::request_trailers, "likewise; NULL = none"),
      column("response_trailers", &HttpExchangeRow::response_trailers, "likewise; NULL = none"),
      column("request_body_bytes", &HttpExchangeRow::request_body_bytes, "content, transfer coding taken off (RFC 9110 section 6.4)"),
      column("response_body_bytes", &HttpExchangeRow::response_body_bytes,
             "content, transfer coding taken off; bytes missing in a hole not counted"),
      column("response_decoded_bytes", &HttpExchangeRow::response_decoded_bytes,
             "content after content coding; NULL = unknown coding, or not decodable"),
      column("status", &HttpExchangeRow::status, "of the final response; NULL = not seen"),
      column("reason", &HttpExchangeRow::reason, "reason phrase as sent"),
      column("interim_statuses", &HttpExchangeRow::interim_statuses, "1xx responses before the final one, JSON array; NULL = none"),
      column("request_start_ns", &HttpExchangeRow::request_start_ns, "packet of the request's first byte"),
      column("request_end_ns", &HttpExchangeRow::request_end_ns, "packet of the request's last byte"),
      column("response_start_ns", &HttpExchangeRow::response_start_ns, "packet of the final response's first byte"),
      column("response_end_ns", &HttpExchangeRow::response_end_ns, "packet of the final response's last byte"),
      column("request_first_frame", &HttpExchangeRow::request_first_frame, "frame of the request's first byte"),
      column("request_last_frame", &HttpExchangeRow::request_last_frame, "frame of the request's last byte"),
      column("response_first_frame", &HttpExchangeRow::response_first_frame, "frame of the final response's first byte"),
      column("response_last_frame", &HttpExchangeRow::response_last_frame, "frame of the final response's last byte"),
      column("persistent", &HttpExchangeRow::persistent,
             "1 = the connection may be used again after it (RFC 9112 section 9.3; HTTP/2: no GOAWAY so far); NULL = cannot be told"),
      column("keep_alive_timeout_s", &HttpExchangeRow::keep_alive_timeout_s, "Keep-Alive: timeout= of the response, seconds"),
      column("keep_alive_max", &HttpExchangeRow::keep_alive_max, "Keep-Alive: max= of the response, requests"),
      column("upgraded_to", &HttpExchangeRow::upgraded_to,
             "101: the protocol it changed to; CONNECT 2xx: tunnel, or its :protocol (RFC 8441)"),
      column("pushed", &HttpExchangeRow::pushed, "1 = promised by the server (HTTP/2, SPDY)"),
      column("complete", &HttpExchangeRow::complete, "1 = request and response were seen from first to last byte"),
      column("midstream", &HttpExchangeRow::midstream, "1 = it began before the capture, or behind a hole"),
      column("limited", &HttpExchangeRow::limited, "1 = a limit was reached"),
      column("near_loss", &HttpExchangeRow::near_loss, "1 = live: packets of its connection came while others were dropped; else NULL")};
};

}  // namespace longwire
