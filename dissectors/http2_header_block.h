// The header blocks of one side (RFC 9113 section 4.3): put together from HEADERS or PUSH_PROMISE and the CONTINUATION
// frames behind it, and decoded as their fragments come, so that no block is too long to keep the tables right.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dissectors/hpack.h"
#include "dissectors/http2_fields.h"
#include "dissectors/http2_frame.h"
#include "dissectors/repeated_anomalies.h"

namespace longwire {

class Http2HeaderBlock {
 public:
  // What began the block.
  struct Start {
    Http2Frame frame;            // HEADERS or PUSH_PROMISE
    Stamp first;                 // packet of the frame's first byte
    std::uint32_t promised = 0;  // the stream that a PUSH_PROMISE promises
    Http2Priority priority;
    bool has_priority = false;
  };

  // A frame of a header block, `bytes` with its header. True where it ends the block; finish() is to be called then.
  // `missed`: frames may have been missed before, so that the beginning of its block may be unknown.
  bool take(const Http2Frame& frame, Bytes bytes, bool missed, Context& context, RepeatedAnomalies& oddities);
  // Likewise, of a frame of which only `bytes` were seen, from its header on.
  bool take_part(const Http2Frame& frame, Bytes bytes, bool missed, Context& context, RepeatedAnomalies& oddities);
  void finish(Bytes frame, Context& context, RepeatedAnomalies& oddities);

  // A part of the block is missing, or a whole block may be: what follows of it cannot be read.
  void lose();
  // The block is given up.
  void close() { open_ = false; }

  // Begun, and not finished: a CONTINUATION must follow.
  bool open() const { return open_; }
  const Start& start() const { return work_->start; }             // once a block has begun
  std::uint32_t continuations() const { return continuations_; }  // of the block so far
  // Of the block, once it is finished. Not complete where a part was lost.
  const Http2Fields& fields() const { return work_->fields; }
  bool complete() const { return !lost_; }

  HpackDecoder& hpack() { return hpack_; }
  const HpackDecoder& hpack() const { return hpack_; }
  // Of all blocks: fragments as sent, and the octets of the names and values in them.
  std::uint64_t wire_bytes() const { return wire_bytes_; }
  std::uint64_t plain_bytes() const { return plain_bytes_; }
  std::uint64_t never_indexed() const { return never_indexed_; }

  // Gives back what only the next block would need. None may be open; start() and fields() are gone.
  void shrink() {
    work_.reset();
    hpack_.shrink();
  }
  // Bytes beside the object's own.
  std::uint64_t held_memory() const {
    return hpack_.held_memory() + (work_ == nullptr ? 0 : sizeof *work_ + work_->fields.held_memory() + work_->rest.capacity());
  }

 private:
  // What a block takes while it is read; kept for the next one.
  struct Work {
    Start start;
    Http2Fields fields;
    std::string rest;  // of the fragments so far, not decoded yet: a part of one representation
  };
  void begin(const Http2Frame& frame, Cursor& payload, Bytes bytes, Context& context);
  void add(Bytes fragment, Bytes frame, Context& context, RepeatedAnomalies& oddities);
  // Takes what can be decoded from the front of `block`.
  void decode(Bytes& block, Bytes frame, Context& context, RepeatedAnomalies& oddities);

  HpackDecoder hpack_;
  std::unique_ptr<Work> work_;  // null = no block was read since it was given back
  std::uint64_t wire_bytes_ = 0, plain_bytes_ = 0, never_indexed_ = 0;
  std::uint32_t continuations_ = 0;
  bool open_ = false, lost_ = false;
};

}  // namespace longwire
