#include "dissectors/hpack_huffman.h"

#include <array>
#include <cstdint>

namespace longwire {
namespace {

constexpr std::size_t symbols = 257;  // all octets, and EOS
constexpr std::size_t eos = 256;
constexpr std::uint8_t longest = 30;  // bits of a code

// Lengths of the codes in bits, by symbol (RFC 7541 Appendix B). The code is canonical: codes of one length are
// consecutive numbers in the order of their symbols, and so the lengths tell everything.
constexpr std::array<std::uint8_t, symbols> code_lengths{
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6,
    10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,  5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10, 13, 6,
    7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,  15, 5,  6,
    5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,  6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28, 20, 22, 20, 20,
    22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
    23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23,
    22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21,
    23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30};

// The code as a tree: an inner node for every proper prefix of a code. What it reads on a bit is an inner node, or, from
// `leaf` on, a symbol.
constexpr std::size_t inner_nodes = symbols - 1;
constexpr std::uint16_t leaf = 0x8000;
using Tree = std::array<std::array<std::uint16_t, 2>, inner_nodes>;

constexpr Tree make_tree() {
  Tree tree{};
  std::uint16_t nodes = 1;
  std::uint32_t code = 0;
  for (std::uint8_t length = 1; length <= longest; ++length, code <<= 1) {
    for (std::size_t symbol = 0; symbol < symbols; ++symbol) {
      if (code_lengths[symbol] != length) continue;
      std::uint16_t node = 0;
      for (int bit = length - 1; bit > 0; --bit) {
        std::uint16_t& next = tree[node][code >> bit & 1];
        if (next == 0) next = nodes++;
        node = next;
      }
      tree[node][code++ & 1] = static_cast<std::uint16_t>(leaf | symbol);
    }
  }
  return tree;
}

// What four bits do, read at an inner node: no code is shorter than five, so they end one symbol at most.
struct Step {
  std::uint8_t next = 0;
  std::uint8_t symbol = 0;
  bool emits = false, fails = false;
};
using Steps = std::array<std::array<Step, 16>, inner_nodes>;

constexpr Steps make_steps(const Tree& tree) {
  Steps steps{};
  for (std::size_t node = 0; node < inner_nodes; ++node) {
    for (std::size_t bits = 0; bits < 16; ++bits) {
      Step& step = steps[node][bits];
      std::uint16_t at = static_cast<std::uint16_t>(node);
      for (int bit = 3; bit >= 0; --bit) {
        at = tree[at][bits >> bit & 1];
        if (at < leaf) continue;
        const std::size_t symbol = at & (leaf - 1u);
        step.fails = step.fails || symbol == eos;
        step.emits = true;
        step.symbol = static_cast<std::uint8_t>(symbol);
        at = 0;
      }
      step.next = static_cast<std::uint8_t>(at);
    }
  }
  return steps;
}

// Where the string may end: behind up to 7 bits of EOS, which are all 1.
constexpr std::array<bool, inner_nodes> make_ends(const Tree& tree) {
  std::array<bool, inner_nodes> ends{};
  std::uint16_t node = 0;
  for (int bits = 0; bits < 8; ++bits, node = tree[node][1]) ends[node] = true;
  return ends;
}

constexpr Tree tree = make_tree();
constexpr Steps steps = make_steps(tree);
constexpr std::array<bool, inner_nodes> ends = make_ends(tree);

}  // namespace

bool append_huffman_decoded(std::string& out, Bytes coded) {
  std::uint8_t node = 0;
  for (const std::uint8_t byte : coded) {
    for (const std::uint8_t bits : {static_cast<std::uint8_t>(byte >> 4), static_cast<std::uint8_t>(byte & 15)}) {
      const Step step = steps[node][bits];
      if (step.fails) return false;
      if (step.emits) out += static_cast<char>(step.symbol);
      node = step.next;
    }
  }
  return ends[node];
}

}  // namespace longwire
