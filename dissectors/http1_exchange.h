// What is known of one HTTP/1.x exchange, from the first byte of its request to the row.
//
// Owned by its connection's Http1, and only while it is open. All its text stands in one buffer: the row batch that will
// take it is not known before the last byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/context.h"
#include "dissectors/http1_body_reader.h"
#include "dissectors/http1_fields.h"
#include "dissectors/http1_message.h"

namespace longwire {

// A request, or a final response.
struct Http1Message {
  // A part of the exchange's text.
  struct Piece {
    static constexpr std::uint32_t null = 0xffffffff;
    std::uint32_t begin = null, size = 0;
  };

  static constexpr HttpVersion no_version{0, 0};  // of a message that should have one

  bool seen = false;     // its start line was read
  bool over = false;     // nothing more of it will come
  bool whole = false;    // over, and every byte was seen
  bool limited = false;  // a limit was reached
  bool close = false, keep_alive = false;
  HttpVersion version;
  Stamp first, last;  // packets of its first byte, and of the last one seen
  Piece fields, trailers;
  Http1BodyReader body;

  // Nothing more of it comes; `to_the_end`: its last byte was there.
  void finish(bool to_the_end) {
    over = true;
    whole = to_the_end && !body.holed();
  }
  // HTTP/1.1 lasts unless told, HTTP/1.0 only when told (RFC 9112 section 9.3).
  bool wants_to_last() const { return !close && (version >= HttpVersion{1, 1} || keep_alive); }
};

struct Http1Exchange {
  using Piece = Http1Message::Piece;

  std::int64_t id = 0;
  std::uint64_t ordinal = 0;
  Http1Message request, response;
  Piece method, scheme, authority, path, reason, upgraded_to;
  Piece upgrade_fields;          // the request's field lines as sent, where it asks for another protocol
  std::string text;              // where all Pieces point into
  std::string interim_statuses;  // JSON array without its end; empty = none
  std::int64_t keep_alive_timeout_s = -1, keep_alive_max = -1;
  std::uint16_t status = 0;
  bool simple = false;  // HTTP/0.9
  bool connect = false;
  bool upgrade = false;  // asks for another protocol
  bool expects_continue = false;
  bool behind_hole = false;  // requests before it may have been lost
  bool midstream = false;    // likewise, or its own beginning was
  bool until_close = false;  // its response lasts until close
  bool limited = false;      // a limit parted its request from its response

  std::string_view view(Piece piece) const {
    return piece.begin == Piece::null ? std::string_view{} : std::string_view(text).substr(piece.begin, piece.size);
  }
  // The method, as far as it changes what a response means; empty where the request was not seen.
  std::string_view method_seen() const { return request.seen ? view(method) : std::string_view{}; }
  // True where the connection may speak something else behind this request, and no response has decided that yet.
  bool undecided() const { return request.seen && (connect || upgrade) && !response.over && !response.seen; }
  bool over() const { return request.over && response.over; }
  std::uint64_t memory() const {
    return sizeof *this + text.capacity() + interim_statuses.capacity() + request.body.held_memory() + response.body.held_memory();
  }

  // Keep `bytes` as the text of a column.
  Piece keep(std::string_view bytes);
  // Keep `bytes` for a later look; they are no column's.
  Piece keep_as_sent(std::string_view bytes);
  // Splits a request target by its form (RFC 9112 section 3.2) into authority, path and scheme.
  void read_target(std::string_view target, std::string_view host);
  // Keeps the field lines of a section as JSON, and gives them to `fields` where it is not null.
  Piece keep_fields(FieldLines& lines, const DissectOptions& options, Http1Fields* fields, Oddities& oddities);
  void add_interim(std::uint16_t interim_status);
  // Later of the last bytes seen.
  Time end_time() const;

  // `previous_end`: end_time() of the exchange before; NULL = there was none.
  void add_row(Context& context, Integer previous_end) const;

 private:
  Integer persistent() const;
};

}  // namespace longwire
