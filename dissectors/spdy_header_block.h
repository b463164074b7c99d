// The header blocks of one side of SPDY: zlib with a dictionary, one stream of it for the whole connection (SPDY draft 3
// section 2.6.10).
//
//   block = count *( length name length value )      numbers of 16 bits in SPDY/2, of 32 in SPDY/3; a value may be several,
//                                                    with a zero between them
#pragma once

#include <memory>
#include <string>

#include "dissectors/http2_fields.h"

namespace longwire {

class SpdyHeaderBlock {
 public:
  SpdyHeaderBlock();
  ~SpdyHeaderBlock();
  SpdyHeaderBlock(const SpdyHeaderBlock&) = delete;
  SpdyHeaderBlock& operator=(const SpdyHeaderBlock&) = delete;

  // Reads a whole block; its fields stand in fields() under the names that HTTP/2 has for them. What is wrong, a literal:
  //   spdy.headers.zlib       not what zlib made with the dictionary; no later block can be read either
  //   spdy.headers.malformed  lengths that do not add up
  //   spdy.headers.expansion  more than limits::http2_header_bytes; what is beyond is not kept
  std::string_view read(Bytes block, unsigned version, const Secrets* secrets);
  const Http2Fields& fields() const { return fields_; }
  std::string_view reason() const { return reason_; }  // behind the status code; empty = none

  // A block was lost, and with it what the next ones refer to.
  void lose() { lost_ = true; }
  bool lost() const { return lost_; }

  std::uint64_t wire_bytes() const { return wire_bytes_; }
  std::uint64_t plain_bytes() const { return plain_bytes_; }
  std::uint64_t held_memory() const;

 private:
  struct Inflater;

  std::string_view inflate(Bytes block, unsigned version);
  void add(std::string_view name, std::string_view value);

  std::unique_ptr<Inflater> inflater_;
  Http2Fields fields_;
  std::string plain_, reason_;
  std::uint64_t wire_bytes_ = 0, plain_bytes_ = 0;
  bool lost_ = false;
};

}  // namespace longwire
