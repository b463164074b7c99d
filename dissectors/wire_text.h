// Bytes of the wire as UTF-8 text, which is all that a database stores as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "capture/bytes.h"

namespace longwire {

// What may follow the first byte of a well-formed character (Unicode 15, table 3-7); length 0 = nothing begins with it.
struct Utf8Lead {
  std::uint8_t length, second_low, second_high;  // further bytes are 0x80 to 0xbf
};
Utf8Lead utf8_lead(std::uint8_t first);

// The length of the well-formed UTF-8 character (Unicode 15, table 3-7) that `text` begins with; 0 = none.
std::size_t utf8_character(std::string_view text);

// Appends `bytes`; those that are not UTF-8 are taken as ISO-8859-1, each for itself.
void append_as_utf8(std::string& out, std::string_view bytes);

// For a person at a terminal: at most the first 200 bytes; control characters and what is not UTF-8 stand as \xNN.
std::string excerpt(std::string_view bytes);

// Two lower-case digits a byte.
std::string hexadecimal(Bytes bytes);

}  // namespace longwire
