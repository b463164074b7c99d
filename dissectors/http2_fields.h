// One header or trailer section of HTTP/2 or SPDY, taken field by field: its JSON, its pseudo-header fields, and the fields
// that steer reading (RFC 9113 section 8).
//
// Owned by the reader of a side, and used again for its next section. Beyond limits::http2_header_bytes fields are counted,
// not kept.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissectors/content_coding.h"
#include "dissectors/header_json.h"
#include "dissectors/hpack_table.h"
#include "dissectors/http2_frame.h"
#include "dissectors/http_semantics.h"
#include "dissectors/secrets.h"

namespace longwire {

class Http2Fields {
 public:
  Http2Fields() { semantics_.keep_all(); }
  Http2Fields(const Http2Fields&) = delete;
  Http2Fields& operator=(const Http2Fields&) = delete;

  enum class Pseudo : std::uint8_t { method, scheme, authority, path, protocol, status };

  // Begins a new section. Null `secrets` keep everything as it is.
  void begin(const Secrets* secrets);
  // What is wrong with the field, a literal; empty = nothing.
  std::string_view add(const HpackField& field);
  // No more fields will come.
  void finish();

  // A JSON array of the fields that are no pseudo-headers, as sent.
  const std::string& json() const { return json_; }
  bool has(Pseudo which) const { return pseudo(which).there; }
  // Null where it is absent, or not known.
  std::string_view value(Pseudo which) const;
  bool any_pseudo() const;
  // It can only be a request's, or a response's.
  bool asks() const { return has(Pseudo::method) || has(Pseudo::path) || has(Pseudo::scheme) || has(Pseudo::authority); }
  bool answers() const { return has(Pseudo::status); }

  std::uint16_t status() const;   // HttpExchange::no_status = not told
  std::string_view host() const;  // null = no such field
  CodingNames codings() const { return CodingNames(codings_); }
  std::int64_t content_length() const { return content_length_; }  // -1 = not told
  const HttpUrgency& urgency() const { return urgency_; }
  // What the fields of a request's or a response's section mean.
  const HttpSemantics& semantics() const { return semantics_; }

  std::uint64_t fields() const { return count_; }
  std::uint64_t never_indexed() const { return never_indexed_; }
  // Octets of all names and values.
  std::uint64_t plain_bytes() const { return plain_bytes_; }
  bool limited() const { return limited_; }
  // A field, or a part of one, could not be known.
  bool holed() const { return holed_; }

  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return json_.capacity() + codings_.capacity() + semantics_.held_memory(); }

 private:
  struct Kept {
    std::string text;
    bool there = false, known = false;
  };
  const Kept& pseudo(Pseudo which) const { return pseudo_[static_cast<std::size_t>(which)]; }
  std::string_view add_pseudo(const HpackField& field);
  std::string_view read_regular(std::string_view name, std::string_view value);

  std::array<Kept, 6> pseudo_;
  Kept host_;
  std::string json_, codings_;
  std::optional<HeaderJson> writer_;  // of json_
  HttpSemantics semantics_;
  HttpUrgency urgency_;
  std::int64_t content_length_ = -1;
  std::uint64_t count_ = 0, never_indexed_ = 0, plain_bytes_ = 0;
  bool regular_ = false;  // a regular field was there
  bool limited_ = false, holed_ = false;
};

}  // namespace longwire
