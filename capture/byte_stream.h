// Bytes that come one after the other: a pipe, a file read with read(2), what a decompressor makes of either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "capture/bytes.h"

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

// A stream whose first bytes can be looked at before they are read.
class PeekedStream : public ByteStream {
 public:
  explicit PeekedStream(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

  // Up to n of the first bytes, which read() still gives; fewer where there are no more. Only before the first read().
  Bytes peek(std::size_t n);

  std::size_t read(std::span<std::uint8_t> into) override;
  std::uint64_t bytes_read() const override { return stream_->bytes_read(); }
  std::string damage() const override { return stream_->damage(); }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::vector<std::uint8_t> peeked_;
};

}  // namespace longwire
