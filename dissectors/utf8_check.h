// Whether a text that comes in pieces is UTF-8 (RFC 3629).
#pragma once

#include <cstdint>

#include "capture/bytes.h"

namespace longwire {

class Utf8Check {
 public:
  // The next bytes. Nothing is looked at any more once something was wrong.
  void add(Bytes piece);
  // No byte was wrong so far; the last character may still be cut.
  bool sound() const { return !broken_; }
  // Sound, and not inside a character.
  bool whole() const { return !broken_ && left_ == 0; }

 private:
  std::uint8_t left_ = 0;            // bytes of the character to come
  std::uint8_t low_ = 0, high_ = 0;  // bounds of the next one
  bool broken_ = false;
};

}  // namespace longwire
