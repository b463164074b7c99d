// Bytes that come one after the other: a pipe, a file read with read(2), what a decompressor makes of either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace longwire {

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Writes the next bytes to the front of `into` (not empty) and returns how many; 0 at the end and where damaged.
  virtual std::size_t read(std::span<std::uint8_t> into) = 0;

  // Bytes taken so far from the file as it lies on disk.
  virtual std::uint64_t bytes_read() const = 0;

  // Why the bytes ended before they should have, as a clause; empty where they did not.
  virtual std::string damage() const = 0;
};

}  // namespace longwire
