// Content and transfer codings taken off a body as it comes: gzip, deflate, br, zstd, and lists of them (RFC 9110
// section 8.4.1, RFC 7932, RFC 8878). What is decoded is counted, and kept only where a sink asks for it.
//
// Owned by the reader of the body. The decoders' memory is used again by the same thread's next body.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "capture/bytes.h"
#include "capture/limits.h"
#include "dissectors/coding_stage.h"

namespace longwire {

// Takes decoded bytes; they are valid during the call.
class ContentSink {
 public:
  virtual ~ContentSink() = default;
  virtual void take(Bytes decoded) = 0;
};

// Names of codings in the order in which they were applied, whether they came in one field line or in several
// (RFC 9110 sections 5.3 and 8.4). Views into the field values.
class CodingNames {
 public:
  CodingNames() = default;
  explicit CodingNames(std::string_view list) { add_list(list); }

  void add_list(std::string_view list);
  // `identity` is no coding.
  void add(std::string_view name);

  bool empty() const { return size_ == 0; }
  // More than limits::content_codings: those beyond are not kept.
  bool too_many() const { return size_ > names_.size(); }
  std::span<const std::string_view> kept() const { return {names_.data(), std::min(size_, names_.size())}; }

 private:
  std::array<std::string_view, limits::content_codings> names_;
  std::size_t size_ = 0;
};

class ContentDecoder {
 public:
  // Where there are no codings, everything is passed through. Null where one is unknown, or where there are too many.
  static std::unique_ptr<ContentDecoder> make(const CodingNames& codings, ContentSink* sink = nullptr);
  ~ContentDecoder();

  // The next coded bytes. Does nothing any more once something was wrong.
  void add(Bytes coded);
  // The body is complete. What was wrong, a literal; empty = nothing:
  //   http.coding.damaged     the coded bytes are not what the coding says
  //   http.coding.truncated   the body ended before its coding did
  //   http.coding.limit       limits::content_bytes or content_ratio was reached
  std::string_view finish();

  std::uint64_t memory() const;

  // So far; exact only where finish() is content.
  std::uint64_t decoded_bytes() const { return decoded_bytes_; }

 private:
  struct Stage {
    std::unique_ptr<CodingStage> coding;
    std::uint64_t coded_bytes = 0, decoded_bytes = 0;
  };

  explicit ContentDecoder(ContentSink* sink) : sink_(sink) {}
  void decode(std::size_t depth, Bytes coded);
  bool too_much(const Stage& stage) const;

  std::vector<Stage> stages_;  // in the order in which they are taken off
  ContentSink* sink_;
  std::uint64_t decoded_bytes_ = 0;
  std::string_view wrong_;
};

}  // namespace longwire
