// Ranges of one side that were given up as missing, so that bytes which come late after all are counted once.
#pragma once

#include <cstdint>
#include <vector>

namespace longwire {

class Holes {
 public:
  // Adds a hole behind all others; false where the oldest one had to be forgotten for it (limits::holes).
  bool add(std::uint64_t begin, std::uint64_t end);
  // Bytes of [begin, end) came after all; returns how many of them were in holes.
  std::uint64_t fill(std::uint64_t begin, std::uint64_t end);

  // What lies before a midstream start is nobody's loss, but counts like a hole when it comes: [0, start).
  void add_before(std::uint64_t start);

  bool empty() const { return holes_.empty(); }
  // Bytes of memory beside the object's own.
  std::uint64_t memory() const { return holes_.capacity() * sizeof(Hole); }

 private:
  struct Hole {
    std::uint64_t begin, end;
  };
  std::vector<Hole> holes_;  // in order, apart from one another
};

}  // namespace longwire
