// A body's content on its way out of its codings, in any version of HTTP: transfer codings beside chunked, then content
// codings. Made only where one of these is at work or the content is wanted; all other bodies are merely counted.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "capture/bytes.h"
#include "dissectors/body_files.h"
#include "dissectors/content_coding.h"
#include "dissectors/context.h"

namespace longwire {

class HttpContent final : private ContentSink {
 public:
  // The codings that Transfer-Encoding (without chunked) and Content-Encoding name.
  struct Codings {
    const CodingNames& transfer;
    const CodingNames& content;
  };
  // Null where the body of a message in these codings only needs counting.
  static std::unique_ptr<HttpContent> make(const Codings& codings, bool of_response, std::int64_t exchange_id,
                                           const DissectOptions& options);

  // The next bytes of the body, chunked coding taken off.
  void add(Bytes bytes);
  // Bytes are missing here: what is coded cannot be decoded any further.
  void miss() { missed_ = true; }
  // Nothing more comes. What was wrong, a literal; empty = nothing.
  std::string_view finish(bool whole);

  std::uint64_t memory() const;

  // Bytes behind the transfer codings; NULL = not decodable.
  Integer content_bytes() const;
  // Bytes behind the content codings; NULL = unknown coding, or not decodable.
  Integer decoded_bytes() const;

 private:
  void take(Bytes content) override;

  std::unique_ptr<BodyFile> file_;                      // null = the body is not kept
  std::unique_ptr<ContentDecoder> transfer_, content_;  // null = no coding, or an unknown one
  std::uint64_t content_bytes_ = 0;
  bool coded_transfer_ = false, coded_content_ = false;
  bool missed_ = false, damaged_ = false;
};

}  // namespace longwire
