// Bytes of one side that its reader has not used yet, copied out of the packets that carried them, and those packets'
// stamps. Part of a Channel's side; it exists only while something waits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "capture/bytes.h"
#include "dissectors/context.h"

namespace longwire {

class Backlog {
 public:
  bool empty() const { return begin_ == bytes_.size(); }
  std::size_t size() const { return bytes_.size() - begin_; }
  // Valid until the next append() or clear().
  Bytes bytes() const { return Bytes(bytes_).subspan(begin_); }
  // Which packet carried which bytes; the first mark covers bytes()[0].
  std::span<const StampMark> marks() const { return std::span(marks_).subspan(first_mark_); }

  // Bytes beside the object's own.
  std::uint64_t memory() const { return bytes_.capacity() + marks_.capacity() * sizeof(StampMark); }

  // `offset` is that of `more` in the side's stream; `more` follows what is already here.
  void append(std::uint64_t offset, Bytes more, const Stamp& at);
  // The first `count` bytes are done with, and the marks that cover nothing else.
  void consume(std::size_t count);
  void clear();

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<StampMark> marks_;
  std::size_t begin_ = 0, first_mark_ = 0;  // of what is left in bytes_ and marks_
  std::uint64_t offset_ = 0;                // in the stream, of bytes_[begin_]
};

}  // namespace longwire
