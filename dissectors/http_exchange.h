// What every version of HTTP knows of an exchange, from the first byte of its request to the row.
//
// Part of the version's own exchange, and only while that is open. All its text stands in one buffer: the row batch that
// will take it is not known before the last byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/context.h"
#include "dissectors/http_semantics.h"
#include "dissectors/rows/http.h"

namespace longwire {

// A request, or a final response.
struct HttpMessage {
  // A part of the exchange's text.
  struct Piece {
    static constexpr std::uint32_t null = 0xffffffff;
    std::uint32_t begin = null, size = 0;
  };

  bool seen = false;     // its first header section was read
  bool over = false;     // nothing more of it will come
  bool whole = false;    // over, and every byte was seen
  bool limited = false;  // a limit was reached
  Stamp first, last;     // packets of its first byte, and of the last one seen
  Piece fields, trailers;
};

struct HttpExchange {
  using Piece = HttpMessage::Piece;

  static constexpr std::uint16_t no_status = 0xffff;
  // Bytes: the fields of most exchanges fit without growing, and the C library has pieces up to 1032 bytes at hand.
  static constexpr std::size_t usual_text = 1000;

  std::int64_t id = 0;
  std::uint64_t ordinal = 0;
  Piece method, scheme, authority, path, reason, upgraded_to;
  std::string text;                  // where all Pieces point into
  HttpSemantics semantics;           // what the header fields of both messages mean; its rows are made with the exchange's own
  std::string interim_statuses;      // JSON array without its end; empty = none
  std::uint16_t status = no_status;  // 000 to 999
  bool midstream = false;            // requests before it may have been lost, or its own beginning was
  bool limited = false;              // a limit parted its request from its response

  std::string_view view(Piece piece) const {
    return piece.begin == Piece::null ? std::string_view{} : std::string_view(text).substr(piece.begin, piece.size);
  }

  // Keep `bytes` as the text of a column.
  Piece keep(std::string_view bytes);
  // Keep `bytes` as they are: for a later look, or because they are UTF-8.
  Piece keep_as_sent(std::string_view bytes);
  void add_interim(std::uint16_t interim_status);

  // The columns that tell the same in every version. What depends on the version: version, stream_id, the bodies' sizes,
  // idle_before_ns, persistent, keep_alive_..., pushed.
  HttpExchangeRow row(const HttpMessage& request, const HttpMessage& response, Context& context) const;
};

}  // namespace longwire
