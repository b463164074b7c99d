// The protocols that a channel's first bytes are tried for.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "dissectors/dissector.h"

namespace longwire {

struct KnownProtocol {
  std::string_view name;
  // What the first bytes of a side say; final unless `maybe`. Sees at most limits::detect_bytes.
  Match (*probe)(Side side, Bytes first);
  std::unique_ptr<Dissector> (*make)();
  // One side's yes is not enough: it takes both, each about the first bytes of a channel that begins there. What such a
  // side says is nothing that the others know.
  bool by_both_sides = false;
  // `all` is what a side said before a hole, and probe() says maybe: true where it is this protocol all the same.
  bool (*begins_before_hole)(Bytes all) = nullptr;
};

// In the order in which they are asked; no two may say yes to the same bytes.
std::span<const KnownProtocol> protocols();

}  // namespace longwire
