// Content and transfer codings taken off a body as it comes: gzip, deflate, br, zstd, and lists of them (RFC 9110
// section 8.4.1, RFC 7932, RFC 8878). What is decoded is counted, and kept only where a sink asks for it.
//
// Owned by the reader of the body. The decoders' memory is used again by the same thread's next body.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "capture/bytes.h"
#include "dissectors/coding_stage.h"

namespace longwire {

// Takes decoded bytes; they are valid during the call.
class ContentSink {
 public:
  virtual ~ContentSink() = default;
  virtual void take(Bytes decoded) = 0;
};

class ContentDecoder {
 public:
  // `codings`: the value of Content-Encoding, in the order in which they were applied; `identity` and nothing at all are
  // passed through. Null where one of them is unknown, or where there are more than limits::content_codings.
  static std::unique_ptr<ContentDecoder> make(std::string_view codings, ContentSink* sink = nullptr);
  ~ContentDecoder();

  // The next coded bytes. Does nothing any more once something was wrong.
  void add(Bytes coded);
  // The body is complete. What was wrong, a literal; empty = nothing:
  //   http.coding.damaged     the coded bytes are not what the coding says
  //   http.coding.truncated   the body ended before its coding did
  //   http.coding.limit       limits::content_bytes or content_ratio was reached
  std::string_view finish();

  // So far; exact only where finish() is content.
  std::uint64_t decoded_bytes() const { return decoded_bytes_; }

 private:
  struct Stage {
    std::unique_ptr<CodingStage> coding;
    std::uint64_t coded_bytes = 0, decoded_bytes = 0;

    bool too_much() const;
  };

  explicit ContentDecoder(ContentSink* sink) : sink_(sink) {}
  void decode(std::size_t depth, Bytes coded);

  std::vector<Stage> stages_;  // in the order in which they are taken off
  ContentSink* sink_;
  std::uint64_t decoded_bytes_ = 0;
  std::string_view wrong_;
};

}  // namespace longwire
