// Bytes of one side that wait behind a hole, each piece with the packet that carried it.
//
// Owned by a TcpSide, alive only while something waits. Pieces never overlap: where two packets brought the same
// sequence numbers, the overlap policy chose. The caller bounds size and count (limits::reorder_*).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "capture/bytes.h"
#include "capture/packet.h"

namespace longwire {

// Which copy of a byte is delivered when both are held: what receivers do differs (RFC 9293 leaves it open).
enum class Overlap : std::uint8_t { first, last };

struct StoredPiece {
  std::vector<std::uint8_t> bytes;
  std::uint64_t cut = 0;  // > 0: no bytes, but this many that snaplen cut off
  Stamp at;

  std::uint64_t length() const { return bytes.size() + cut; }
};

class SegmentStore {
 public:
  struct Inserted {
    std::uint64_t added = 0;        // bytes not held before
    std::uint64_t again = 0;        // bytes held already
    std::uint64_t conflicting = 0;  // of `again`: those that differ
  };

  Inserted insert(std::uint64_t begin, Bytes bytes, const Stamp& at, Overlap overlap);
  // Remembers that [begin, begin + length) was on the wire but cut off; bytes that are held, or come later, go before.
  void insert_cut(std::uint64_t begin, std::uint64_t length, const Stamp& at);
  // Drops everything at and behind `offset`; returns how many bytes that were.
  std::uint64_t truncate(std::uint64_t offset);

  bool empty() const { return pieces_.empty(); }
  std::size_t size() const { return pieces_.size(); }
  std::uint64_t bytes() const { return bytes_; }
  // Bytes of memory beside the object's own, as far as pieces make it.
  std::uint64_t memory() const { return bytes_ + pieces_.size() * (sizeof(Pieces::value_type) + node_bytes); }
  std::uint64_t begin() const { return pieces_.begin()->first; }           // requires !empty()
  std::uint64_t end() const;                                               // requires !empty()
  const Stamp& first_stamp() const { return pieces_.begin()->second.at; }  // requires !empty()
  StoredPiece take_first();                                                // requires !empty()

 private:
  using Pieces = std::map<std::uint64_t, StoredPiece>;
  static constexpr std::uint64_t node_bytes = 64;  // about what a tree node and two allocations take beside their content

  void put(std::uint64_t begin, Bytes bytes, const Stamp& at);
  void split(Pieces::iterator piece, std::uint64_t at);
  void carve(std::uint64_t begin, std::uint64_t end);
  Pieces::iterator first_ending_after(std::uint64_t offset);

  Pieces pieces_;
  std::uint64_t bytes_ = 0;
};

}  // namespace longwire
