// The bytes of one capture file in order, as windows: of a mapped file, or of buffers that a stream runs through.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capture/bytes.h"

namespace longwire {

class ByteFeed {
 public:
  virtual ~ByteFeed() = default;

  // The bytes from the current position on: at least `need` of them, fewer only where the bytes end. Valid until the
  // next call of window(), and longer where keep() says so.
  virtual Bytes window(std::size_t need) = 0;

  // Moves the position; n <= size of the last window.
  virtual void advance(std::size_t n) = 0;

  // Keeps the first n bytes of the last window valid until the returned object is gone, which may be in another
  // thread, in any order, and after the feed itself.
  virtual std::shared_ptr<void> keep(std::size_t n) = 0;

  // Where the window begins, in bytes; for compressed files of what they hold.
  virtual std::uint64_t position() const = 0;

  // Bytes read of the file as it lies on disk.
  virtual std::uint64_t bytes_read() const = 0;

  // Why the bytes ended before they should have, as a clause; empty where they did not.
  virtual std::string damage() const = 0;
};

}  // namespace longwire
