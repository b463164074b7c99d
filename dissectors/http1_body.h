// Where a message's body ends: its length by RFC 9112 section 6.3, and the chunked transfer coding (section 7.1).
#pragma once

#include <cstdint>
#include <string_view>

#include "capture/bytes.h"
#include "dissectors/http1_fields.h"

namespace longwire {

struct BodyLength {
  enum class Kind : std::uint8_t {
    none,
    counted,      // `bytes` follow
    chunked,      // chunks follow, and a trailer section
    until_close,  // everything until the side ends
    tunnel,       // what follows is not HTTP any more
    unknowable,   // the framing is broken: no next message can be found by it
  };
  Kind kind = Kind::none;
  std::uint64_t bytes = 0;
};

BodyLength request_body_length(const Http1Fields& fields, HttpVersion version, Oddities& oddities);
// `method` is that of the request; empty where the request was not seen.
BodyLength response_body_length(const Http1Fields& fields, HttpVersion version, std::uint16_t status, std::string_view method,
                                Oddities& oddities);

// Reads the framing of a chunked body; the chunks' data is left to the caller.
//
//   chunked-body = *chunk last-chunk trailer-section CRLF
//   chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF       chunk-size = 1*HEXDIG
//   last-chunk   = 1*"0" [ chunk-ext ] CRLF
class ChunkedFraming {
 public:
  enum class Next : std::uint8_t { size_line, data, data_end, trailers, broken };

  struct Step {
    std::size_t used = 0;
    std::size_t need = 0;        // used == 0: how many bytes it takes
    std::string_view code = {};  // what is wrong, a literal; empty = nothing
  };

  Next next() const { return next_; }
  // Bytes of the chunk's data that are still to come.
  std::uint64_t left() const { return left_; }
  // `count` <= left() bytes of data were read, skipped or missed.
  void pass(std::uint64_t count);
  // Reads one size line or one end of data, where next() says so.
  Step read(std::string_view in);

 private:
  Step read_size_line(std::string_view in);
  Step read_data_end(std::string_view in);
  Step fail(std::string_view code);

  std::uint64_t left_ = 0;
  Next next_ = Next::size_line;
};

}  // namespace longwire
