// Bytes of the wire as text that a person can read in a terminal and a database can store.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "capture/bytes.h"

namespace longwire {

// The length of the well-formed UTF-8 character (Unicode 15, table 3-7) that `text` begins with; 0 = none.
std::size_t utf8_character(std::string_view text);

// At most the first 200 bytes; control characters and what is not UTF-8 stand as \xNN.
std::string printable(std::string_view bytes);

}  // namespace longwire
