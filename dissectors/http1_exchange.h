// What is known of one HTTP/1.x exchange, from the first byte of its request to the row.
//
// Owned by its connection's Http1, and only while it is open.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/http1_body_reader.h"
#include "dissectors/http1_fields.h"
#include "dissectors/http1_message.h"
#include "dissectors/http_exchange.h"

namespace longwire {

struct Http1Message : HttpMessage {
  static constexpr HttpVersion no_version{0, 0};  // of a message that should have one

  bool close = false, keep_alive = false;
  HttpVersion version;
  Http1BodyReader body;

  // Nothing more of it comes; `to_the_end`: its last byte was there.
  void finish(bool to_the_end) {
    over = true;
    whole = to_the_end && !body.holed();
  }
  // HTTP/1.1 lasts unless told, HTTP/1.0 only when told (RFC 9112 section 9.3).
  bool wants_to_last() const { return !close && (version >= HttpVersion{1, 1} || keep_alive); }
};

struct Http1Exchange : HttpExchange {
  Http1Message request, response;
  Piece upgrade_fields;  // the request's field lines as sent, where it asks for another protocol
  std::int64_t keep_alive_timeout_s = -1, keep_alive_max = -1;
  bool simple = false;  // HTTP/0.9
  bool connect = false;
  bool upgrade = false;  // asks for another protocol
  bool expects_continue = false;
  bool behind_hole = false;  // requests before it may have been lost
  bool until_close = false;  // its response lasts until close

  // The method, as far as it changes what a response means; empty where the request was not seen.
  std::string_view method_seen() const { return request.seen ? view(method) : std::string_view{}; }
  // True where the connection may speak something else behind this request, and no response has decided that yet.
  bool undecided() const { return request.seen && (connect || upgrade) && !response.over && !response.seen; }
  bool over() const { return request.over && response.over; }
  std::uint64_t memory() const {
    return sizeof *this + text.capacity() + semantics.held_memory() + interim_statuses.capacity() + request.body.held_memory() +
           response.body.held_memory();
  }

  // Splits a request target (null = not known) by its form (RFC 9112 section 3.2) into authority, path and scheme.
  void read_target(std::string_view target, std::string_view host);
  // Keeps the field lines of a header section of this side as JSON, and tells `fields` and `semantics` of them.
  Piece keep_header(Side side, FieldLines& lines, const DissectOptions& options, Http1Fields& fields, Oddities& oddities);
  // Keeps those of a trailer section.
  Piece keep_trailers(FieldLines& lines, const DissectOptions& options);
  // Later of the last bytes seen.
  Time end_time() const;

  // `previous_end`: end_time() of the exchange before; NULL = there was none. Without what the header fields mean.
  HttpExchangeRow row(Context& context, Integer previous_end) const;
  // That with all that belongs to it.
  void add_row(Context& context, Integer previous_end) const;

 private:
  Integer persistent() const;
};

}  // namespace longwire
