// One coding being taken off a stream of bytes: zlib, brotli and zstd behind one interface.
#pragma once

#include <cstdint>
#include <memory>

#include "capture/bytes.h"

namespace longwire {

class CodingStage {
 public:
  enum class Coding : std::uint8_t { gzip, deflate, brotli, zstd };
  static constexpr std::size_t codings = 4;

  static std::unique_ptr<CodingStage> make(Coding coding);
  virtual ~CodingStage() = default;

  virtual Coding coding() const = 0;
  // Bytes that a decoder of the coding usually takes, window included: what one takes now depends on what it decoded
  // before, and so on the thread.
  static constexpr std::uint64_t usual_memory(Coding coding) {
    constexpr std::uint64_t kib[codings] = {48, 48, 512, 512};
    return kib[static_cast<std::size_t>(coding)] << 10;
  }
  // Makes it as new; false where the library cannot.
  virtual bool reset() = 0;

  // Takes bytes from the front of `in`. `out` becomes what they give, at most `room` bytes of it, in `room` or in the
  // library's own memory, valid until the next call; empty = nothing more without more input. False = `in` is not what
  // the coding says.
  virtual bool step(Bytes& in, std::span<std::uint8_t> room, Bytes& out) = 0;

  // Whether the input may end here.
  virtual bool complete() const = 0;
};

}  // namespace longwire
