// A Cursor over a format that is written in the byte order of the machine that wrote it.
#pragma once

#include "capture/bytes.h"

namespace longwire {

enum class ByteOrder : std::uint8_t { big, little };

class OrderedCursor {
 public:
  OrderedCursor(Bytes bytes, ByteOrder order) : cursor_(bytes), order_(order) {}

  bool ok() const { return cursor_.ok(); }
  std::size_t wanted() const { return cursor_.wanted(); }
  std::size_t position() const { return cursor_.position(); }
  std::size_t left() const { return cursor_.left(); }

  std::uint8_t u8() { return cursor_.u8(); }
  std::uint16_t u16() { return order_ == ByteOrder::little ? cursor_.u16le() : cursor_.u16(); }
  std::uint32_t u32() { return order_ == ByteOrder::little ? cursor_.u32le() : cursor_.u32(); }
  std::uint64_t u64() { return order_ == ByteOrder::little ? cursor_.u64le() : cursor_.u64(); }

  Bytes take(std::size_t n) { return cursor_.take(n); }
  Bytes rest() { return cursor_.rest(); }
  void skip(std::size_t n) { cursor_.skip(n); }

 private:
  Cursor cursor_;
  ByteOrder order_;
};

}  // namespace longwire
