// One body being read: where it ends, how much of it was seen, and what its codings give.
//
// Part of its message, and lives as long.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "dissectors/http1_body.h"
#include "dissectors/http_content.h"

namespace longwire {

class Http1BodyReader {
 public:
  struct Step {
    std::size_t used = 0;
    std::size_t need = 0;       // behind the used ones; 0 = go on with what is there
    std::uint64_t skip = 0;     // behind the used ones, of no interest
    bool over = false;          // the body's last byte is the last used one
    bool broken = false;        // its framing cannot be read any further
    std::string_view code;      // what is wrong, a literal; empty = nothing
    std::string_view trailers;  // the used bytes, where they are the trailer section
  };

  // `content` is null where the body only needs counting.
  void begin(BodyLength length, std::unique_ptr<HttpContent> content);
  // Reads one piece. Not called once it is over.
  Step read(Bytes in);
  // `count` bytes were dropped as Step::skip allowed.
  void take_skipped(std::uint64_t count);
  // `count` bytes are missing; false where what lies behind them cannot be told.
  bool miss(std::uint64_t count);
  // Nothing more comes. What is wrong with the coding, a literal; empty = nothing.
  std::string_view finish(bool whole) { return content_ == nullptr ? std::string_view{} : content_->finish(whole); }

  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return content_ == nullptr ? 0 : content_->memory(); }

  bool untouched() const { return !begun_; }
  bool until_close() const { return kind_ == BodyLength::Kind::until_close; }
  bool holed() const { return holed_; }
  // True where the last byte was read, skipped or missed.
  bool over() const { return kind_ == BodyLength::Kind::counted && left_ == 0; }
  // Behind the transfer codings, and behind the content codings too; NULL = not decodable.
  Integer content_bytes() const { return content_ == nullptr ? Integer(bytes_) : content_->content_bytes(); }
  Integer decoded_bytes() const { return content_ == nullptr ? Integer(bytes_) : content_->decoded_bytes(); }

 private:
  // The most bytes that can still come.
  std::uint64_t left() const;
  Step read_data(Bytes in, std::uint64_t left);
  Step read_chunked(Bytes in);
  Step read_trailers(std::string_view in);

  std::unique_ptr<HttpContent> content_;
  std::uint64_t bytes_ = 0;  // seen, chunked coding taken off
  std::uint64_t left_ = 0;   // of a counted body
  ChunkedFraming chunks_;
  std::uint32_t scanned_ = 0;  // of the trailer section
  BodyLength::Kind kind_ = BodyLength::Kind::none;
  bool begun_ = false, holed_ = false;
  bool odd_ = false;  // its framing was told to be odd
};

}  // namespace longwire
