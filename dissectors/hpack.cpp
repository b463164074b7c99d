#include "dissectors/hpack.h"

#include "dissectors/hpack_huffman.h"

// A header block (RFC 7541 section 6):
//
//   block      = *representation
//   indexed    = %b1       index(7)                                 a field of the tables
//   inserting  = %b01      index(6) [string] string                 a literal, added to the dynamic table
//   size       = %b001     max-size(5)                              dynamic table size update
//   never      = %b0001    index(4) [string] string                 a literal that must stay one
//   literal    = %b0000    index(4) [string] string
//   string     = %b0/%b1   length(7) *OCTET                         %b1: in the Huffman code
//
// The first string, the name, stands where the index is 0. An integer (section 5.1) begins with the bits left of its
// first byte; where these are all 1, seven bits a byte follow, the lowest first, up to a byte below 128.

namespace longwire {
namespace {

constexpr std::uint64_t largest = 0xffffffff;  // more than any size or index can be; arbitrary, but safe
constexpr unsigned most_bits = 35;             // that may follow the first byte, leading zeros included

struct Number {
  std::uint64_t value = 0;
  bool broken = false;
};

Number read_integer(Cursor& in, unsigned prefix_bits) {
  const std::uint64_t full = (1u << prefix_bits) - 1;
  Number number{in.u8() & full};
  if (number.value < full) return number;
  for (unsigned shift = 0; in.ok(); shift += 7) {
    const std::uint8_t byte = in.u8();
    if (shift >= most_bits) number.broken = true;
    if (number.broken) return number;
    number.value += std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) break;
  }
  number.broken = number.value > largest;
  return number;
}

}  // namespace

// As it stands in the block; `decode` makes it text.
struct HpackDecoder::Text {
  Bytes bytes;
  bool huffman = false, broken = false;

  Text() = default;
  explicit Text(Cursor& in) {
    huffman = in.left() > 0 && Cursor(in).u8() >= 0x80;
    const Number length = read_integer(in, 7);
    broken = length.broken;
    if (!broken) bytes = in.take(length.value);
  }

  // Null where it is not in the code.
  std::string_view decode(std::string& room) const {
    if (!huffman) return bytes.empty() ? std::string_view("") : as_text(bytes);
    room.clear();
    return append_huffman_decoded(room, bytes) ? std::string_view(room) : std::string_view{};
  }
};

HpackDecoder::Step HpackDecoder::next(Bytes& block) {
  const std::uint8_t first = block.front();
  if (first >= 0x40 && first < 0x80) return literal(block, 6, true);
  if (first < 0x20) return literal(block, 4, false);
  Cursor in(block);
  const bool indexed = first >= 0x80;
  const Number number = read_integer(in, indexed ? 7 : 5);
  if (number.broken) return {Kind::broken, {}, "http2.hpack.integer"};
  if (!in.ok()) return {};
  block = block.subspan(in.position());
  Step step;
  if (indexed) {
    step.kind = Kind::field;
    if (table_.find(number.value, step.field) == HpackTable::Found::none) step.wrong = "http2.hpack.index";
  } else {
    step.kind = Kind::table_size;
    if (number.value > allowed_) step.wrong = "http2.hpack.table_size";
    table_.set_max(number.value);
  }
  return step;
}

HpackDecoder::Step HpackDecoder::literal(Bytes& block, unsigned prefix_bits, bool inserts) {
  Cursor in(block);
  const Number index = read_integer(in, prefix_bits);
  const Text name = index.value == 0 ? Text(in) : Text();
  const Text value(in);
  if (index.broken || name.broken || value.broken) return {Kind::broken, {}, "http2.hpack.integer"};
  if (!in.ok()) return {};
  Step step;
  step.kind = Kind::field;
  if (index.value == 0) {
    step.field.name = name.decode(name_);
    if (step.field.name.data() == nullptr) step.wrong = "http2.hpack.huffman";
  } else if (table_.find(index.value, step.field) == HpackTable::Found::none) {
    step.wrong = "http2.hpack.index";
  }
  step.field.value = value.decode(value_);
  if (step.field.value.data() == nullptr) step.wrong = "http2.hpack.huffman";
  step.field.never_indexed = prefix_bits == 4 && (block.front() & 0x10) != 0;
  block = block.subspan(in.position());
  if (!inserts) return step;
  if (index.value != 0 && step.field.name.data() != nullptr) {  // the entry that named it may be evicted
    name_.assign(step.field.name);
    step.field.name = name_;
  }
  table_.insert(step.field.name, step.field.value);
  return step;
}

}  // namespace longwire
