// HPACK as an observer reads it (RFC 7541): one direction's header blocks, one representation after another.
//
// An endpoint closes the connection at the first error; an observer reads on as long as it can tell where the next
// representation begins, and what it cannot know is null, never guessed. Owned by the reader of its side.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/bytes.h"
#include "dissectors/hpack_table.h"

namespace longwire {

class HpackDecoder {
 public:
  enum class Kind : std::uint8_t {
    field,
    table_size,  // a dynamic table size update
    incomplete,  // the block breaks off inside a representation, of which nothing is taken
    broken,      // nothing tells where the next representation begins
  };

  struct Step {
    Kind kind = Kind::incomplete;
    HpackField field{};
    std::string_view wrong{};  // a literal; empty = nothing:
                               //   http2.hpack.integer      above 2^32, or in more bytes than that takes
                               //   http2.hpack.huffman      no such code
                               //   http2.hpack.index        of no entry
                               //   http2.hpack.table_size   larger than allowed
  };

  // Takes one representation from the front of `block`, which is not empty.
  Step next(Bytes& block);

  // The largest table that the peer has allowed so far (SETTINGS_HEADER_TABLE_SIZE).
  void allow(std::uint64_t bytes) { allowed_ = allowed_ < bytes ? bytes : allowed_; }

  // A header block of this direction was lost, whole or in part.
  void lose() { table_.lose(); }
  bool damaged() const { return table_.incomplete(); }

  // Gives back what only the next representation would need.
  void shrink() {
    table_.shrink();
    for (std::string* text : {&name_, &value_}) {
      text->clear();
      text->shrink_to_fit();
    }
  }
  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return table_.held_memory() + name_.capacity() + value_.capacity(); }

 private:
  struct Text;  // a string literal

  Step literal(Bytes& block, unsigned prefix_bits, bool inserts);

  HpackTable table_;
  std::string name_, value_;  // decoded ones of the last field
  std::uint64_t allowed_ = HpackTable::default_max;
};

}  // namespace longwire
